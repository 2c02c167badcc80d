"""How the pipeline's facts and its crossings move euros: from ``origin`` to ``hoped``, and out of it.

A deal without an amount posts zeros, so that it is counted where it stands.
Source: product.md section 2, "how acts post", and 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from comptant.ground.journal.acts import CLOSED, OPEN, ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Crossing, Refused, State
from comptant.journey.pipeline.rules.stall import SILENCE, Closures, StallRule, Thresholds
from comptant.journey.pipeline.rules.thread import Stage, Thread

KINDS: Mapping[str, int] = MappingProxyType(
    {"opened": 0}
    | dict.fromkeys(
        [
            "estimate", "stage", "buyer_move", "seller_touch", "offer_sent",
            "maybe", "meeting_accepted", "hold", "wake",
        ],
        1,
    )
    | {"lost": 2, "vanished": 2, "declined": 2, "reactivated": 3, "won": 4}
)  # fmt: skip
"""Kinds of facts, with their rank among facts of one instant."""

MOVED_AT_MOST = 2
"""How often a new decision date may be agreed; the second time is flagged."""

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 16
_NOTHING: Any = object()
_INSTANT = timedelta(microseconds=1)


class PipelineRoom:
    """The pipeline of one firm for clients of one country. Plugs into ``replay``.

    ``stages`` by key; ``closures`` are the firm's. Refusals: not_opened, already_opened, not_open, not_closed,
    already_won, unknown_stage, bad_amount, bad_day, wake_not_after, already_extended, not_waiting,
    meeting_before_acceptance, decision_moved_too_often. A refused fact changes nothing.
    """

    name = "pipeline"
    kinds = KINDS
    begins_with = "opened"

    def __init__(
        self,
        zone: ZoneInfo,
        country: str,
        stages: Mapping[str, Stage],
        thresholds: Thresholds,
        closures: Closures = (),
    ) -> None:
        self.zone, self.stages = zone, stages
        declared = {key: stage.declared_days for key, stage in stages.items()}
        self.rule = StallRule(country, declared, thresholds, closures)
        self._midnights: dict[date, datetime] = {}
        self._routes: dict[str, Callable[[Thread, Fact, date], tuple[Posting, ...]]] = {
            "estimate": self._estimate,
            "stage": self._stage,
            "buyer_move": self._buyer_move,
            "seller_touch": self._evidence,
            "offer_sent": self._offer_sent,
            "maybe": self._evidence,
            "meeting_accepted": self._meeting_accepted,
            "hold": self._hold,
            "wake": self._wake,
            "won": self._won,
            "lost": self._close,
            "vanished": self._close,
            "declined": self._close,
            "reactivated": self._reactivated,
        }

    # What replay asks.

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of a fact, the deal's memory brought up to date. Raises Refused."""
        day = fact.at.astimezone(self.zone).date()
        thread: Thread | None = state.memory.get("pipeline")
        if fact.kind == "opened":
            if thread is not None:
                raise Refused("already_opened", fact)
            thread = state.memory["pipeline"] = self._opened(fact, day)
            postings: tuple[Posting, ...] = (_hope(thread.net, thread.stage),)
        elif thread is None:
            raise Refused("not_opened", fact)
        else:
            postings = self._routes[fact.kind](thread, fact, day)
            thread.steps += 1
        thread.ahead = _NOTHING
        return Entry(fact.kind, fact.at, postings, False, thread.stage, fact.details, fact)

    def next_crossing(self, state: State) -> Crossing | None:
        """When the deal wakes or stalls if nothing else happens."""
        thread: Thread | None = state.memory.get("pipeline")
        if thread is None:
            return None
        if thread.ahead is _NOTHING:
            thread.ahead = self.crossing(thread)
        return thread.ahead

    def cross(self, state: State, crossing: Crossing) -> Entry:
        """The entry of a wake or a stall, the deal's memory brought up to date."""
        thread: Thread = state.memory["pipeline"]
        day = crossing.at.astimezone(self.zone).date()
        if crossing.kind == "woken":
            postings = _move(thread, "hoped")
            thread.enter("hoped", day)
            thread.restart(day)
            thread.woken_on = day
        else:
            postings = _move(thread, "stalled")
            thread.enter("stalled", day)
            thread.stalled_on, thread.stall_rule = day, crossing.details["rule"]
        thread.ahead = _NOTHING
        return Entry(crossing.kind, crossing.at, postings, True, thread.stage, crossing.details)

    def crossing(self, thread: Thread) -> Crossing | None:
        """When a deal in that state wakes or stalls if nothing else happens."""
        if thread.place == "waiting" and thread.wake_on is not None:
            return Crossing(self.midnight(thread.wake_on), "woken", {})
        stall = thread.stalls_on()
        if stall is None:
            return None
        day, rule = stall
        details = {
            "rule": rule,
            "threshold_days": thread.threshold(day),
            "days_silent": thread.days_silent(day - timedelta(days=1)),
        }
        return Crossing(self._stalls_at(thread, day, rule), "stalled", details)

    def _stalls_at(self, thread: Thread, day: date, rule: str) -> datetime:
        """The start of the day, or just after the change of that day without which it would not stall."""
        if rule == SILENCE:
            changed_on, changed_at = thread.stage_changed_on, thread.stage_changed_at
        else:
            changed_on, changed_at = thread.decision_set_on or day, thread.decision_set_at or thread.stage_changed_at
        return changed_at + _INSTANT if changed_on == day else self.midnight(day)

    def midnight(self, day: date) -> datetime:
        """The instant a day begins in the firm's zone."""
        at = self._midnights.get(day)
        if at is None:
            local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            at = self._midnights[day] = local.astimezone(UTC)
        return at

    # One function per kind of fact: refuses first, then changes the thread, then says the postings.

    def _opened(self, fact: Fact, day: date) -> Thread:
        said = fact.details
        stage, amount = self._known_stage(fact), _amount(fact)
        decision_on = _day(fact, "decision_on")
        return Thread(
            rule=self.rule,
            place="hoped",
            stage=stage.key,
            furthest_stage=stage.key,
            opened_on=day,
            stage_changed_at=fact.at,
            stage_changed_on=day,
            last_move_on=day,
            count_from_on=day,
            net=amount or ZERO,
            has_amount=amount is not None,
            presented=said.get("presented") or "",
            moves=[(day, stage.key)],
            decision_on=decision_on,
            decision_set_at=fact.at if decision_on else None,
            decision_set_on=day if decision_on else None,
        )

    def _estimate(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        amount = _amount(fact)
        postings = _reestimate(thread, amount or ZERO)
        thread.net, thread.has_amount = amount or ZERO, amount is not None
        return postings

    def _stage(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        stage, before = self._known_stage(fact), thread.stage
        if stage.key == before:
            return ()
        self._reach(thread, stage, fact.at, day)
        if thread.place != "hoped":
            return ()
        return (Posting("hoped", "hoped", thread.net, source_stage=before, target_stage=stage.key),)

    def _buyer_move(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        postings: tuple[Posting, ...] = ()
        if thread.place == "stalled":
            postings = _move(thread, "hoped")
            thread.enter("hoped", day)
        thread.buyer_moved(day)
        return postings

    def _meeting_accepted(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        meeting_on = _day(fact, "meeting_on")
        if meeting_on is None or meeting_on < day:
            raise Refused("meeting_before_acceptance", fact, meeting_on=meeting_on)
        if meeting_on > day:
            thread.suspensions = (*thread.suspensions, (day + timedelta(days=1), meeting_on))
        return self._buyer_move(thread, fact, day)

    def _evidence(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        return ()

    def _offer_sent(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        decision_on = _day(fact, "decision_on")
        thread_presented = fact.details.get("presented") or thread.presented
        if decision_on is not None and decision_on != thread.decision_on:
            moves = thread.decision_moves + self._replaces_live_date(thread)
            if moves > MOVED_AT_MOST:
                raise Refused("decision_moved_too_often", fact, moves=moves)
            thread.decision_on, thread.decision_moves = decision_on, moves
            thread.decision_set_at, thread.decision_set_on, thread.is_decision_agreed = fact.at, day, True
        thread.presented = thread_presented
        return ()

    def _hold(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        wake_on = _day(fact, "wake_on")
        if wake_on is None or wake_on <= day:
            raise Refused("wake_not_after", fact, wake_on=wake_on)
        postings: tuple[Posting, ...] = ()
        if thread.place == "waiting":
            if thread.extended:
                raise Refused("already_extended", fact, wake_on=thread.wake_on)
            thread.extended = True
        else:
            postings = _move(thread, "waiting")
            thread.enter("waiting", day)
            thread.held_on = day
        thread.wake_on, thread.hold_reason = wake_on, fact.details.get("reason") or thread.hold_reason
        return postings

    def _wake(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        if thread.place != "waiting":
            if thread.woken_on is None:
                raise Refused("not_waiting", fact)
            return ()  # the clock woke it first, on its wake date: what is said again moves nothing
        postings = _move(thread, "hoped")
        thread.enter("hoped", day)
        thread.restart(day)
        thread.woken_on = day
        return postings

    def _won(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        if thread.place == "signed":
            raise Refused("already_won", fact)
        said, tax = _amount(fact), _amount(fact, "tax") or ZERO
        price = thread.net if said is None else said
        postings = () if thread.place == "hoped" else _move(thread, "hoped")
        thread.enter("hoped", day)
        postings += (*_reestimate(thread, price), Posting("hoped", "signed", price, source_stage=thread.stage))
        if tax:
            postings += (Posting("origin", "signed", ZERO, tax),)
        thread.net, thread.has_amount = price, thread.has_amount or said is not None
        thread.enter("signed", day)
        thread.buyer_moved(day)
        thread.signed_on = day
        return postings

    def _close(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        _must_be_open(thread, fact)
        postings = _move(thread, fact.kind)
        thread.enter(fact.kind, day)
        thread.closed_on = day
        thread.competitor, thread.reason = fact.details.get("competitor") or "", fact.details.get("reason") or ""
        return postings

    def _reactivated(self, thread: Thread, fact: Fact, day: date) -> tuple[Posting, ...]:
        if thread.place not in CLOSED:
            raise Refused("not_closed", fact)
        stage = self._known_stage(fact) if fact.details.get("stage") else self.stages[thread.stage]
        source = thread.place
        thread.enter("hoped", day)
        thread.restart(day)
        self._reach(thread, stage, fact.at, day)
        thread.decision_moves = 0
        return (Posting(source, "hoped", thread.net, target_stage=stage.key),)

    def _replaces_live_date(self, thread: Thread) -> bool:
        """A date that a wake or a reactivation has taken out of play was not moved when a new one is agreed."""
        if thread.decision_on is None or not thread.is_decision_agreed:
            return False
        set_on, never = thread.decision_set_on or thread.opened_on, date.min
        return self.rule.undecided_on(thread.decision_on, set_on, never, thread.restarted_on) is not None

    def _known_stage(self, fact: Fact) -> Stage:
        stage = self.stages.get(fact.details.get("stage") or "")
        if stage is None:
            raise Refused("unknown_stage", fact, stage=fact.details.get("stage"))
        return stage

    def _reach(self, thread: Thread, stage: Stage, at: datetime, day: date) -> None:
        furthest = self.stages[thread.furthest_stage].position
        thread.reach(stage.key, stage.position, furthest, at, day)


def _must_be_open(thread: Thread, fact: Fact) -> None:
    if thread.place not in OPEN:
        raise Refused("not_open", fact, place=thread.place)


def _hope(net: Decimal, stage: str) -> Posting:
    return Posting("origin", "hoped", net, target_stage=stage)


def _move(thread: Thread, target: str) -> tuple[Posting, ...]:
    """All that stands in the deal's place, to another."""
    return (
        Posting(
            thread.place,
            target,
            thread.net,
            source_stage=thread.stage if thread.place == "hoped" else "",
            target_stage=thread.stage if target == "hoped" else "",
        ),
    )


def _reestimate(thread: Thread, amount: Decimal) -> tuple[Posting, ...]:
    """From the estimate as it stands to ``amount``; what is new is hoped for first, wherever the deal stands."""
    place, stage, more = thread.place, thread.stage, amount - thread.net
    if more == 0:
        return ()
    if more < 0:
        return (Posting(place, "origin", -more, source_stage=stage if place == "hoped" else ""),)
    if place == "hoped":
        return (_hope(more, stage),)
    return (_hope(more, stage), Posting("hoped", place, more, source_stage=stage))


def _amount(fact: Fact, name: str = "amount") -> Decimal | None:
    """An amount as said, in cents, or None when it was not. Refused: bad_amount."""
    said = fact.details.get(name)
    if said is None or said == "":
        return None
    try:
        exact = Decimal(said)
        amount = exact.quantize(CENT)
    except (InvalidOperation, TypeError, ValueError):
        raise Refused("bad_amount", fact, amount=said) from None
    if amount != exact or not ZERO <= amount < LIMIT:
        raise Refused("bad_amount", fact, amount=said)
    return amount


def _day(fact: Fact, name: str) -> date | None:
    """A day as said, or None when it was not. Refused: bad_day."""
    said = fact.details.get(name)
    if said is None or said == "":
        return None
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError):
        raise Refused("bad_day", fact, day=said) from None
