"""What each fact does to the euros: the table of product.md section 2, line by line, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comptant.ground.journal.acts import Fact, Posting
from comptant.ground.journal.replay import Refused, Timeline, replay
from comptant.journey.pipeline.rules import PipelineRoom, Thread
from tests.pipeline.made_up import PARIS, STAGES

ROOM = PipelineRoom(PARIS, "FR", STAGES, {})
UNTIL = datetime(2026, 3, 10, tzinfo=UTC)
OPENED = ("2026-03-02", "opened", {"amount": "1000.00", "stage": "contacted"})
STALLED = ("2026-01-05", "opened", {"amount": "1000.00", "stage": "contacted"})
HELD = ("2026-03-03", "hold", {"wake_on": "2026-04-01", "reason": "budget"})
LOST = ("2026-03-04", "lost", {"competitor": "Rival", "reason": "price"})

Told = tuple[str, str, dict[str, Any]]


def play(*told: Told, until: datetime = UNTIL, room: PipelineRoom = ROOM) -> Timeline:
    facts = [
        Fact(kind, datetime.fromisoformat(on).replace(tzinfo=PARIS).astimezone(UTC), details, seq=number)
        for number, (on, kind, details) in enumerate(told)
    ]
    return replay(facts, [room], until)


def moves(timeline: Timeline) -> list[str]:
    """The postings of the last entry, as ``from/stage>to/stage amount``."""
    return [text(posting) for posting in timeline.entries[-1].postings]


def text(posting: Posting) -> str:
    source = posting.source + ("/" + posting.source_stage if posting.source_stage else "")
    target = posting.target + ("/" + posting.target_stage if posting.target_stage else "")
    tax = f"+{posting.tax}" if posting.tax else ""
    return f"{source}>{target} {posting.net}{tax}"


def thread(timeline: Timeline) -> Thread:
    return timeline.state.memory["pipeline"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("told", "postings"),
    [
        ([OPENED], ["origin>hoped/contacted 1000.00"]),
        ([("2026-03-02", "opened", {"amount": None, "stage": "contacted"})], ["origin>hoped/contacted 0.00"]),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "1500"})], ["origin>hoped/contacted 500.00"]),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "400.5"})], ["hoped/contacted>origin 599.50"]),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "1000.00"})], []),
        ([OPENED, ("2026-03-03", "stage", {"stage": "proposal"})], ["hoped/contacted>hoped/proposal 1000.00"]),
        ([OPENED, ("2026-03-03", "stage", {"stage": "contacted"})], []),
        ([OPENED, ("2026-03-03", "buyer_move", {"channel": "phone"})], []),
        ([OPENED, ("2026-03-03", "seller_touch", {})], []),
        ([OPENED, ("2026-03-03", "maybe", {})], []),
        ([OPENED, ("2026-03-03", "offer_sent", {"decision_on": "2026-03-30"})], []),
        ([OPENED, ("2026-03-03", "meeting_accepted", {"meeting_on": "2026-03-30"})], []),
        ([OPENED, HELD], ["hoped/contacted>waiting 1000.00"]),
        ([OPENED, HELD, ("2026-03-04", "hold", {"wake_on": "2026-05-01"})], []),
        ([OPENED, HELD, ("2026-03-04", "buyer_move", {})], []),
        ([OPENED, HELD, ("2026-03-04", "stage", {"stage": "decision"})], []),
        (
            [OPENED, HELD, ("2026-03-04", "estimate", {"amount": "1200"})],
            ["origin>hoped/contacted 200.00", "hoped/contacted>waiting 200.00"],
        ),
        ([OPENED, HELD, ("2026-03-04", "estimate", {"amount": "300"})], ["waiting>origin 700.00"]),
        ([OPENED, HELD, ("2026-03-04", "wake", {})], ["waiting>hoped/contacted 1000.00"]),
        ([STALLED], ["hoped/contacted>stalled 1000.00"]),
        ([STALLED, ("2026-02-02", "buyer_move", {})], ["stalled>hoped/contacted 1000.00"]),
        ([STALLED, ("2026-02-02", "stage", {"stage": "decision"})], []),
        (
            [STALLED, ("2026-02-02", "estimate", {"amount": "1000.01"})],
            ["origin>hoped/contacted 0.01", "hoped/contacted>stalled 0.01"],
        ),
        ([STALLED, ("2026-02-02", "hold", {"wake_on": "2026-04-01"})], ["stalled>waiting 1000.00"]),
        ([STALLED, ("2026-02-02", "vanished", {})], ["stalled>vanished 1000.00"]),
        ([OPENED, LOST], ["hoped/contacted>lost 1000.00"]),
        ([OPENED, HELD, ("2026-03-04", "declined", {})], ["waiting>declined 1000.00"]),
        ([OPENED, LOST, ("2026-03-05", "buyer_move", {})], []),
        ([OPENED, LOST, ("2026-03-05", "reactivated", {"stage": "decision"})], ["lost>hoped/decision 1000.00"]),
        ([OPENED, LOST, ("2026-03-05", "reactivated", {})], ["lost>hoped/contacted 1000.00"]),
        ([OPENED, ("2026-03-03", "won", {"amount": None})], ["hoped/contacted>signed 1000.00"]),
        (
            [OPENED, ("2026-03-03", "won", {"amount": "1100", "tax": "220"})],
            ["origin>hoped/contacted 100.00", "hoped/contacted>signed 1100.00", "origin>signed 0.00+220.00"],
        ),
        (
            [OPENED, LOST, ("2026-03-05", "won", {"amount": "900"})],
            ["lost>hoped/contacted 1000.00", "hoped/contacted>origin 100.00", "hoped/contacted>signed 900.00"],
        ),
        (
            [OPENED, HELD, ("2026-03-05", "won", {})],
            ["waiting>hoped/contacted 1000.00", "hoped/contacted>signed 1000.00"],
        ),
        (
            [STALLED, ("2026-02-02", "won", {})],
            ["stalled>hoped/contacted 1000.00", "hoped/contacted>signed 1000.00"],
        ),
    ],
)
def test_postings(told: list[Told], postings: list[str]) -> None:
    said_last = datetime.fromisoformat(told[-1][0]).replace(tzinfo=PARIS)
    assert moves(play(*told, until=said_last if len(told) > 1 else UNTIL)) == postings


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([OPENED, ("2026-03-03", "opened", {"stage": "contacted"})], "already_opened"),
        ([("2026-03-02", "opened", {"stage": "nowhere"})], "unknown_stage"),
        ([("2026-03-02", "opened", {})], "unknown_stage"),
        ([OPENED, ("2026-03-03", "stage", {"stage": ""})], "unknown_stage"),
        ([OPENED, LOST, ("2026-03-05", "lost", {})], "not_open"),
        ([OPENED, LOST, ("2026-03-05", "estimate", {"amount": "5"})], "not_open"),
        ([OPENED, LOST, ("2026-03-05", "offer_sent", {})], "not_open"),
        ([OPENED, LOST, ("2026-03-05", "wake", {})], "not_open"),
        ([OPENED, LOST, ("2026-03-05", "hold", {"wake_on": "2026-04-01"})], "not_open"),
        ([OPENED, ("2026-03-05", "reactivated", {"stage": "contacted"})], "not_closed"),
        ([OPENED, LOST, ("2026-03-05", "reactivated", {"stage": "nowhere"})], "unknown_stage"),
        ([OPENED, ("2026-03-03", "won", {}), ("2026-03-05", "won", {})], "already_won"),
        ([OPENED, ("2026-03-03", "won", {}), ("2026-03-05", "reactivated", {})], "not_closed"),
        ([OPENED, ("2026-03-03", "won", {}), ("2026-03-05", "vanished", {})], "not_open"),
        ([OPENED, ("2026-03-03", "wake", {})], "not_waiting"),
        ([OPENED, ("2026-03-03", "hold", {"wake_on": "2026-03-03"})], "wake_not_after"),
        ([OPENED, ("2026-03-03", "hold", {})], "wake_not_after"),
        ([OPENED, HELD, HELD, HELD], "already_extended"),
        ([OPENED, ("2026-03-03", "hold", {"wake_on": "soon"})], "bad_day"),
        ([OPENED, ("2026-03-03", "meeting_accepted", {"meeting_on": "2026-03-02"})], "meeting_before_acceptance"),
        ([OPENED, ("2026-03-03", "meeting_accepted", {})], "meeting_before_acceptance"),
        ([OPENED, *[("2026-03-03", "estimate", {"amount": "-1"})]], "bad_amount"),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "1.001"})], "bad_amount"),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "NaN"})], "bad_amount"),
        ([OPENED, ("2026-03-03", "won", {"amount": "1e400"})], "bad_amount"),
        ([OPENED, ("2026-03-03", "estimate", {"amount": "many"})], "bad_amount"),
        ([OPENED, ("2026-03-03", "estimate", {"amount": 10.1})], "bad_amount"),
        (
            [
                OPENED,
                *[(f"2026-03-{day:02}", "offer_sent", {"decision_on": f"2026-04-{day:02}"}) for day in range(3, 7)],
            ],
            "decision_moved_too_often",
        ),
    ],
)
def test_refusals(told: list[Told], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        play(*told)
    assert refusal.value.code == code
    assert refusal.value.fact.kind == told[-1][1]


def test_the_second_new_decision_date_is_flagged() -> None:
    dates = ["2026-04-01", "2026-04-01", "2026-04-10", "2026-04-20"]
    told: list[Told] = [("2026-03-03", "offer_sent", {"decision_on": on}) for on in dates]
    assert not thread(play(OPENED, *told[:3])).is_decision_flagged
    assert thread(play(OPENED, *told)).is_decision_flagged


def test_a_date_taken_out_of_play_was_not_moved() -> None:
    told: list[Told] = [
        ("2026-01-05", "opened", {"stage": "decision", "decision_on": "2026-01-09"}),
        ("2026-01-07", "hold", {"wake_on": "2026-02-02"}),
        ("2026-02-03", "offer_sent", {"decision_on": "2026-02-12"}),
    ]
    assert thread(play(*told)).decision_moves == 0


def test_waking_is_said_again_without_harm() -> None:
    held: Told = ("2026-03-03", "hold", {"wake_on": "2026-03-10"})
    timeline = play(OPENED, held, ("2026-03-10", "wake", {}), ("2026-03-12", "wake", {}))
    assert [(entry.kind, len(entry.postings)) for entry in timeline.entries[2:]] == [
        ("woken", 1),
        ("wake", 0),
        ("wake", 0),
    ]
    assert thread(timeline).count_from_on == date(2026, 3, 10)


def test_what_a_thread_remembers() -> None:
    timeline = play(
        ("2026-01-05", "opened", {"amount": "1000.00", "stage": "contacted", "presented": "video"}),
        ("2026-01-06", "stage", {"stage": "proposal"}),
        ("2026-01-07", "stage", {"stage": "discovery"}),
        ("2026-02-03", "buyer_move", {}),
        ("2026-02-04", "hold", {"wake_on": "2026-02-24", "reason": "budget"}),
        ("2026-02-14", "estimate", {"amount": None}),
        ("2026-02-25", "lost", {"competitor": "Rival", "reason": "price"}),
    )
    deal = thread(timeline)
    assert (deal.stage, deal.furthest_stage, deal.presented) == ("discovery", "proposal", "video")
    assert (deal.net, deal.has_amount, deal.place) == (Decimal("0.00"), False, "lost")
    assert (deal.competitor, deal.reason, deal.closed_on) == ("Rival", "price", date(2026, 2, 25))
    assert (deal.first_move_on, deal.last_move_on) == (date(2026, 1, 5), date(2026, 2, 3))
    assert (deal.wake_on, deal.hold_reason, deal.stalled_on) == (None, "", None)
    stalled_on = next(entry.at for entry in timeline.entries if entry.kind == "stalled").astimezone(PARIS).date()
    assert deal.paused_days == (date(2026, 2, 3) - stalled_on).days + 20
    assert deal.moving_days(date(2026, 2, 25)) == 51 - deal.paused_days


def test_the_clock_speaks_at_midnight_of_the_firm() -> None:
    montreal = PipelineRoom(ZoneInfo("America/Toronto"), "CA", STAGES, {})
    stalled = play(STALLED, room=montreal).entries[-1]
    assert stalled.at == datetime(2026, 1, 19, 5, tzinfo=UTC)  # opened on the evening of the 4th, there
    assert dict(stalled.details) == {"rule": "silence", "threshold_days": 14, "days_silent": 14}


def test_a_refused_fact_changes_nothing() -> None:
    """Left out or refused, the deal is the same: nothing was half done."""
    told: list[Told] = [OPENED, HELD]
    before = thread(play(*told))
    for kind, details in [("won", {"amount": "x"}), ("hold", {"wake_on": "2026-03-01"}), ("stage", {"stage": "?"})]:
        state = play(*told).state
        fact = Fact(kind, datetime(2026, 3, 10, tzinfo=UTC), details)
        with pytest.raises(Refused):
            ROOM.record(state, fact)
        after = state.memory["pipeline"]
        assert (after.place, after.net, after.stage, after.wake_on, after.steps) == (
            before.place,
            before.net,
            before.stage,
            before.wake_on,
            before.steps,
        )
