"""The words of the value journal: accounts, legal pairs, postings, facts and entries. No database.

Source: product.md section 2 (accounts of value, legal pairs, the order of acts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

ZERO = Decimal("0.00")


class Account(StrEnum):
    """Where a euro may stand. One at a time, the one it waits for."""

    ORIGIN = "origin"
    HOPED = "hoped"
    WAITING = "waiting"
    STALLED = "stalled"
    LOST = "lost"
    VANISHED = "vanished"
    DECLINED = "declined"
    SIGNED = "signed"
    BILLABLE = "billable"
    INVOICED = "invoiced"
    OVERDUE = "overdue"
    DISPUTED = "disputed"
    DOUBTFUL = "doubtful"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"
    HELD = "held"
    CASHED = "cashed"


ACCOUNTS: tuple[str, ...] = tuple(str(account) for account in Account)

OPEN = frozenset({"hoped", "stalled", "waiting"})
CLOSED = frozenset({"lost", "vanished", "declined"})
PROSPECTED = OPEN | CLOSED
RECEIVABLE = frozenset({"invoiced", "overdue", "disputed", "doubtful"})


def _legal_pairs() -> frozenset[tuple[str, str]]:
    pairs = {("origin", target) for target in ("hoped", "signed", "billable", "held", "cashed")}
    for source in OPEN:
        pairs |= {(source, target) for target in OPEN | CLOSED | {"origin"} if target != source}
    pairs |= {("hoped", "signed")} | {(source, "hoped") for source in CLOSED}
    pairs |= {("signed", target) for target in ("billable", "cancelled", "origin")}
    pairs |= {("billable", target) for target in ("invoiced", "cancelled", "origin")}
    for source in RECEIVABLE:
        ends = RECEIVABLE | {"cashed", "cancelled", "written_off", "billable"}
        pairs |= {(source, target) for target in ends if target != source}
    pairs |= {("cashed", target) for target in ("invoiced", "overdue", "held")}
    pairs |= {("held", "cancelled"), ("held", "origin"), ("written_off", "cashed"), ("written_off", "overdue")}
    return frozenset(pairs) | {("hoped", "hoped")}


LEGAL_PAIRS: frozenset[tuple[str, str]] = _legal_pairs()
"""Every pair (from, to) a posting may have; ``hoped`` to itself only between two stages."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount that leaves one account for another: it cannot be unbalanced.

    ``net`` and ``tax`` are in the deal's currency, never negative. A stage is named on the side
    that is ``hoped``. ``document`` is the invoice the euro belongs to, from invoicing on.
    """

    source: str
    target: str
    net: Decimal
    tax: Decimal = ZERO
    source_stage: str = ""
    target_stage: str = ""
    document: UUID | None = None

    def reversed(self) -> Posting:
        """The posting that undoes this one.

        >>> Posting("hoped", "stalled", Decimal(5), source_stage="contacted").reversed()
        Posting(source='stalled', target='hoped', net=Decimal('5'), tax=Decimal('0.00'), \
source_stage='', target_stage='contacted', document=None)
        """
        return Posting(
            self.target, self.source, self.net, self.tax, self.target_stage, self.source_stage, self.document
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """What a person, a file or a machine said happened on a deal; it never depends on the clock.

    ``at`` is an aware instant. ``details`` hold what was said, in JSON values (amounts as decimal
    strings, days as ISO dates). ``key`` tells the same fact said twice. ``id`` and ``seq`` are those of the
    act that recorded it, None and a large number while it is new. ``postings`` are given when the fact itself
    states where its euros go; otherwise its room routes it.
    """

    kind: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    by: UUID | None = None
    id: UUID | None = None
    seq: int = 1 << 30
    document_sha256: bytes | None = None
    postings: tuple[Posting, ...] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a deal's timeline: an act, dated, with the postings it makes.

    ``is_clock`` says that time concluded it, nobody said it. ``stage`` is the deal's stage after it.
    """

    kind: str
    at: datetime
    postings: tuple[Posting, ...] = ()
    is_clock: bool = False
    stage: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act as the journal holds it.

    ``said`` is the sequence number under which its fact was first recorded: an act whose euros had to be led another
    way is corrected and recorded again, and keeps its place.
    """

    id: UUID
    seq: int
    said: int
    rank: int
    kind: str
    at: datetime
    is_clock: bool
    stage: str
    details: Mapping[str, Any]
    key: str
    by: UUID | None
    corrects: UUID | None
    document_sha256: bytes | None
    postings: tuple[Posting, ...] = ()

    def as_fact(self, routed: bool) -> Fact:
        """What was said. ``routed`` by a room, or else stating its own postings."""
        stated = None if routed else self.postings
        return Fact(
            self.kind, self.at, self.details, self.key, self.by, self.id, self.said, self.document_sha256, stated
        )
