"""The silence each stage allows, month by month, learnt from the deals the firm won.

A gap is the days between two buyer moves of different days, in calendar days; it belongs to the stage in which it began
and becomes known on the day the deal is won. The threshold of a month looks only at what was known before it.

Source: product.md 4.2, "stall rule"; worked example in docs/stall.md.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from comptant.journey.pipeline.rules.thread import Stage, Thread

ENOUGH_GAPS = 20
"""With fewer, the declared days stand alone."""

Histogram = dict[tuple[str, date], dict[int, int]]
"""By (stage, first of the month in which they became known): how many gaps of each length in days."""


@dataclass(frozen=True, slots=True)
class MonthThreshold:
    """The silence a stage allows from ``from_on``, a first of month. ``p90_days`` is None until enough ``gaps``."""

    stage: str
    from_on: date
    days: int
    p90_days: int | None
    gaps: int


def count_gaps(histogram: Histogram, thread: Thread, times: int = 1) -> None:
    """Add the gaps of a deal to ``histogram`` if it was won; with ``times`` -1, take them away again."""
    if thread.signed_on is None:
        return
    known = thread.signed_on.replace(day=1)
    for stage, days in thread.gaps():
        lengths = histogram.setdefault((stage, known), {})
        lengths[days] = lengths.get(days, 0) + times


def nearest_rank(lengths: Mapping[int, int], percent: int = 90) -> int | None:
    """The smallest length such that at least ``percent`` % of the gaps are no longer; None for no gap.

    >>> nearest_rank({7: 17, 12: 1, 40: 2})
    12
    """
    rank, seen = -(-percent * sum(lengths.values()) // 100), 0
    for days in sorted(lengths):
        seen += lengths[days]
        if lengths[days] and seen >= rank:
            return days
    return None


def monthly_thresholds(
    histogram: Mapping[tuple[str, date], Mapping[int, int]],
    stages: Iterable[Stage],
    first_month: date,
    last_month: date,
) -> list[MonthThreshold]:
    """The thresholds of every stage on each first of month from ``first_month`` to ``last_month``, both included.

    Shape: by stage in the order given, then by month. Each month counts the gaps known before it, all those before
    ``first_month`` included.
    """
    return [row for stage in stages for row in _of_stage(histogram, stage, first_month, last_month)]


def _of_stage(
    histogram: Mapping[tuple[str, date], Mapping[int, int]], stage: Stage, first_month: date, last_month: date
) -> Iterator[MonthThreshold]:
    known_months: list[date] = []
    for key, known in histogram:
        if key == stage.key:
            insort(known_months, known)
    lengths: dict[int, int] = {}
    month, gaps, taken, p90 = first_month.replace(day=1), 0, 0, None
    while month <= last_month:
        before = taken
        while taken < len(known_months) and known_months[taken] < month:
            for days, times in histogram[stage.key, known_months[taken]].items():
                lengths[days] = lengths.get(days, 0) + times
                gaps += times
            taken += 1
        if taken != before:
            p90 = nearest_rank(lengths) if gaps >= ENOUGH_GAPS else None
        yield MonthThreshold(stage.key, month, max(stage.declared_days, p90 or 0), p90, gaps)
        month = next_month(month)


def next_month(day: date) -> date:
    """The first of the month after that of ``day``.

    >>> next_month(date(2026, 12, 24))
    datetime.date(2027, 1, 1)
    """
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
