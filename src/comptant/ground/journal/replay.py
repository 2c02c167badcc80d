"""A deal's timeline is a pure function of its facts.

``replay`` interleaves what people and files said with what time alone concludes (stalled, woken,
fell due). Late facts, files imported in any order and a clock run twice all come out right because
the journal writes only the difference between the timeline it holds and this one.

Source: product.md section 2, "late facts" and "order".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol
from uuid import UUID

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.refusals import Refusal


class Refused(Refusal):
    """The fact is impossible in the state the deal is in at that moment.

    ``code`` is stable, ``facts`` are named values for the sentence, ``fact`` is what was refused.
    """

    def __init__(self, code: str, fact: Fact, **facts: Any) -> None:
        super().__init__(code, **{"kind": fact.kind, "at": fact.at, **facts})
        self.fact = fact


@dataclass(slots=True)
class State:
    """What stands where after the acts so far: balances by (account, document), and each room's memory."""

    balances: dict[tuple[str, UUID | None], tuple[Decimal, Decimal]] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    def of(self, account: str, document: UUID | None = None) -> tuple[Decimal, Decimal]:
        """(net, tax) standing in an account, for one document or for none."""
        return self.balances.get((account, document), (ZERO, ZERO))

    def apply(self, posting: Posting) -> bool:
        """Move the amount; False when it is not there (only ``origin`` may go below zero).

        From ``billable`` to ``invoiced`` the euro takes the document; a document is carried by the
        accounts from ``invoiced`` on, never by those before it.
        """
        source = (posting.source, carried(posting.source, posting.document))
        target = (posting.target, carried(posting.target, posting.document))
        net, tax = self.balances.get(source, (ZERO, ZERO))
        net, tax = net - posting.net, tax - posting.tax
        self.balances[source] = (net, tax)
        to_net, to_tax = self.balances.get(target, (ZERO, ZERO))
        self.balances[target] = (to_net + posting.net, to_tax + posting.tax)
        return posting.source == "origin" or (net >= 0 and tax >= 0)


STATED_RANK = 99
"""Rank of a fact that no room routes: after all others of its instant."""

UNDOCUMENTED = frozenset(
    {"origin", "hoped", "waiting", "stalled", "lost", "vanished", "declined", "signed", "billable"}
)


def carried(account: str, document: UUID | None) -> UUID | None:
    """The document under which an account keeps an amount: none before ``invoiced``."""
    return None if account in UNDOCUMENTED else document


@dataclass(frozen=True, slots=True)
class Crossing:
    """A limit that time crosses: when, which kind of act it makes, and why."""

    at: datetime
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Room(Protocol):
    """The pure part of a room of the journey: how its facts and its crossings move euros."""

    name: str
    kinds: Mapping[str, int]
    """Kinds of facts it routes, with their rank among facts of one instant (lower first)."""
    begins_with: str
    """The kind without which its other facts move nothing yet, and wait as evidence; blank when there is none."""

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of a fact. Updates its own memory, not the balances. Raises Refused."""

    def next_crossing(self, state: State) -> Crossing | None:
        """The earliest limit ahead if nothing else happens, or None. Not asked of a room that was told nothing."""

    def cross(self, state: State, crossing: Crossing) -> Entry:
        """The entry of that crossing. Updates its own memory, not the balances."""


class Timeless:
    """The half of a room on which time alone concludes nothing: it names no crossing, so none is ever crossed."""

    def next_crossing(self, state: State) -> Crossing | None:
        """Never any."""
        return None

    def cross(self, state: State, crossing: Crossing) -> Entry:
        """There is none to cross: reaching this is a fault of the replay."""
        raise AssertionError(f"time crosses nothing here: {crossing.kind}")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The entries of a deal in order, the rank of each within its instant, and the state they lead to."""

    entries: tuple[Entry, ...]
    ranks: tuple[int, ...]
    state: State


def replay(facts: Iterable[Fact], rooms: Sequence[Room], until: datetime) -> Timeline:
    """The whole timeline of one deal: its facts, and every crossing up to ``until`` included.

    Order: instant; the clock before people; rank of the kind; sequence. Among facts of one instant, one that is
    impossible waits for the others: a bare date does not say which came first. Raises Refused, naming the fact,
    when a fact is impossible or would take a balance below zero.
    """
    facts = list(facts)
    said = {fact.kind for fact in facts}
    begun = tuple(not room.begins_with or room.begins_with in said for room in rooms)
    ranks, takers = _routing(tuple(map(type, rooms)), begun)
    awake = [room for room in rooms if not said.isdisjoint(room.kinds)]
    story = _Story(State(), rooms, takers, awake)
    ordered = sorted((fact.at, ranks.get(fact.kind, STATED_RANK), fact.seq, n, fact) for n, fact in enumerate(facts))
    for at, moment in groupby(ordered, itemgetter(0)):
        story.live_to(at)
        story.record([(rank, fact) for _, rank, _, _, fact in moment])
    story.live_to(until)
    return Timeline(tuple(story.entries), tuple(story.ranks), story.state)


def routed_kinds(rooms: Sequence[Room]) -> Mapping[str, int]:
    """The kinds that some room routes, with their rank: facts of these never state their own postings."""
    return _routing(tuple(map(type, rooms)), (True,) * len(rooms))[0]


@lru_cache(maxsize=64)
def _routing(rooms: tuple[type[Room], ...], begun: tuple[bool, ...]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """By kind: its rank, and the place of the room that routes it. The same for every deal whose facts begin alike."""
    ranks: dict[str, int] = {}
    takers: dict[str, int] = {}
    for place, room in enumerate(rooms):
        ranks.update(room.kinds)
        if begun[place]:
            takers.update(dict.fromkeys(room.kinds, place))
    return ranks, takers


@dataclass(slots=True)
class _Story:
    """A replay under way. ``takers``: the place of the room that routes a kind.

    ``awake``: the rooms that were told something; time crosses nothing in the others.
    """

    state: State
    rooms: Sequence[Room]
    takers: Mapping[str, int]
    awake: Sequence[Room]
    entries: list[Entry] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)

    def live_to(self, until: datetime) -> None:
        """Let time cross every limit up to ``until`` included."""
        for entry in _crossings(self.state, self.awake, until):
            self.entries.append(entry)
            self.ranks.append(0)

    def record(self, moment: Sequence[tuple[int, Fact]]) -> None:
        """Record the facts of one instant, those that are refused after the others."""
        last = (0, 0)
        while moment:
            refused: list[tuple[int, Fact]] = []
            first: Refused | None = None
            for rank, fact in moment:
                try:
                    self.entries.append(_recorded(self.state, fact, self._route(fact)))
                except Refused as refusal:
                    first = first or refusal
                    refused.append((rank, fact))
                else:
                    place = max((rank, fact.seq), (last[0] + (fact.seq < last[1]), fact.seq))
                    self.ranks.append(place[0])
                    last = place
            if first is not None and len(refused) == len(moment):
                raise first
            moment = refused

    def _route(self, fact: Fact) -> Callable[[State, Fact], Entry]:
        place = self.takers.get(fact.kind)
        return _stated if place is None else self.rooms[place].record


def _recorded(state: State, fact: Fact, route: Callable[[State, Fact], Entry]) -> Entry:
    entry = route(state, fact)
    for n, posting in enumerate(entry.postings):
        if not state.apply(posting):
            for undone in reversed(entry.postings[: n + 1]):
                state.apply(undone.reversed())
            raise Refused("not_enough_there", fact, account=posting.source)
    return entry


def _stated(state: State, fact: Fact) -> Entry:
    """A fact of no room here states its own postings."""
    return Entry(fact.kind, fact.at, fact.postings or (), details=fact.details, fact=fact)


def _crossings(state: State, rooms: Sequence[Room], until: datetime) -> list[Entry]:
    entries: list[Entry] = []
    while True:
        first: Crossing | None = None
        crossed: Room | None = None
        for room in rooms:
            ahead = room.next_crossing(state)
            if ahead is not None and ahead.at <= until and (first is None or ahead.at < first.at):
                first, crossed = ahead, room
        if first is None or crossed is None:
            return entries
        entry = crossed.cross(state, first)
        for posting in entry.postings:
            if not state.apply(posting):
                raise AssertionError(f"clock takes from an empty account: {first}")
        entries.append(entry)
