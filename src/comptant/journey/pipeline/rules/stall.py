"""On which day a deal stalls. Days only: instants are the room's business.

Source: product.md 4.2, "stall rule"; worked examples in docs/stall.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from comptant.ground.money.workdays import next_working_day

Thresholds = Mapping[str, Sequence[tuple[date, int]]]
"""By stage, the days of silence allowed: (from this day on, days), sorted. Before the first: the declared days."""

Closures = Sequence[tuple[date, date]]
"""Ranges of days, first and last included, in any order, overlapping or not."""

Ranges = tuple[tuple[int, int], ...]
"""The same as ordinals of days, sorted, disjoint."""

SILENCE, DECISION_DATE = "silence", "decision_date"

_ONE_DAY = timedelta(days=1)
_LAST_ORDINAL = date.max.toordinal() - 14
"""No stall is dated so near the end of the calendar: the next working day must still exist."""

_REMEMBERED = 200_000
"""Stall days kept in memory; thousands of deals share theirs."""


def merged(ranges: Closures) -> Ranges:
    """Ranges of days as sorted, disjoint ranges of ordinals.

    >>> merged([(date(1, 1, 5), date(1, 1, 9)), (date(1, 1, 1), date(1, 1, 4)), (date(1, 1, 8), date(1, 1, 8))])
    ((1, 9),)
    """
    found: list[tuple[int, int]] = []
    for first, last in sorted((first.toordinal(), last.toordinal()) for first, last in ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        elif first <= last:
            found.append((first, last))
    return tuple(found)


class StallRule:
    """The stall rule of one firm for clients of one country.

    ``declared`` are the declared days by stage. Answers are remembered: many deals share theirs.
    """

    def __init__(
        self, country: str, declared: Mapping[str, int], thresholds: Thresholds, closures: Closures = ()
    ) -> None:
        self.country = country
        self._closed_days = merged(closures)
        self._closures = tuple(closures)
        self._steps = {stage: _steps(days, thresholds.get(stage, ())) for stage, days in declared.items()}
        self._stall_days: dict[tuple[date, str, date, Closures], date | None] = {}

    def threshold(self, stage: str, day: date) -> int:
        """The days of silence allowed in ``stage``, as in effect on ``day``."""
        starts, days = self._steps[stage]
        return days[bisect_right(starts, day.toordinal()) - 1]

    def silence(self, count_from: date, day: date, suspensions: Closures = ()) -> int:
        """Days after ``count_from`` up to and including ``day``, less closures and suspensions; never negative."""
        start, end = count_from.toordinal() + 1, day.toordinal()
        excluded = self._excluded(suspensions)
        lost = sum(max(0, min(last, end) - max(first, start) + 1) for first, last in excluded)
        return max(0, end - start + 1 - lost)

    def silent_on(self, count_from: date, stage: str, changed_on: date, suspensions: Closures = ()) -> date | None:
        """The day the deal stalls by silence if nothing else happens; None when beyond the calendar.

        The first working day of the client strictly after ``count_from``, not before ``changed_on``, such that the
        silence of the day before has reached the threshold in effect on that day.
        """
        key = (count_from, stage, changed_on, suspensions)
        if key not in self._stall_days:
            if len(self._stall_days) >= _REMEMBERED:
                self._stall_days.clear()
            self._stall_days[key] = self._silent_on(*key)
        return self._stall_days[key]

    def _silent_on(self, count_from: date, stage: str, changed_on: date, suspensions: Closures) -> date | None:
        excluded, start = self._excluded(suspensions), count_from.toordinal()
        earliest = max(start + 1, changed_on.toordinal())
        starts, days = self._steps[stage]
        for step in range(bisect_right(starts, earliest) - 1, len(starts)):
            ends = starts[step + 1] if step + 1 < len(starts) else _LAST_ORDINAL
            low = max(earliest, starts[step], _reached(start, days[step], excluded) + 1)
            if low < ends:
                day = next_working_day(date.fromordinal(low), self.country)
                if day.toordinal() < ends:
                    return day
        return None

    def undecided_on(
        self, decision_on: date | None, set_on: date, last_move_on: date, restarted_on: date | None
    ) -> date | None:
        """The day the deal stalls because no yes or no came by its decision date; None when it does not.

        The first working day after ``decision_on``, never before ``set_on``, the day the date was agreed. A buyer move
        on or after it, or a wake or reactivation (``restarted_on``) on that working day or later, takes the date out of
        play.
        """
        if decision_on is None or last_move_on >= decision_on:
            return None
        if decision_on.toordinal() >= _LAST_ORDINAL:
            return None
        day = next_working_day(max(decision_on + _ONE_DAY, set_on), self.country)
        return None if restarted_on is not None and restarted_on >= day else day

    def _excluded(self, suspensions: Closures) -> Ranges:
        return merged((*self._closures, *suspensions)) if suspensions else self._closed_days


def _steps(declared: int, changes: Sequence[tuple[date, int]]) -> tuple[list[int], list[int]]:
    """Where each threshold begins, and the thresholds; the declared days hold before the first change."""
    return [0, *(day.toordinal() for day, _ in changes)], [declared, *(days for _, days in changes)]


def _reached(start: int, threshold: int, excluded: Ranges) -> int:
    """The day on which the silence counted after ``start`` reaches ``threshold``, as an ordinal."""
    day = start + threshold
    for first, last in excluded:
        first = max(first, start + 1)
        if first > day:
            break
        if last >= first:
            day += last - first + 1
    return day
