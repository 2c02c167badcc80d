"""When an invoice is to be paid. Source: C. com. L441-10 I; our note of the law, 5.1 and E4."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 60
"""Calendar days from the invoice date that may be agreed."""
LONGEST_END_OF_MONTH = 45
"""Days with the end of the month that may be agreed instead, expressly."""


@dataclass(frozen=True, slots=True)
class Terms:
    """``days`` are calendar days. ``end_of_month``: "" none, "after" the days, or "before" them.

    The law admits both ways of counting "45 days end of month"; the terms must name one.
    """

    days: int
    end_of_month: str = ""


def due_date(issued: date, terms: Terms) -> date:
    """Last day on which payment is on time.

    E4, issued on 2026-03-10:

    >>> str(due_date(date(2026, 3, 10), Terms(45, "after"))), str(due_date(date(2026, 3, 10), Terms(45, "before")))
    ('2026-04-30', '2026-05-15')
    >>> str(due_date(date(2026, 3, 10), Terms(60))), str(due_date(date(2026, 1, 20), Terms(45, "after")))
    ('2026-05-09', '2026-03-31')
    """
    start = _month_end(issued) if terms.end_of_month == "before" else issued
    due = start + timedelta(days=terms.days)
    return _month_end(due) if terms.end_of_month == "after" else due


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def is_too_long(issued: date, due: date) -> bool:
    """True when the law of France allows no such term: past 60 days, and past 45 days end of month either way.

    >>> is_too_long(date(2026, 3, 10), date(2026, 5, 15)), is_too_long(date(2026, 3, 10), date(2026, 5, 16))
    (False, True)
    """
    longest = (Terms(LONGEST_DAYS), Terms(LONGEST_END_OF_MONTH, "after"), Terms(LONGEST_END_OF_MONTH, "before"))
    return due > max(due_date(issued, terms) for terms in longest)
