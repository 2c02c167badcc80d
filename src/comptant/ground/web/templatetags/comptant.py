"""Filters and tags of every template: ``{% load comptant %}``.

The language is the one of the screen, the currency's home is the firm's when the template knows it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from comptant.ground.web import days, figures, gestures, typography, words

register = template.Library()


def _language() -> str:
    return get_language() or "en"


@register.filter
def amount(value: Decimal | None, currency: str = "EUR") -> str:
    """``{{ deal.net|amount:deal.currency }}``: with cents only where there are."""
    return "" if value is None else figures.amount(value, currency, _language(), currency)


@register.filter
def whole(value: Decimal | None, currency: str = "EUR") -> str:
    """An amount without its cents, for reading only."""
    return "" if value is None else figures.amount(value, currency, _language(), currency, cents=False)


@register.filter
def figure(value: Decimal | int | None) -> str:
    """A count, with its thousands apart."""
    return "" if value is None else figures.number(value, _language())


@register.filter
def short_day(value: date | None, today: date | None = None) -> str:
    """``27 nov.``; the year unless it is today's."""
    return "" if value is None else days.short_day(value, _language(), today)


@register.filter
def long_day(value: date | None, today: date | None = None) -> str:
    """``vendredi 27 novembre``; the year unless it is today's."""
    return "" if value is None else days.long_day(value, _language(), today)


@register.filter
def plain_day(value: date | None, today: date | None = None) -> str:
    """``27 novembre``; the year unless it is today's."""
    return "" if value is None else days.plain_day(value, _language(), today)


@register.filter
def clock_time(value: datetime | None) -> str:
    """``9 h 31``, in the zone the instant carries."""
    return "" if value is None else days.clock_time(value, _language())


@register.filter
def typo(value: object) -> str:
    """Spaces that must not break, by the language of the screen."""
    return typography.typo(str(value), _language())


@register.filter
def whole_numbers(value: object) -> SafeString:
    """The text, in which no number of an offer or of an invoice breaks at the end of a line."""
    pieces = enumerate(typography.around_numbers(str(value)))
    whole = (format_html('<span class="nowrap">{}</span>' if at % 2 else "{}", piece) for at, piece in pieces)
    return format_html_join("", "{}", ((piece,) for piece in whole))


@register.filter
def upper_first(value: object) -> str:
    """The text with a capital at its start, the rest untouched."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.filter
def state_name(value: str) -> str:
    """The name of a state."""
    return words.state_name(value)


@register.filter
def state(value: str) -> SafeString:
    """The coin and the name of a state."""
    return words.state_label(value)


@register.simple_tag
def coin(name: str) -> SafeString:
    """The coin of a state; decoration, since the word beside it says it. Some states have none."""
    if name not in words.COINED:
        return SafeString("")
    return format_html('<svg class="coin" aria-hidden="true"><use href="#coin-{}"/></svg>', name.replace("_", "-"))


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; decoration."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def once() -> SafeString:
    """The hidden word of a form that must act once, however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', gestures.new_key())
