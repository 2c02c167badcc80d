"""What the pipeline remembers of a deal while its facts go by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from comptant.ground.journal.acts import CLOSED, OPEN, ZERO
from comptant.ground.journal.replay import Crossing
from comptant.journey.pipeline.rules.stall import Closures, StallRule


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the firm's pipeline. ``kind`` is ours, so that no report depends on the firm's wording."""

    key: str
    kind: str
    position: int
    declared_days: int


@dataclass(slots=True)
class Thread:
    """Where a deal stands in the pipeline, and all that its next crossing depends on.

    ``place`` is the account its estimate stands in (``signed`` once won), ``net`` how much. ``last_move_on`` is the
    last day the buyer moved, ``restarted_on`` the last day it woke or was reactivated, and silence is counted after
    ``count_from_on``, the later of the two. ``held_on`` is set while it waits; ``stalled_on`` and ``stall_rule``
    while it is stalled; ``closed_on`` while it is closed. ``suspensions`` are the days, first and last included, that
    meetings the buyer accepted keep from counting. ``moves`` are the days of the buyer's moves up to signature, each
    with the stage the deal was in at the end of that day. ``paused_days`` were spent stalled or waiting, up to
    ``paused_on`` if it is there now. ``steps`` counts facts between opening and today.
    """

    rule: StallRule
    place: str
    stage: str
    furthest_stage: str
    opened_on: date
    stage_changed_at: datetime
    stage_changed_on: date
    last_move_on: date
    count_from_on: date
    net: Decimal = ZERO
    has_amount: bool = False
    presented: str = ""
    restarted_on: date | None = None
    suspensions: tuple[tuple[date, date], ...] = ()
    moves: list[tuple[date, str]] = field(default_factory=list)
    decision_on: date | None = None
    decision_set_at: datetime | None = None
    decision_set_on: date | None = None
    decision_moves: int = 0
    is_decision_agreed: bool = False
    """The date came with an offer; one that came with the opening is replaced by the first offer's unmoved."""
    held_on: date | None = None
    wake_on: date | None = None
    woken_on: date | None = None
    hold_reason: str = ""
    extended: bool = False
    stalled_on: date | None = None
    stall_rule: str = ""
    closed_on: date | None = None
    competitor: str = ""
    reason: str = ""
    signed_on: date | None = None
    paused_on: date | None = None
    paused_days: int = 0
    steps: int = 0
    ahead: Crossing | None = None
    """The next crossing, as last worked out by the room."""

    @property
    def first_move_on(self) -> date:
        """Opening a deal is the buyer's first move."""
        return self.opened_on

    @property
    def is_open(self) -> bool:
        """Hoped for, stalled or waiting."""
        return self.place in OPEN

    @property
    def is_closed(self) -> bool:
        """Lost, vanished or declined; not won."""
        return self.place in CLOSED

    @property
    def is_decision_flagged(self) -> bool:
        """A new decision date was agreed for the second time."""
        return self.decision_moves >= 2

    def days_silent(self, day: date) -> int:
        """Silence at the end of ``day``, in days: closures, suspensions and days spent waiting are not counted."""
        return self.rule.silence(self.count_from_on, day, self._suspended_until(day))

    def threshold(self, day: date) -> int:
        """The silence its stage allows, in days, as in effect on ``day``."""
        return self.rule.threshold(self.stage, day)

    def stalls_on(self) -> tuple[date, str] | None:
        """The day it stalls if nothing else happens, and by which rule; None while it is not hoped for."""
        if self.place != "hoped":
            return None
        silent_on = self.rule.silent_on(self.count_from_on, self.stage, self.stage_changed_on, self.suspensions)
        undecided_on = self.decision_on and self.rule.undecided_on(
            self.decision_on, self.decision_set_on or self.opened_on, self.last_move_on, self.restarted_on
        )
        if undecided_on and (silent_on is None or undecided_on < silent_on):
            return undecided_on, "decision_date"
        return (silent_on, "silence") if silent_on else None

    def moving_days(self, until: date) -> int:
        """Days from opening to ``until`` not spent stalled or waiting."""
        paused = (until - self.paused_on).days if self.paused_on else 0
        return (until - self.opened_on).days - self.paused_days - paused

    def gaps(self) -> list[tuple[str, int]]:
        """Days between the buyer's moves up to now, each with the stage in which the gap began."""
        return [
            (stage, (later - earlier).days)
            for (earlier, stage), (later, _) in zip(self.moves, self.moves[1:], strict=False)
        ]

    def _suspended_until(self, day: date) -> Closures:
        if self.held_on is None:
            return self.suspensions
        return (*self.suspensions, (self.held_on, max(day, self.held_on)))

    # What the room's facts do to it; the room says why.

    def buyer_moved(self, day: date) -> None:
        """The buyer did something: silence is counted from that day anew."""
        self.last_move_on = max(self.last_move_on, day)
        self.count_from_on = max(self.count_from_on, day)
        if self.signed_on is None and self.moves[-1][0] != day:
            self.moves.append((day, self.stage))

    def restart(self, day: date) -> None:
        """It woke or was reactivated: silence is counted from that day anew."""
        self.restarted_on = day
        self.count_from_on = max(self.count_from_on, day)

    def reach(self, stage: str, position: int, furthest_position: int, at: datetime, day: date) -> None:
        """It enters a stage; moves of the same day belong to it."""
        self.stage, self.stage_changed_at, self.stage_changed_on = stage, at, day
        if position > furthest_position:
            self.furthest_stage = stage
        if self.moves[-1][0] == day:
            self.moves[-1] = (day, stage)

    def enter(self, place: str, day: date) -> None:
        """It now stands in ``place``; what belonged to the place it left is forgotten."""
        if self.paused_on is not None:
            self.paused_days += (day - self.paused_on).days
        self.paused_on = day if place in {"stalled", "waiting"} else None
        self.place, self.stalled_on, self.stall_rule = place, None, ""
        self.held_on, self.wake_on, self.hold_reason, self.extended = None, None, "", False
        self.closed_on, self.competitor, self.reason = None, "", ""
