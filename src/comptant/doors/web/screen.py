"""How one page writes: its language, the firm's currency and day. Strings are made here, not in row loops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.utils.translation import get_language

from comptant.ground.web import days, figures
from comptant.ground.web.request import MemberRequest


@dataclass(frozen=True, slots=True)
class Screen:
    """The habits of one screen."""

    language: str
    home: str
    today: date
    firm_ref: str = ""

    @classmethod
    def of(cls, request: MemberRequest) -> Self:
        """The screen of a request."""
        return cls(get_language() or "en", request.firm.currency, request.today, request.firm.ref)

    def amount(self, value: Decimal, currency: str = "", cents: bool | None = None) -> str:
        """An amount with its currency; cents only where there are, unless told."""
        return figures.amount(value, currency or self.home, self.language, self.home, cents)

    def whole(self, value: Decimal, currency: str = "") -> str:
        """An amount rounded to the unit, for reading only."""
        return figures.amount(value, currency or self.home, self.language, self.home, cents=False)

    def number(self, value: Decimal | int, cents: bool | None = False) -> str:
        """A figure with its thousands apart."""
        return figures.number(value, self.language, cents)

    def share(self, part: Decimal, whole: Decimal) -> str:
        """A percentage with one decimal."""
        return figures.share(part, whole, self.language)

    def short(self, day: date | None) -> str:
        """``27 nov.``"""
        return days.short_day(day, self.language, self.today) if day else ""

    def plain(self, day: date) -> str:
        """``27 novembre``"""
        return days.plain_day(day, self.language, self.today)

    def long(self, day: date) -> str:
        """``vendredi 27 novembre``"""
        return days.long_day(day, self.language, self.today)

    def hour(self, at: datetime) -> str:
        """``9 h 31``"""
        return days.clock_time(at, self.language)
