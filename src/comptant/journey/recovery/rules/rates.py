"""Rates of late payment, dated, as the law published them. A half-year that is not here is not guessed.

Sources: European Central Bank, main refinancing operations on 1 January and 1 July; orders of the French minister
of the economy on the legal rate (Code monétaire et financier, art. L313-2), column of professionals;
Interest Act (Canada), s. 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ADDED_POINTS = Decimal(10)
"""Added to the European Central Bank's rate when terms are silent. Source: Code de commerce, art. L441-10 II."""

FLOOR_TIMES = 3
"""An agreed rate is at least three times the legal rate. Source: the same article."""

CANADA_SILENT = Decimal(5)
"""Percent a year when none is stated. Source: Interest Act, s. 3."""

HALF_YEARS: dict[tuple[int, int], tuple[Decimal, Decimal]] = {
    (2021, 1): (Decimal("0.00"), Decimal("0.79")),
    (2021, 2): (Decimal("0.00"), Decimal("0.76")),
    (2022, 1): (Decimal("0.00"), Decimal("0.76")),
    (2022, 2): (Decimal("0.00"), Decimal("0.77")),
    (2023, 1): (Decimal("2.50"), Decimal("2.06")),
    (2023, 2): (Decimal("4.00"), Decimal("4.22")),
    (2024, 1): (Decimal("4.50"), Decimal("5.07")),
    (2024, 2): (Decimal("4.25"), Decimal("4.92")),
    (2025, 1): (Decimal("3.15"), Decimal("3.71")),
    (2025, 2): (Decimal("2.15"), Decimal("2.76")),
    (2026, 1): (Decimal("2.15"), Decimal("2.62")),
    (2026, 2): (Decimal("2.40"), Decimal("2.75")),
}
"""(year, half): the rate of the European Central Bank, and the legal rate between professionals, percent a year."""

INDEMNITY = Decimal("40.00")
"""Euros for each late invoice, between professionals, in France. Source: Code de commerce, art. D441-5."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rate, percent a year, from one day to another, both included; without end when ``last_on`` is None."""

    first_on: date
    last_on: date | None
    rate: Decimal


def french_stretches(agreed: Decimal | None) -> tuple[Stretch, ...]:
    """The rates of each half-year known: the agreed one with its floor, or that of the law when terms are silent.

    >>> [str(french_stretches(rate)[-1].rate) for rate in (None, Decimal("6"), Decimal("15"))]
    ['12.40', '8.25', '15']

    In 2024 the floor, 15.21 then 14.76, was above the rate of silence: it binds an agreed rate only.

    >>> [str(french_stretches(rate)[6].rate) for rate in (None, Decimal("10"))]
    ['14.50', '15.21']
    """
    return tuple(
        Stretch(
            date(year, 1 if half == 1 else 7, 1),
            date(year, 6, 30) if half == 1 else date(year, 12, 31),
            bank + ADDED_POINTS if agreed is None else max(agreed, FLOOR_TIMES * legal),
        )
        for (year, half), (bank, legal) in HALF_YEARS.items()
    )


def stretches_of(country: str, agreed: Decimal | None) -> tuple[Stretch, ...]:
    """The rates by the creditor's country; none where we know no law and nothing was agreed.

    >>> stretches_of("CA", None)[0].rate, stretches_of("DE", None)
    (Decimal('5'), ())
    """
    if country == "FR":
        return french_stretches(agreed)
    if country == "CA":
        return (Stretch(date.min, None, CANADA_SILENT if agreed is None else agreed),)
    return () if agreed is None else (Stretch(date.min, None, agreed),)


FREE = (Stretch(date.min, None, Decimal(0)),)
"""No interest, on any day."""


def bears_interest(country: str, is_company: bool) -> bool:
    """Whether the law of the creditor gives interest without a formal notice: in France not from a consumer.

    >>> bears_interest("FR", False), bears_interest("CA", False)
    (False, True)
    """
    return country != "FR" or is_company


def indemnity_of(country: str, currency: str, is_company: bool) -> Decimal:
    """The fixed indemnity of one late invoice: in France, in euros, never by a consumer; none by the law of Québec.

    >>> indemnity_of("FR", "EUR", True), indemnity_of("FR", "EUR", False), indemnity_of("CA", "CAD", True)
    (Decimal('40.00'), Decimal('0.00'), Decimal('0.00'))
    """
    return INDEMNITY if country == "FR" and currency == "EUR" and is_company else Decimal("0.00")
