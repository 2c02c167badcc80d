"""The figures of the pipeline: conversion with its interval, cycle time, portfolio. Plain arithmetic, no deal.

Rates and odds are floats between 0 and 1; money stays Decimal.
Source: product.md 4.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, fsum, inf, lgamma, log, log1p, sqrt

Z_80 = 1.2815515655446004
"""Half-width in standard deviations of a central 80 % interval."""

USUAL_RATE = 0.1
USUAL_WEIGHT = 10
"""One in ten, weighing as much as ten deals: what is assumed until the firm has a history."""

ENOUGH_CHANCE = 0.8


def wilson(successes: int, trials: int, z: float = Z_80) -> tuple[float, float]:
    """The Wilson score interval of a rate: (low, high); (0, 1) when nothing was tried.

    >>> low, high = wilson(12, 12 + 30 + 61)
    >>> f"{low:.3f} {high:.3f}"
    '0.082 0.163'
    """
    if not trials:
        return 0.0, 1.0
    rate, weight = successes / trials, z * z / trials
    middle = (rate + weight / 2) / (1 + weight)
    half = z * sqrt(rate * (1 - rate) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if successes == 0 else middle - half
    return low, (1.0 if successes == trials else middle + half)


def shrunk_rate(successes: int, trials: int, prior: float = USUAL_RATE, weight: float = USUAL_WEIGHT) -> float:
    """A rate drawn towards ``prior``, which weighs as ``weight`` trials.

    >>> shrunk_rate(0, 0), shrunk_rate(5, 10)
    (0.1, 0.3)
    """
    return (successes + weight * prior) / (trials + weight)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Days from opening to signature: quartiles and median, None when not reached."""

    median: int | None
    q1: int | None
    q3: int | None


def kaplan_meier(signed: Iterable[int], censored: Iterable[int]) -> Cycle:
    """Quantiles of the time to signature, in days not spent stalled or waiting.

    ``signed`` are the days of the deals won, ``censored`` those of deals that ended otherwise or are still open, up to
    their end or today. A quantile is the first day on which the share not yet signed falls to it or below; a deal
    censored on the day of a signature still counts as one that could have signed that day.

    >>> kaplan_meier([10, 20, 30, 40], [])
    Cycle(median=20, q1=10, q3=30)
    >>> kaplan_meier([10, 20], [15, 60, 70, 80])
    Cycle(median=None, q1=20, q3=None)
    """
    wins, ends = Counter(signed), Counter(censored)
    at_risk, survivors, all_counted = sum(wins.values()) + sum(ends.values()), 1, 1
    found: dict[int, int | None] = {1: None, 2: None, 3: None}
    for days in sorted(wins.keys() | ends.keys()):
        if wins[days]:
            # whole numbers, so that a quantile reached exactly is reached
            survivors, all_counted = survivors * (at_risk - wins[days]), all_counted * at_risk
            for quarter, reached in found.items():
                if reached is None and 4 * survivors <= (4 - quarter) * all_counted:
                    found[quarter] = days
            if found[3] is not None:
                break
        at_risk -= wins[days] + ends[days]
    return Cycle(found[2], found[1], found[3])


def quartiles(days: Iterable[int]) -> Cycle:
    """The raw quantiles of the deals won, by nearest rank; None for none. Biased: what is still open is missing.

    >>> quartiles([5, 1, 9])
    Cycle(median=5, q1=1, q3=9)
    """
    ordered = sorted(days)
    if not ordered:
        return Cycle(None, None, None)
    q1, median, q3 = (ordered[-(-quarter * len(ordered) // 4) - 1] for quarter in (1, 2, 3))
    return Cycle(median, q1, q3)


def chance_of(goal: int, prospects: int, rate: float) -> float:
    """P(at least ``goal`` signatures) of ``prospects`` that each sign with ``rate``, independently.

    >>> round(chance_of(1, 10, 0.1), 4)
    0.6513
    """
    if goal <= 0:
        return 1.0
    if goal > prospects or rate <= 0:
        return 0.0
    if rate >= 1:
        return 1.0
    logs = log(rate), log1p(-rate)
    fewer = fsum(exp(_log_choose(prospects, n) + n * logs[0] + (prospects - n) * logs[1]) for n in range(goal))
    return min(1.0, max(0.0, 1.0 - fewer))


def prospects_needed(goal: int, rate: float, chance: float = ENOUGH_CHANCE) -> int | None:
    """The smallest number of live prospects for which P(at least ``goal``) >= ``chance``; None at a rate of nothing.

    >>> prospects_needed(1, 0.1), prospects_needed(2, 12 / 103)
    (16, 25)
    """
    if goal <= 0:
        return 0
    if rate <= 0:
        return None
    low, high = goal - 1, goal  # P is short of it at low, and grows with each prospect
    while chance_of(goal, high, rate) < chance:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance_of(goal, middle, rate) >= chance else (middle, high)
    return high


def chance_of_at_least(goal: int, odds: Sequence[float]) -> float:
    """P(at least ``goal`` signatures) over deals with odds of their own, by the exact distribution.

    >>> round(chance_of_at_least(1, [0.1, 0.5]), 3), round(chance_of_at_least(2, [0.1, 0.5]), 3)
    (0.55, 0.05)
    """
    if goal <= 0:
        return 1.0
    exactly = [1.0] + [0.0] * (goal - 1)  # P of 0, 1, ... goal - 1 signatures so far
    for chance in odds:
        for n in range(goal - 1, 0, -1):
            exactly[n] = exactly[n] * (1 - chance) + exactly[n - 1] * chance
        exactly[0] *= 1 - chance
    return min(1.0, max(0.0, 1.0 - fsum(exactly)))


def chance_of_one(odds: Iterable[float]) -> float:
    """P(at least one signature) over deals with odds of their own; 0 for none.

    >>> round(chance_of_one([0.1] * 16), 3)
    0.815
    """
    none = fsum(log1p(-chance) if chance < 1 else -inf for chance in odds)
    return 1.0 - exp(none)


def largest_share(nets: Iterable[Decimal]) -> float | None:
    """What part of the hoped value its largest deal holds; None when nothing is hoped for.

    >>> largest_share([Decimal(30), Decimal(70)])
    0.7
    """
    amounts = list(nets)
    whole = sum(amounts, Decimal(0))
    return float(max(amounts) / whole) if whole > 0 else None


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
