"""Figures of the pipeline against brute force and known values."""

from decimal import Decimal
from itertools import product
from math import comb, isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.journey.pipeline.rules.figures import (
    Z_80,
    chance_of,
    chance_of_at_least,
    chance_of_one,
    kaplan_meier,
    largest_share,
    prospects_needed,
    quartiles,
    shrunk_rate,
    wilson,
)

rates = st.floats(0.01, 0.99)


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_bounds_are_where_the_score_test_turns(successes: int, more: int) -> None:
    trials = successes + more
    low, high = wilson(successes, trials)
    seen = successes / trials
    assert 0 <= low <= seen <= high <= 1
    for bound in (low, high):
        if 0 < bound < 1:
            assert isclose(abs(seen - bound), Z_80 * (bound * (1 - bound) / trials) ** 0.5, rel_tol=1e-9)


def test_wilson_at_the_ends() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0.0 and wilson(5, 5)[1] == 1.0


@given(st.integers(0, 8), st.integers(0, 20), rates)
def test_chance_of_is_the_binomial_tail(goal: int, prospects: int, rate: float) -> None:
    exact = sum(comb(prospects, n) * rate**n * (1 - rate) ** (prospects - n) for n in range(goal, prospects + 1))
    assert isclose(chance_of(goal, prospects, rate), exact, abs_tol=1e-9)


@given(st.integers(1, 12), st.floats(0.005, 1))
def test_needed_is_the_smallest_that_is_enough(goal: int, rate: float) -> None:
    needed = prospects_needed(goal, rate)
    assert needed is not None
    assert chance_of(goal, needed, rate) >= 0.8
    assert chance_of(goal, needed - 1, rate) < 0.8


@pytest.mark.parametrize(
    ("goal", "rate", "needed"), [(1, 0.1, 16), (2, 0.1, 29), (0, 0.1, 0), (1, 1.0, 1), (3, 1.0, 3), (1, 0.0, None)]
)
def test_needed(goal: int, rate: float, needed: int | None) -> None:
    assert prospects_needed(goal, rate) == needed


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 4))
def test_exact_distribution_over_odds(odds: list[float], goal: int) -> None:
    exact = sum(
        prod(p if signs else 1 - p for p, signs in zip(odds, outcome, strict=True))
        for outcome in product([True, False], repeat=len(odds))
        if sum(outcome) >= goal
    )
    assert isclose(chance_of_at_least(goal, odds), exact, abs_tol=1e-9)
    if goal == 1:
        assert isclose(chance_of_one(odds), exact, abs_tol=1e-9)


@given(st.lists(st.integers(0, 60), max_size=25), st.lists(st.integers(0, 60), max_size=25))
def test_kaplan_meier_by_the_definition(signed: list[int], censored: list[int]) -> None:
    reached: dict[float, int | None] = {0.75: None, 0.5: None, 0.25: None}
    survival = 1.0
    for day in sorted(set(signed)):
        at_risk = sum(days >= day for days in signed + censored)
        survival *= 1 - signed.count(day) / at_risk
        for level in reached:
            if reached[level] is None and survival <= level + 1e-12:
                reached[level] = day
    cycle = kaplan_meier(signed, censored)
    assert (cycle.q1, cycle.median, cycle.q3) == (reached[0.75], reached[0.5], reached[0.25])


def test_without_censoring_the_raw_quartiles_are_the_same() -> None:
    days = [3, 8, 8, 15, 21, 40, 90]
    assert kaplan_meier(days, []) == quartiles(days)
    assert kaplan_meier([], [4, 5]).median is None and quartiles([]).median is None


def test_shrinking_and_shares() -> None:
    assert shrunk_rate(0, 0) == 0.1
    assert shrunk_rate(30, 90) == 0.31
    assert largest_share([]) is None and largest_share([Decimal(0)]) is None
    assert largest_share([Decimal("1.00"), Decimal("3.00")]) == 0.75
