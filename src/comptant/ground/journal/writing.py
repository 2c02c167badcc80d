"""How acts reach their tables: rows of acts, postings, balances and rollups, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.database.bulk import Part, insert_rows, insert_together
from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO, Posting
from comptant.ground.journal.models import NO_DOCUMENT
from comptant.ground.journal.replay import carried
from comptant.ground.journal.tally import Tally

ACT = "id firm_id deal_id seq said rank kind occurred_at occurred_on by_id is_clock stage details fact_key corrects_id"
ACT_COLUMNS = (*ACT.split(), "document_sha256")
POSTING = "firm_id act_id deal_id n source target source_stage target_stage net tax document occurred_on is_correction"
POSTING_COLUMNS = tuple(POSTING.split())
BALANCE_COLUMNS = ("firm_id", "deal_id", "account", "document", "net", "tax")
FLOW = "firm_id batch occurred_on currency source target source_stage target_stage net tax"
FLOW_COLUMNS = tuple(FLOW.split())
PRESENCE_COLUMNS = ("firm_id", "batch", "occurred_on", "currency", "account", "deals")
NOWHERE = UUID(NO_DOCUMENT)

Key = tuple[UUID, str, UUID]
"""Deal, account, document: what a balance is kept for."""


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act about to be written; everything is decided."""

    deal_id: UUID
    seq: int
    said: int
    rank: int
    kind: str
    at: datetime
    on: date
    by: UUID | None
    is_clock: bool
    stage: str
    details: dict[str, Any]
    key: str
    corrects: UUID | None
    document_sha256: bytes | None
    postings: tuple[Posting, ...]
    id: UUID = field(default_factory=uuid7)

    def row(self, firm_id: int) -> tuple[Any, ...]:
        """The act's columns, in the order of ACT_COLUMNS."""
        return (
            self.id, firm_id, self.deal_id, self.seq, self.said, self.rank, self.kind, self.at, self.on, self.by,
            self.is_clock, self.stage, self.details, self.key, self.corrects, self.document_sha256,
        )  # fmt: skip

    def posting_rows(self, firm_id: int) -> Iterable[tuple[Any, ...]]:
        """The columns of its postings, in the order of POSTING_COLUMNS."""
        for n, p in enumerate(self.postings, start=1):
            yield (
                firm_id, self.id, self.deal_id, n, p.source, p.target, p.source_stage, p.target_stage,
                p.net, p.tax, p.document, self.on, self.corrects is not None,
            )  # fmt: skip


def balance_changes(acts: Iterable[NewAct]) -> dict[Key, tuple[Decimal, Decimal]]:
    """(net, tax) that the acts add to each balance; negative where they take."""
    changes: dict[Key, tuple[Decimal, Decimal]] = {}
    for act in acts:
        for p in act.postings:
            for account, sign in ((p.source, -1), (p.target, 1)):
                key = (act.deal_id, account, carried(account, p.document) or NOWHERE)
                net, tax = changes.get(key, (ZERO, ZERO))
                changes[key] = (net + sign * p.net, tax + sign * p.tax)
    return changes


def write_acts(firm: Firm, acts: Sequence[NewAct], *, fresh: bool, rolled: bool) -> None:
    """Write acts, their postings, the balances, and their place in the queues.

    ``fresh``: no balance of these deals exists yet, so they are inserted as they stand.
    ``rolled``: the caller writes the rollup of these acts itself; otherwise they join the tail.
    """
    insert_rows("journal_act", ACT_COLUMNS, (act.row(firm.id) for act in acts))
    insert_rows("journal_posting", POSTING_COLUMNS, (row for act in acts for row in act.posting_rows(firm.id)))
    change_balances(firm, balance_changes(acts), fresh=fresh)
    insert_rows("journal_unsealed", ("id", "firm_id"), ((act.id, firm.id) for act in acts))
    if not rolled:
        insert_rows("journal_unrolled", ("id", "firm_id"), ((act.id, firm.id) for act in acts))


def write_story(firm: Firm, acts: Sequence[NewAct], tally: Tally, also: Sequence[Part]) -> None:
    """Write the first acts of a deal that nobody knows yet, its balances, their sums and ``also``, in one statement."""
    changes = balance_changes(acts)
    balances = [(firm.id, deal, account, document, *amounts) for (deal, account, document), amounts in changes.items()]
    insert_together(
        [
            *also,
            ("journal_act", ACT_COLUMNS, [act.row(firm.id) for act in acts]),
            ("journal_posting", POSTING_COLUMNS, [row for act in acts for row in act.posting_rows(firm.id)]),
            ("journal_balance", BALANCE_COLUMNS, balances),
            ("journal_unsealed", ("id", "firm_id"), [(act.id, firm.id) for act in acts]),
            *tally_rows(firm, tally),
        ]
    )


RAISE = (
    " ON CONFLICT (firm_id, deal_id, account, document)"
    " DO UPDATE SET net = journal_balance.net + excluded.net, tax = journal_balance.tax + excluded.tax"
)


def change_balances(firm: Firm, changes: dict[Key, tuple[Decimal, Decimal]], *, fresh: bool) -> None:
    """Add to balances. What takes is an UPDATE, since a row below zero could not even be proposed.

    Raises IntegrityError where a balance other than ``origin`` would go below zero.
    """
    rows = [(firm.id, deal, account, document, net, tax) for (deal, account, document), (net, tax) in changes.items()]
    if fresh:
        insert_rows("journal_balance", BALANCE_COLUMNS, rows)
        return
    takes = [row for row in rows if row[2] != "origin" and (row[4] < 0 or row[5] < 0)]
    gives = [row for row in rows if row[2] == "origin" or (row[4] >= 0 and row[5] >= 0)]
    insert_rows("journal_balance", BALANCE_COLUMNS, gives, RAISE)
    for start in range(0, len(takes), 1000):
        take_from_balances(firm, takes[start : start + 1000])


class NothingThere(Exception):
    """A balance to take from does not exist."""


def take_from_balances(firm: Firm, rows: Sequence[tuple[Any, ...]]) -> None:
    """Lower balances that must exist."""
    values = ",".join(
        f"('{deal}'::uuid,'{account}','{document}'::uuid,{net},{tax})" for _, deal, account, document, net, tax in rows
    )
    statement = (
        "UPDATE journal_balance b SET net = b.net + v.net, tax = b.tax + v.tax"
        f" FROM (VALUES {values}) v(deal, account, document, net, tax)"
        f" WHERE b.firm_id = {firm.id} AND b.deal_id = v.deal AND b.account = v.account AND b.document = v.document"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, None)
        if cursor.rowcount != len(rows):
            raise NothingThere


def write_tally(firm: Firm, tally: Tally) -> None:
    """Write a batch's sums beside those of the batches before."""
    for table, columns, rows in tally_rows(firm, tally):
        insert_rows(table, columns, rows)


def tally_rows(firm: Firm, tally: Tally) -> list[Part]:
    """A batch's sums as (table, columns, rows)."""
    batch = uuid7()
    flows = [(firm.id, batch, *key, *sums) for key, sums in tally.flows.items() if any(sums)]
    presences = [(firm.id, batch, *key, deals) for key, deals in tally.deals.items() if deals]
    return [
        ("journal_flowrollup", FLOW_COLUMNS, flows),
        ("journal_presencerollup", PRESENCE_COLUMNS, presences),
    ]
