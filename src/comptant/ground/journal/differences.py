"""What the journal must still write for a deal to tell the timeline it should. Pure.

An act that no longer holds is answered by a ``corrected`` act, dated as what it corrects; an act whose euros
must go another way is corrected and recorded again. Clock acts are conclusions and follow the same way.
Source: product.md section 2, "late facts".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from comptant.ground.journal.acts import Entry, Fact, Posting, Recorded
from comptant.ground.journal.replay import Timeline


@dataclass(frozen=True, slots=True)
class Correction:
    """Takes an act back: its postings reversed, last first."""

    act: Recorded

    @property
    def postings(self) -> tuple[Posting, ...]:
        """The act's postings undone."""
        return tuple(posting.reversed() for posting in reversed(self.act.postings))


@dataclass(frozen=True, slots=True)
class Addition:
    """An entry of the timeline the journal does not hold yet. ``said`` is None for a new fact."""

    entry: Entry
    rank: int
    said: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Corrections, newest first, then additions in the order of the timeline."""

    corrections: tuple[Correction, ...]
    additions: tuple[Addition, ...]

    def __bool__(self) -> bool:
        return bool(self.corrections or self.additions)


def effective(acts: Iterable[Recorded]) -> list[Recorded]:
    """The acts that hold: neither corrected since, nor corrections themselves; in the order they happened."""
    acts = list(acts)
    undone = {act.corrects for act in acts if act.corrects}
    held = [act for act in acts if act.id not in undone and not act.corrects]
    return sorted(held, key=lambda act: (act.at, not act.is_clock, act.rank, act.said))


def facts_of(acts: Iterable[Recorded], routed: Mapping[str, int]) -> list[Fact]:
    """What people and files said, out of the acts that hold; ``routed`` are the kinds some room routes."""
    return [act.as_fact(act.kind in routed) for act in acts if not act.is_clock]


def difference(held: Sequence[Recorded], timeline: Timeline) -> Difference:
    """What to write so that the acts that hold become ``timeline``."""
    if not held:
        return Difference((), tuple(map(_addition, timeline.entries, timeline.ranks, repeat({}))))
    ids = {act.id: act for act in held}
    conclusions = Counter(_sign(act) for act in held if act.is_clock)
    kept, additions = set(), []
    by_sign: dict[Any, list[Recorded]] = {}
    for act in held:
        if act.is_clock:
            by_sign.setdefault(_sign(act), []).append(act)
    for entry, rank in zip(timeline.entries, timeline.ranks, strict=True):
        before = _held(entry, rank, ids, conclusions, by_sign)
        if before is not None:
            kept.add(before.id)
        else:
            additions.append(_addition(entry, rank, ids))
    gone = [act for act in held if act.id not in kept]
    corrections = tuple(Correction(act) for act in sorted(gone, key=lambda act: -act.seq))
    return Difference(corrections, tuple(additions))


def _sign(act: Recorded) -> tuple[Any, ...]:
    return act.kind, act.at, act.stage, act.postings, repr(sorted(act.details.items()))


def _held(
    entry: Entry,
    rank: int,
    ids: Mapping[Any, Recorded],
    conclusions: Counter[Any],
    by_sign: Mapping[Any, list[Recorded]],
) -> Recorded | None:
    """The act that already says this entry, if any; each act says one entry."""
    if entry.is_clock:
        sign = (entry.kind, entry.at, entry.stage, entry.postings, repr(sorted(entry.details.items())))
        if not conclusions[sign]:
            return None
        conclusions[sign] -= 1
        return by_sign[sign][conclusions[sign]]
    act = ids.get(entry.fact.id) if entry.fact and entry.fact.id else None
    if act is None or (act.postings, act.stage, act.rank) != (entry.postings, entry.stage, rank):
        return None
    return act


def _addition(entry: Entry, rank: int, ids: Mapping[Any, Recorded]) -> Addition:
    fact = entry.fact
    return Addition(entry, rank, ids[fact.id].said if fact and fact.id else None)
