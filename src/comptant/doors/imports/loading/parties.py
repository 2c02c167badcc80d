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
from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import load_cases
from comptant.ground.parties.models import Party

COLUMNS = (
    "name", "kind", "country", "siren", "siret", "vat_number", "bn", "email", "phone", "street", "postcode",
    "city", "iban", "created_on", "insolvent_on", "credit_limit", "tags", "custom",
)  # fmt: skip


class PartyLoader:
    """Loads the staged rows, a chunk at a time. Parties move no euro; a changed country moves working days."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm
        self.countries: dict[str, str] = {}
        """Where the parties that this file writes were before."""

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
        said = [(party, self._compared(row, party)) for row in rows if (party := held.get(row.ref))]
        changed = [party for party, is_written in said if is_written]
        Party.objects.bulk_update(changed, [*COLUMNS, "is_mentioned"], batch_size=200)
        self._moved(changed)

    def _moved(self, changed: Sequence[Party]) -> None:
        """Working days are those of the client's place: draw again the stalls of a party that is elsewhere now."""
        elsewhere = [party.id for party in changed if party.country != self.countries.get(party.ref, party.country)]
        deals = Deal.objects.filter(firm=self.firm, party_id__in=elsewhere).values_list("id", flat=True)
        if deals:
            self.loading.settle(load_cases(self.firm, dict.fromkeys(deals, ())))

    def _party(self, row: PartyRow) -> Party:
        said = {name: getattr(row, name) for name in COLUMNS}
        return Party(id=uuid7(), firm=self.firm, ref=row.ref, **{**said, "tags": list(row.tags)})

    def _compared(self, row: PartyRow, party: Party) -> bool:
        """Whether to write the party as the row says it; a blank in the file says nothing.

        A party that was only mentioned is written at once, one that is known when updating.
        """
        said: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS} | {"tags": list(row.tags)}
        differs = {name: value for name, value in said.items() if value and value != getattr(party, name)}
        is_written = party.is_mentioned or (self.loading.is_update and bool(differs))
        if not party.is_mentioned:
            for name, value in differs.items():
                self.loading.outcome.differs(row.line, row.ref, name, getattr(party, name), value)
        self.loading.outcome.counts[_kind(party, bool(differs), self.loading.is_update)] += 1
        if is_written:
            self.countries[party.ref] = party.country
            for name, value in {**differs, "is_mentioned": False}.items():
                setattr(party, name, value)
        return is_written


def _kind(party: Party, differs: bool, is_update: bool) -> str:
    if party.is_mentioned:
        return "added"
    return ("changed" if is_update else "left") if differs else "unchanged"
