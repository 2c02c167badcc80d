"""Days and instants as a person reads them, in the three languages of the screens. No Django.

The year is written only when it is not the current one. Source: design, section 4.
"""

from __future__ import annotations

from datetime import date, datetime

from comptant.ground.web.typography import NBSP

_FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_FRENCH_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_FRENCH_SHORT = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ENGLISH_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def _is_french(language: str) -> bool:
    return language.startswith("fr")


def _ordinal(day: date, language: str) -> str:
    return "1er" if day.day == 1 and _is_french(language) else str(day.day)


def short_day(day: date, language: str, today: date | None = None) -> str:
    r"""The short form, for tables and cards. Without ``today`` the year is always there.

    >>> short_day(date(2026, 11, 27), "fr", date(2026, 11, 24))
    '27\xa0nov.'
    >>> short_day(date(2025, 12, 1), "fr", date(2026, 11, 24)), short_day(date(2025, 12, 1), "en", date(2026, 1, 1))
    ('1er\xa0déc.\xa02025', '1\xa0Dec\xa02025')
    """
    month = (_FRENCH_SHORT if _is_french(language) else _ENGLISH_SHORT)[day.month - 1]
    year = "" if today is not None and day.year == today.year else f"{NBSP}{day.year}"
    return f"{_ordinal(day, language)}{NBSP}{month}{year}"


def long_day(day: date, language: str, today: date | None = None) -> str:
    r"""Weekday, day and month; the year unless it is today's. Without ``today`` the year is always there.

    >>> long_day(date(2026, 11, 27), "fr", date(2026, 11, 24)), long_day(date(2026, 11, 24), "en")
    ('vendredi 27\xa0novembre', 'Tuesday 24\xa0November 2026')
    """
    weekday = (_FRENCH_DAYS if _is_french(language) else _ENGLISH_DAYS)[day.weekday()]
    return f"{weekday} {plain_day(day, language, today)}"


def plain_day(day: date, language: str, today: date | None = None) -> str:
    r"""Day and month in full, without the weekday.

    >>> plain_day(date(2026, 1, 1), "fr", date(2026, 11, 24)), plain_day(date(2025, 1, 1), "en", date(2026, 11, 24))
    ('1er\xa0janvier', '1\xa0January 2025')
    """
    month = (_FRENCH_MONTHS if _is_french(language) else _ENGLISH_MONTHS)[day.month - 1]
    year = "" if today is not None and day.year == today.year else f" {day.year}"
    return f"{_ordinal(day, language)}{NBSP}{month}{year}"


def clock_time(at: datetime, language: str) -> str:
    r"""The hour of an instant, in the zone it carries.

    >>> clock_time(datetime(2026, 11, 24, 9, 31), "fr"), clock_time(datetime(2026, 11, 24, 18, 0), "fr")
    ('9\xa0h\xa031', '18\xa0h')
    >>> clock_time(datetime(2026, 11, 24, 9, 5), "en")
    '9:05'
    """
    if not _is_french(language):
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at.minute:02d}" if at.minute else "")
