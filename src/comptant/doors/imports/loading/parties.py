"""Parties from a file: new ones added, known ones compared and, when asked, updated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.deals import Story
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.rows import PartyRow
from comptant.ground.database.ids import uuid7
from comptant.ground.parties.models import Party

COLUMNS = (
    "name", "kind", "country", "siren", "siret", "vat_number", "bn", "email", "phone", "iban", "created_on",
    "insolvent_on", "credit_limit", "tags", "custom",
)  # fmt: skip


class PartyLoader:
    """Loads the staged rows, a chunk at a time. Parties move no euro; a changed country moves working days."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm

    def check(self) -> None:
        """Refuse a party said twice in one file."""
        for ref, line, first in self.staging.said_twice():
            self.loading.outcome.refuse(RowError(line, "ref", ref, "said_twice", {"first": first}))

    def stories(self) -> Iterator[Story]:
        """No deal says anything in this file."""
        return iter(())

    def load(self) -> None:
        """Write the parties."""
        for rows in self.staging.chunks():
            self._load(rows)
            self.loading.step(len(rows))

    def _load(self, rows: Sequence[PartyRow]) -> None:
        refs = [row.ref for row in rows]
        held = {party.ref: party for party in Party.objects.filter(firm=self.firm, ref__in=refs)}
        fresh = [self._party(row) for row in rows if row.ref not in held]
        Party.objects.bulk_create(fresh)
        self.loading.outcome.counts["added"] += len(fresh)
        changed = [party for row in rows if row.ref in held and (party := self._compared(row, held[row.ref]))]
        if changed and self.loading.is_update:
            Party.objects.bulk_update(changed, COLUMNS, batch_size=200)

    def _party(self, row: PartyRow) -> Party:
        said = {name: getattr(row, name) for name in COLUMNS}
        return Party(id=uuid7(), firm=self.firm, ref=row.ref, **{**said, "tags": list(row.tags)})

    def _compared(self, row: PartyRow, party: Party) -> Party | None:
        """The party as the row says it, if that differs; a blank in the file says nothing."""
        said: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS} | {"tags": list(row.tags)}
        differs = {name: value for name, value in said.items() if value and value != getattr(party, name)}
        for name, value in differs.items():
            self.loading.outcome.differs(row.line, row.ref, name, getattr(party, name), value)
            setattr(party, name, value)
        kind = ("changed" if self.loading.is_update else "left") if differs else "unchanged"
        self.loading.outcome.counts[kind] += 1
        return party if differs else None
