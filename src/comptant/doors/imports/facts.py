"""What the rows say happened: the facts of a deal's timeline, each with the key that makes it the same said twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from comptant.doors.imports.rows import DealRow, EventRow
from comptant.ground.journal.acts import Fact

OPENED, HELD, CLOSED = "row:opened", "row:hold", "row:closed"
"""Keys of the facts of a deal's own row: one of each per deal."""


@lru_cache(maxsize=20_000)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a bare day is meant: 00:00 in the firm's zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def deal_facts(row: DealRow, zone: ZoneInfo, first_stage: str = "contacted") -> list[Fact]:
    """The facts of a deal's row, in order: opened on ``opened_on``, then how it stands now.

    A waiting deal is put on hold on the day it was opened: the row knows no other day, and on none later was
    it seen to be hoped for. Amounts in details are strings with two decimals, None when the deal has none.
    """
    at = day_start(row.opened_on, zone)
    amount = None if row.amount is None else str(row.amount)
    opened: dict[str, Any] = {"amount": amount, "stage": row.stage or first_stage}
    if row.decision_on is not None:
        opened["decision_on"] = row.decision_on.isoformat()
    if row.presented:
        opened["presented"] = row.presented
    facts = [Fact("opened", at, opened, OPENED)]
    if row.status == "waiting" and row.wake_on is not None:
        facts.append(Fact("hold", at, {"wake_on": row.wake_on.isoformat(), "reason": row.reason}, HELD))
    elif row.closed_on is not None:
        facts.append(Fact(row.status, day_start(row.closed_on, zone), _closing(row, amount), CLOSED))
    return facts


def _closing(row: DealRow, amount: str | None) -> dict[str, Any]:
    if row.status == "won":
        return {"amount": amount, "proof": "imported"}
    if row.status == "lost":
        return {"competitor": row.competitor, "reason": row.reason}
    return {"reason": row.reason}


_VALUE_NAMES = {
    "stage": "stage",
    "reactivated": "stage",
    "estimate": "amount",
    "won": "amount",
    "buyer_move": "channel",
    "seller_touch": "channel",
    "offer_sent": "decision_on",
    "meeting_accepted": "meeting_on",
    "hold": "wake_on",
    "lost": "competitor",
}
_NULLABLE = frozenset({"amount", "decision_on"})


def event_facts(rows: Iterable[EventRow]) -> list[Fact]:
    """The facts of events, in the order of the rows, each keyed by what it says and its occurrence.

    An event is itself by (deal, instant, kind, value, occurrence among the same): rows of one deal must be given
    together, whichever others come with them.
    """
    met: dict[bytes, int] = {}
    facts = []
    for row in rows:
        identity = blake2b(digest_size=16)
        for part in (row.deal_ref, row.at.isoformat(), row.kind, row.value):
            identity.update(part.encode() + b"\0")
        said = identity.digest()
        occurrence = met[said] = met.get(said, -1) + 1
        facts.append(Fact(row.kind, row.at, _event_details(row), f"event:{said.hex()}:{occurrence}"))
    return facts


def _event_details(row: EventRow) -> dict[str, Any]:
    details: dict[str, Any] = {}
    name = _VALUE_NAMES.get(row.kind)
    if name is not None:
        details[name] = row.value or (None if name in _NULLABLE else "")
    if row.kind == "won":
        details["proof"] = "imported"
    if row.note:
        details["reason" if row.kind in ("lost", "vanished", "declined", "hold") else "note"] = row.note
    return details
