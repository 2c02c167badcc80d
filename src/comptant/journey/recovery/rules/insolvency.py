"""The days that count once a debtor is insolvent. Source: Code de commerce, art. R622-24, L622-26; CPC 641, 642."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

from comptant.ground.money.workdays import next_working_day

Territory = Literal["metropolitan", "overseas", "abroad"]
"""Where a creditor lives, or a court sits, as seen from France."""

CLAIM_MONTHS = 2
FARTHER_MONTHS = 2
RELIEF_MONTHS = 6
ALERT_DAYS = (0, 15, 45, 55)
"""Days after the publication on which somebody is reminded of the claim."""


def months_after(day: date, months: int) -> date:
    """The day of the same number, so many months later; the last of the month when there is none (CPC 641).

    >>> months_after(date(2026, 12, 31), 2), months_after(date(2024, 2, 29), 12)
    (datetime.date(2027, 2, 28), datetime.date(2025, 2, 28))
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def claim_deadline(published_on: date, creditor: Territory = "metropolitan", court: Territory = "metropolitan") -> date:
    """The last day to send the claim to the trustee: two months from the publication, on a working day in France.

    Two more when the creditor does not live where the court sits, metropolitan France or overseas.

    >>> claim_deadline(date(2026, 6, 15)), claim_deadline(date(2026, 6, 15), "abroad")
    (datetime.date(2026, 8, 17), datetime.date(2026, 10, 15))
    """
    months = CLAIM_MONTHS + (FARTHER_MONTHS if creditor != court else 0)
    return next_working_day(months_after(published_on, months), "FR")


def relief_deadline(published_on: date) -> date:
    """The last day to ask the court to be heard late: six months from the publication, on a working day in France.

    >>> relief_deadline(date(2026, 6, 15))
    datetime.date(2026, 12, 15)
    """
    return next_working_day(months_after(published_on, RELIEF_MONTHS), "FR")


def alert_days(published_on: date) -> list[date]:
    """The days on which the claim is spoken of while it is not filed."""
    return [published_on + timedelta(days=days) for days in ALERT_DAYS]


def territory_of(country: str, postcode: str) -> Territory:
    """Where an address lies: French postcodes from 97 on are overseas.

    >>> territory_of("FR", "69003"), territory_of("FR", "97400"), territory_of("CA", "G1R 4P5")
    ('metropolitan', 'overseas', 'abroad')
    """
    if country != "FR":
        return "abroad"
    return "overseas" if postcode.strip()[:2] in ("97", "98") else "metropolitan"
