"""The stall rule of product.md 4.2, written a second time: day by day, naively, with nothing of ours.

It walks the calendar from the day a deal is opened and asks each morning, and after each thing said, whether the deal
stalls. It counts silence by looking at every day again. Slow and plain on purpose: the tests compare it with the rules.
Days and times here are the firm's wall clock, without a zone.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import holidays

DAY = timedelta(days=1)
OPEN = ("hoped", "stalled", "waiting")
ORDER = ("opened", "", "lost vanished declined", "reactivated", "won")
"""What comes first among things said at one instant; the rest is at the second place."""

_CALENDARS = {"FR": holidays.country_holidays("FR"), "CA": holidays.country_holidays("CA", subdiv="QC")}


def people_work(day: date, country: str) -> bool:
    return day.weekday() < 5 and day not in _CALENDARS[country]


@dataclass
class World:
    """A firm and the country of its client. ``thresholds``: by stage, (from this day on, days), oldest first."""

    country: str
    declared: dict[str, int]
    thresholds: dict[str, list[tuple[date, int]]]
    closures: list[tuple[date, date]]

    def tau(self, stage: str, day: date) -> int:
        allowed = self.declared[stage]
        for since, days in self.thresholds.get(stage, []):
            if since <= day:
                allowed = days
        return allowed

    def is_closed(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.closures)


@dataclass(eq=False)
class Said:
    at: datetime
    kind: str
    value: Any = None
    """A stage, a date or an amount, by the kind; for ``opened`` (stage, amount, decision date)."""


@dataclass
class Story:
    """What became of the deal."""

    refused: list[Said] = field(default_factory=list)
    crossings: list[tuple[datetime, str, str]] = field(default_factory=list)
    evenings: dict[date, dict[str, Any]] = field(default_factory=dict)


class Walk:
    def __init__(self, world: World) -> None:
        self.world, self.story = world, Story()
        self.place = ""
        self.stage = ""
        self.amount = 0
        self.buyer_moves: list[date] = []
        self.restarts: list[date] = []
        self.stage_changes: list[date] = []
        self.waited: set[date] = set()
        self.met: set[date] = set()
        self.decision: tuple[date, date] | None = None  # the date, and the day it was agreed
        self.is_agreed = False  # a date that came with the opening is no agreement that moves
        self.moved_decisions = 0
        self.wake_on: date | None = None
        self.extensions = 0
        self.has_woken = False
        self.rule = ""
        self.since: date | None = None

    # silence

    def counts(self, day: date) -> bool:
        return not (self.world.is_closed(day) or day in self.met or day in self.waited)

    def silence(self, on: date) -> int:
        start = max(self.buyer_moves + self.restarts)
        days, day = 0, start + DAY
        while day <= on:
            days += self.counts(day)
            day += DAY
        return days

    def is_too_silent(self, today: date) -> bool:
        if today <= max(self.buyer_moves + self.restarts) or today < self.stage_changes[-1]:
            return False
        return self.silence(today - DAY) >= self.world.tau(self.stage, today)

    def is_undecided(self, today: date) -> bool:
        if self.decision is None:
            return False
        decide_on, agreed_on = self.decision
        if any(move >= decide_on for move in self.buyer_moves) or self.was_overtaken():
            return False
        return today > decide_on and today >= agreed_on

    def was_overtaken(self) -> bool:
        """It woke or was reactivated on the working day on which the date would have told, or after."""
        decide_on, agreed_on = self.decision or (date.min, date.min)
        tells = max(decide_on + DAY, agreed_on)
        while not people_work(tells, self.world.country):
            tells += DAY
        return any(back >= tells for back in self.restarts)

    # time

    def morning(self, today: date) -> None:
        midnight = datetime(today.year, today.month, today.day)
        if self.place == "waiting" and self.wake_on == today:
            self.story.crossings.append((midnight, "woken", ""))
            self.back_to_hope(today)
            self.has_woken = True
        self.look(midnight)

    def look(self, now: datetime) -> None:
        today = now.date()
        if self.place != "hoped" or not people_work(today, self.world.country):
            return
        if self.is_too_silent(today):
            rule = "silence"
        elif self.is_undecided(today):
            rule = "decision_date"
        else:
            return
        self.place, self.rule, self.since = "stalled", rule, today
        self.story.crossings.append((now, "stalled", rule))

    def evening(self, today: date) -> None:
        if self.place:
            self.story.evenings[today] = {
                "place": self.place,
                "stage": self.stage,
                "amount": self.amount,
                "rule": self.rule if self.place == "stalled" else "",
                "since": self.since if self.place == "stalled" else None,
                "silent": self.silence(today) if self.place in OPEN else None,
                "tau": self.world.tau(self.stage, today),
            }

    def back_to_hope(self, today: date) -> None:
        self.place, self.wake_on, self.extensions = "hoped", None, 0
        self.restarts.append(today)

    # people

    def hear(self, said: Said) -> bool:
        """Whether it was possible."""
        today = said.at.date()
        if (said.kind == "opened") == bool(self.place):
            return False
        if said.kind == "opened":
            self.place = "hoped"
            self.stage, self.amount, decide_on = said.value
            self.buyer_moves, self.stage_changes = [today], [today]
            self.decision = (decide_on, today) if decide_on else None
            return True
        if said.kind in ("buyer_move", "meeting_accepted", "seller_touch", "maybe"):
            return self.hear_anywhere(said, today)
        if said.kind == "won":
            return self.hear_yes(said, today)
        if said.kind == "reactivated":
            return self.hear_reactivated(said, today)
        return self.place in OPEN and self.hear_while_open(said, today)

    def hear_anywhere(self, said: Said, today: date) -> bool:
        if said.kind in ("seller_touch", "maybe"):
            return True
        if said.kind == "meeting_accepted":
            if said.value < today:
                return False
            day = today + DAY
            while day <= said.value:
                self.met.add(day)
                day += DAY
        self.buyer_moves.append(today)
        if self.place == "stalled":
            self.place = "hoped"
        return True

    def hear_yes(self, said: Said, today: date) -> bool:
        if self.place == "signed":
            return False
        self.place = "signed"
        self.amount = self.amount if said.value is None else said.value
        self.buyer_moves.append(today)
        return True

    def hear_reactivated(self, said: Said, today: date) -> bool:
        if self.place in (*OPEN, "signed"):
            return False
        self.back_to_hope(today)
        self.stage = said.value
        self.stage_changes.append(today)
        self.moved_decisions = 0
        return True

    def hear_while_open(self, said: Said, today: date) -> bool:
        if said.kind == "stage":
            if said.value != self.stage:
                self.stage = said.value
                self.stage_changes.append(today)
        elif said.kind == "estimate":
            self.amount = said.value
        elif said.kind == "offer_sent":
            return self.hear_offer(said, today)
        elif said.kind == "hold":
            return self.hear_hold(said, today)
        elif said.kind == "wake":
            if self.place != "waiting":
                return self.has_woken  # said again after the clock: nothing new
            self.back_to_hope(today)
            self.has_woken = True
        else:
            self.place = said.kind
        return True

    def hear_offer(self, said: Said, today: date) -> bool:
        if said.value is None or (self.decision and said.value == self.decision[0]):
            return True
        if self.decision and self.is_agreed and not self.was_overtaken():
            if self.moved_decisions == 2:
                return False
            self.moved_decisions += 1
        self.decision, self.is_agreed = (said.value, today), True
        return True

    def hear_hold(self, said: Said, today: date) -> bool:
        if said.value <= today or (self.place == "waiting" and self.extensions):
            return False
        self.extensions = 1 if self.place == "waiting" else 0
        self.place, self.wake_on = "waiting", said.value
        return True


def rank(kind: str) -> int:
    return next((n for n, kinds in enumerate(ORDER) if kind in kinds.split()), 1)


def heard(moment: list[Said], walk: Walk) -> list[Said]:
    """Hear all of one instant; what is impossible is tried again after the rest. What stays impossible comes back."""
    while moment:
        left = [said for said in moment if not walk.hear(said)]
        if len(left) == len(moment):
            break
        moment = left
    return moment


def tell(world: World, facts: list[Said], until: date, *, evenings: bool = True) -> Story:
    """Walk from the first thing said to the evening of ``until``; what each evening looked like only if asked."""
    walk = Walk(world)
    ordered = sorted(facts, key=lambda said: (said.at, rank(said.kind)))
    if not ordered:
        return walk.story
    today = ordered[0].at.date()
    while today <= until:
        walk.morning(today)
        instants = sorted({said.at for said in ordered if said.at.date() == today})
        for instant in instants:
            walk.story.refused += heard([said for said in ordered if said.at == instant], walk)
            walk.look(instant)
        if walk.place == "waiting":
            walk.waited.add(today)
        if evenings:
            walk.evening(today)
        today += DAY
    return walk.story
