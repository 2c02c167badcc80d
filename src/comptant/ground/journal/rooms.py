"""The rooms that route facts and name time's crossings, made known to the journal when the application starts.

The journal stands below the rooms and cannot import them; each room's AppConfig registers its desk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol, runtime_checkable
from uuid import UUID

from comptant.ground.database.bulk import Part
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Fact, Recorded
from comptant.ground.journal.differences import Difference
from comptant.ground.journal.replay import Room, Timeline


@dataclass(frozen=True, slots=True)
class DealHead:
    """What the rules need to know of a deal's identity. ``country`` is the client's place, ISO-2."""

    id: UUID
    currency: str
    country: str


@dataclass(frozen=True, slots=True)
class Case:
    """A deal to settle: what the journal holds of it, the facts that are new, and the acts no longer said."""

    head: DealHead
    recorded: Sequence[Recorded]
    facts: Sequence[Fact]
    unsaid: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled deal: its timeline, and what had to be written to get there."""

    case: Case
    timeline: Timeline
    difference: Difference


class Desk(Protocol):
    """A room as the journal meets it."""

    name: str
    kinds: Collection[str]
    """Kinds of facts its room routes: said with ``record`` or ``settle``, never with ``post``."""

    def open(self, firm: Firm) -> Callable[[DealHead], Room]:
        """Read what the rules need of the firm, once; then give the rules for each deal."""

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """Write the room's current-state rows of the settled deals, in few statements."""


@runtime_checkable
class Beginning(Protocol):
    """A room that keeps a row of a deal from its first fact on, written in the very statement that opens the deal."""

    def first_rows(self, firm: Firm, settled: Settled) -> Part:
        """What ``keep`` would insert for a deal that nobody knows yet."""


def by_currency(make: Callable[[str], Room]) -> Callable[[DealHead], Room]:
    """The rules for each deal, made once for each currency."""
    made = cache(make)
    return lambda head: made(head.currency)


_desks: list[Desk] = []


def register(desk: Desk) -> None:
    """Make a room known; called once by its AppConfig, earlier rooms first."""
    if desk.name not in {known.name for known in _desks}:
        _desks.append(desk)


def desks() -> Sequence[Desk]:
    """The rooms in the order of the journey."""
    return tuple(_desks)


def routes(kind: str) -> bool:
    """Some room says where the euros of such a fact go."""
    return any(kind in desk.kinds for desk in _desks)
