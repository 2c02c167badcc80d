"""Thresholds learnt from won deals, month by month."""

from datetime import date, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.ground.journal.replay import replay
from comptant.journey.pipeline.rules import Histogram, Stage, Thread, count_gaps, monthly_thresholds
from comptant.journey.pipeline.rules.thresholds import nearest_rank
from tests.pipeline.made_up import DECLARED, fact_of, instant, room_of, seeded, stories
from tests.pipeline.oracle import Said, World

CONTACTED = Stage("contacted", "contacted", 1, 14)
QUIET = World("FR", DECLARED, {}, [])


def at(day: str) -> datetime:
    return datetime.fromisoformat(day)


def thread_of(*told: Said, world: World = QUIET) -> Thread:
    facts = [fact_of(one, number) for number, one in enumerate(told)]
    return replay(facts, [room_of(world)], instant(datetime(2027, 1, 1))).state.memory["pipeline"]  # type: ignore[no-any-return]


def test_a_gap_belongs_to_the_stage_in_which_it_began() -> None:
    thread = thread_of(
        Said(at("2026-01-05"), "opened", ("contacted", 1000, None)),
        Said(at("2026-01-07"), "seller_touch"),
        Said(at("2026-01-09T10:00"), "buyer_move", "e-mail"),
        Said(at("2026-01-09T11:00"), "stage", "discovery"),
        Said(at("2026-01-09T18:00"), "buyer_move", "phone"),  # moves of one day are one
        Said(at("2026-01-12"), "stage", "proposal"),  # not a move: the gap began in discovery
        Said(at("2026-01-20"), "meeting_accepted", date(2026, 1, 28)),
        Said(at("2026-02-02"), "won", 1200),
        Said(at("2026-02-20"), "buyer_move", "phone"),  # after signature: no gap of the sale
    )
    assert thread.gaps() == [("contacted", 4), ("discovery", 11), ("proposal", 13)]


def test_only_won_deals_teach_and_can_be_taken_away() -> None:
    opened = Said(at("2026-01-05"), "opened", ("contacted", 1000, None))
    won, lost = Said(at("2026-03-31"), "won"), Said(at("2026-03-31"), "lost", "X")
    histogram: Histogram = {}
    count_gaps(histogram, thread_of(opened, lost))
    assert histogram == {}
    count_gaps(histogram, thread_of(opened, won))
    assert histogram == {("contacted", date(2026, 3, 1)): {85: 1}}
    count_gaps(histogram, thread_of(opened, won), -1)
    assert nearest_rank(histogram["contacted", date(2026, 3, 1)]) is None


@pytest.mark.parametrize(
    ("january", "february", "expected"),
    [
        ({30: 19}, {}, [14, 14, 14]),  # 19 gaps: not enough
        ({30: 19}, {5: 1}, [14, 14, 30]),  # the twentieth comes in February: it counts from March on
        ({30: 20}, {}, [14, 30, 30]),
        ({3: 18, 30: 2}, {}, [14, 14, 14]),  # P90 of 20 is the 18th: 3 days, less than declared
        ({3: 17, 30: 3}, {}, [14, 30, 30]),
        ({30: 20}, {2: 1000}, [14, 30, 14]),
    ],
)
def test_each_month_knows_what_came_before_it(
    january: dict[int, int], february: dict[int, int], expected: list[int]
) -> None:
    histogram = {("contacted", date(2026, 1, 1)): january, ("contacted", date(2026, 2, 1)): february}
    histogram["discovery", date(2025, 1, 1)] = {99: 99}
    rows = monthly_thresholds(histogram, [CONTACTED], date(2026, 1, 1), date(2026, 3, 1))
    assert [row.days for row in rows] == expected
    assert [row.from_on.month for row in rows] == [1, 2, 3]


@given(st.dictionaries(st.integers(1, 90), st.integers(1, 9), min_size=1))
def test_nearest_rank_by_its_definition(lengths: dict[int, int]) -> None:
    gaps = sorted(days for days, times in lengths.items() for _ in range(times))
    assert nearest_rank(lengths) == gaps[ceil(len(gaps) * 9 / 10) - 1]


def test_monthly_thresholds_equal_a_plain_count() -> None:
    """Every month worked out again from all the gaps of all the deals won before it."""
    threads = [thread_of(*_possible(seed)) for seed in range(300)]
    histogram: Histogram = {}
    for thread in threads:
        count_gaps(histogram, thread)
    stages = [Stage(key, key, n, 3) for n, key in enumerate(DECLARED)]
    rows = monthly_thresholds(histogram, stages, date(2025, 3, 1), date(2025, 12, 1))
    assert {row.p90_days is None for row in rows} == {True, False}
    for row in rows:
        gaps = sorted(
            days
            for thread in threads
            if thread.signed_on and thread.signed_on < row.from_on
            for stage, days in thread.gaps()
            if stage == row.stage
        )
        learnt = gaps[-(-9 * len(gaps) // 10) - 1] if len(gaps) >= 20 else None
        assert (row.p90_days, row.gaps, row.days) == (learnt, len(gaps), max(3, learnt or 0))


def _possible(seed: int) -> list[Said]:
    told = [one for one in seeded(seed)[1] if one.kind in {"opened", "buyer_move", "meeting_accepted"}]
    return [*told, Said(told[-1].at + timedelta(days=seed % 9 + 1), "won")]


@given(stories())
def test_gaps_add_up_to_the_time_from_opening_to_the_last_move(told: list[Said]) -> None:
    moves = [one for one in told if one.kind in {"opened", "buyer_move"}]
    moves[0].at = moves[0].at.replace(hour=0, minute=0)
    thread = thread_of(*moves)
    assert sum(days for _, days in thread.gaps()) == (moves[-1].at.date() - moves[0].at.date()).days
    assert all(days > 0 for _, days in thread.gaps())
