"""Which facts of a file are new, which are known, and which say something else than before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from comptant.ground.journal.acts import Fact, Recorded

ENDS = frozenset({"won", "lost", "vanished", "declined"})

Day = Callable[[datetime], date]


@dataclass(frozen=True, slots=True)
class Said:
    """``new`` facts; ``known`` ones; ``changed``: (act held, fact said instead); ``unsaid``: held, no longer said.

    ``outdone`` are ends that a deal's own row told, and that an event of that day tells better.
    """

    new: tuple[Fact, ...]
    known: tuple[Fact, ...]
    changed: tuple[tuple[Recorded, Fact], ...]
    unsaid: tuple[Recorded, ...]
    outdone: frozenset[UUID] = frozenset()

    @property
    def corrected(self) -> frozenset[UUID]:
        """The acts to take back if the file is to be believed."""
        return frozenset(act.id for act, _ in self.changed) | frozenset(act.id for act in self.unsaid)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that is to be said now."""
        return self.new + tuple(fact for _, fact in self.changed)

    @property
    def differs(self) -> bool:
        """Something was said otherwise before."""
        return bool(self.changed or self.unsaid)


def compare(facts: Sequence[Fact], held: Sequence[Recorded], day: Day, prefix: str | None = None) -> Said:
    """The facts of a file beside the acts that hold, by key.

    A deal's end told twice, by its own row and by an event of the same kind and day, is one fact: the event's, which
    states the amount signed, whichever came first. With ``prefix``, a blank in the file says nothing, and an act
    whose key begins so and that the file does not say is no longer said.
    """
    by_key = {act.key: act for act in held if act.key}
    ends = {(act.kind, day(act.at)): act for act in held if act.kind in ENDS and not act.is_clock}
    new, known, changed, outdone = [], [], [], set()
    for fact in facts:
        act, end = by_key.get(fact.key), ends.get((fact.kind, day(fact.at)))
        if act is not None:
            whole = fact if prefix is None or act.kind != fact.kind else _filled(fact, act)
            if (act.kind, act.at) == (fact.kind, fact.at) and same(act, whole):
                known.append(fact)
            else:
                changed.append((act, whole))
        elif end is None or (fact.key.startswith("event:") and _says_more(fact, end)):
            new.append(fact)
            outdone |= {end.id} if end is not None else set()
        else:
            known.append(fact)
    keys = {fact.key for fact in facts}
    unsaid = [act for key, act in by_key.items() if prefix and key.startswith(prefix) and key not in keys]
    return Said(tuple(new), tuple(known), tuple(changed), tuple(unsaid), frozenset(outdone))


def _says_more(fact: Fact, end: Recorded) -> bool:
    """An event's end beside the row's: it states an amount, and another one."""
    amount = fact.details.get("amount")
    return end.key.startswith("row:") and amount not in (None, "", end.details.get("amount"))


def _filled(fact: Fact, act: Recorded) -> Fact:
    """The fact with what the file left blank taken from what was said before."""
    return replace(fact, details={**_there(act.details), **_there(fact.details)})


def same(act: Recorded, fact: Fact) -> bool:
    """The same details, a blank and an absent one being the same."""
    return _there(act.details) == _there(fact.details)


def _there(details: object) -> dict[str, object]:
    return {name: value for name, value in dict(details).items() if value not in (None, "")}  # type: ignore[call-overload]
