"""The words for states, units and moves: one table, so that every screen says the same.

Source: product.md section 2 and 3; design sections 3 and 9.
"""

from __future__ import annotations

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

STATE_NAMES: dict[str, str | Promise] = {
    "hoped": _("Hoped for"),
    "stalled": _("Stalled"),
    "waiting": _("On hold"),
    "lost": _("Lost"),
    "vanished": _("Vanished"),
    "declined": _("Declined"),
    "signed": _("Signed"),
    "billable": _("To invoice"),
    "invoiced": _("Invoiced"),
    "overdue": _("Overdue"),
    "disputed": _("Disputed"),
    "doubtful": _("Doubtful"),
    "cashed": _("Cashed"),
    "written_off": _("Written off"),
    "cancelled": _("Cancelled"),
    "held": _("In the client’s credit"),
    "origin": _("Origin"),
}

COINED = frozenset(STATE_NAMES) - {"cancelled", "held", "origin"}
"""States that have a coin; the others are told in words (product.md section 2)."""

LINE_STATES = ("hoped", "signed", "billable", "invoiced", "overdue", "disputed", "doubtful", "cashed")
FIRST_WORDS = ("hoped", "signed", "invoiced", "overdue", "cashed")
"""The five words of day one; every other state appears at its first case (design 1.1)."""


def state_name(state: str) -> str:
    """The name of a state in the language of the screen."""
    return str(STATE_NAMES[state])


def state_label(state: str) -> SafeString:
    """The state's coin and name. Rendered once a language: lists show hundreds."""
    return _state_label(state, get_language() or "")


@lru_cache(maxsize=256)
def _state_label(state: str, language: str) -> SafeString:
    return mark_safe(render_to_string("web/_state.html", {"state": state}).strip())  # noqa: S308 - our own template


def currency_word(currency: str) -> str:
    """Which of the product's three names a currency has on screen: euro, dollar, or neither."""
    return {"EUR": "euro", "CAD": "dollar", "USD": "dollar"}.get(currency, "other")


PATH_TITLES: dict[str, str | Promise] = {
    "euro": _("The path of the euro"),
    "dollar": _("The path of the dollar"),
    "other": _("The path of value"),
}
ONE_PLACE: dict[str, str | Promise] = {
    "euro": _("Every euro is in exactly one place."),
    "dollar": _("Every dollar is in exactly one place."),
    "other": _("Every amount is in exactly one place."),
}
WHERE_ARE_THEY: dict[str, str | Promise] = {
    "euro": _("Where are your euros?"),
    "dollar": _("Where are your dollars?"),
    "other": _("Where is your money?"),
}
