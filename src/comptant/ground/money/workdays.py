"""Working days of a country: neither its weekend nor one of its public holidays.

A country is an ISO 3166 code: ``FR``, ``CA``, or with a subdivision ``CA-ON``, ``FR-57``. Canada alone
means Québec, our second home. A country whose holidays are not known has weekends only.

Asked hundreds of thousands of times by the clock: each year of a country is laid out once.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

DEFAULT_SUBDIVISIONS = {"CA": "QC"}

_ONE_DAY = timedelta(days=1)


def is_working_day(day: date, country: str) -> bool:
    """Whether people work on that day there.

    >>> is_working_day(date(2026, 6, 24), "CA"), is_working_day(date(2026, 6, 24), "FR")
    (False, True)
    """
    return next_working_day(day, country) == day


def next_working_day(day: date, country: str) -> date:
    """The first working day on or after ``day``.

    >>> next_working_day(date(2026, 8, 15), "FR")
    datetime.date(2026, 8, 17)
    """
    return _calendar_of(country)[day]


def working_day_after(day: date, country: str) -> date:
    """The first working day strictly after ``day``."""
    return next_working_day(day + _ONE_DAY, country)


class _NextWorkingDay(dict[date, date]):
    """The first working day on or after each day; a year is laid out when one of its days is first asked."""

    def __init__(self, country: str) -> None:
        super().__init__()
        self.country = country

    def __missing__(self, asked: date) -> date:
        year = _next_in_year(self.country, asked.year)
        self.update(year)
        return year[asked]


@lru_cache(maxsize=256)
def _calendar_of(country: str) -> _NextWorkingDay:
    return _NextWorkingDay(country)


def _next_in_year(country: str, year: int) -> dict[date, date]:
    last, off, found = date(year, 12, 31), _days_off(country, year), {}
    following = _first_of_next_year(country, year) if last in off else last
    for back in range(last.timetuple().tm_yday):
        day = last - timedelta(days=back)
        following = following if day in off else day
        found[day] = following
    return found


def _first_of_next_year(country: str, year: int) -> date:
    day, off = date(year, 12, 31) + _ONE_DAY, _days_off(country, year + 1)
    while day in off:
        day += _ONE_DAY
    return day


@lru_cache(maxsize=4096)
def _days_off(country: str, year: int) -> frozenset[date]:
    calendar = _public_holidays(country, year)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
    if calendar is None:
        return frozenset(day for day in days if day.weekday() >= 5)
    return frozenset(day for day in days if not calendar.is_working_day(day))


def _public_holidays(country: str, year: int) -> holidays.HolidayBase | None:
    name, _, subdivision = country.upper().partition("-")
    subdivision = subdivision or DEFAULT_SUBDIVISIONS.get(name, "")
    for subdiv in (subdivision or None, None):
        try:
            return holidays.country_holidays(name, subdiv=subdiv, years=year, expand=False)
        except NotImplementedError:  # a country or a subdivision the package does not know
            continue
    return None
