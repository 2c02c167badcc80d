"""The room as the journal meets it: its rules, and what is still contested of each dispute after a settling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from comptant.ground.database.bulk import literal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Entry
from comptant.ground.journal.replay import Room
from comptant.ground.journal.rooms import DealHead, Settled, by_currency
from comptant.journey.invoices.rules.claims import claims_of
from comptant.journey.recovery.rules import RecoveryRoom

ENDS = {
    "invoiced": "upheld", "overdue": "upheld", "cancelled": "founded", "billable": "founded", "cashed": "paid",
    "written_off": "given_up",
}  # fmt: skip
"""How a dispute ended, by where its last euros went; those of an insolvent debtor are contested still."""

Row = tuple[UUID, Decimal, date | None, str]


class RecoveryDesk:
    """Registered by the application's configuration."""

    name = "recovery"
    kinds: Collection[str] = tuple(RecoveryRoom.kinds)

    def open(self, firm: Firm) -> Callable[[DealHead], Room]:
        """The rules for deals of each currency."""
        return by_currency(RecoveryRoom)

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """Write what is still contested of each dispute, and how those ended of which nothing is."""
        rows = [row for one in settled for row in disputes_of(firm, one)]
        for start in range(0, len(rows), 1000):
            _update(firm, rows[start : start + 1000])


def disputes_of(firm: Firm, settled: Settled) -> Iterator[Row]:
    """(dispute, still contested, settled on, outcome) of each dispute of a settled deal that has a name."""
    for document, claim in claims_of(settled.timeline.state).items():
        for name, contested in claim.disputes.items():
            if name:
                end = None if contested else _end(settled.timeline.entries, document, name)
                day, outcome = (firm.day(end[0].at), end[1]) if end else (None, "")
                yield UUID(name), contested, day, outcome


def _end(entries: Sequence[Entry], document: UUID, name: str) -> tuple[Entry, str] | None:
    """The entry that ended a dispute and how: the one that names it, else the last that took from what is contested."""
    for entry in reversed(entries):
        if entry.kind == "dispute_settled" and entry.details.get("dispute") == name:
            return entry, str(entry.details.get("outcome") or "upheld")
    for entry in reversed(entries):
        for posting in entry.postings:
            if posting.source == "disputed" and posting.document == document:
                outcome = ENDS.get(posting.target)
                return (entry, outcome) if outcome else None
    return None


def _update(firm: Firm, rows: Sequence[Row]) -> None:
    values = ",".join("(" + ",".join(literal(value) for value in row) + ")" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE recovery_dispute d SET open_amount = v.contested::numeric, settled_on = v.day::date,"
            " outcome = v.outcome, settled_by_id = CASE WHEN v.day IS NULL THEN NULL ELSE d.settled_by_id END"
            f" FROM (VALUES {values}) v(id, contested, day, outcome)"
            f" WHERE d.firm_id = {firm.id} AND d.id = v.id::uuid",
            None,
        )
