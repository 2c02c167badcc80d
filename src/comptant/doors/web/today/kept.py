"""Figures of this place kept in the cache until the journal of the firm says something new."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.core.cache import cache

from comptant.doors.web import figures_of
from comptant.doors.web.today.acts_of import KEPT
from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.outlook.today.rules import Known
from comptant.outlook.today.watching import Named, Prospects, prospects, watched
from comptant.outlook.today.weeks import known_to_come

LONG = 0.5
"""Seconds: what takes longer to count is kept an hour, whatever the journal says meanwhile."""
AN_HOUR = 3600

Figures = TypeVar("Figures")


def weeks_known(firm: Firm, today: date, known: str = "") -> list[Known]:
    """What is known to come in."""
    return _kept("weeks", firm, today, known, lambda: known_to_come(firm, today, _standing(firm, today, known)))


def are_at_hand(firm: Firm, today: date, known: str) -> bool:
    """Whether what is to be watched was counted already."""
    names = (_names("prospects", firm, today, known), _names("watched", firm, today, known))
    found = cache.get_many([key for pair in names for key in pair])
    return all(any(key in found for key in pair) for pair in names)


def _standing(firm: Firm, today: date, known: str) -> list[Known]:
    """What is signed, and what may be invoiced: no date is known of either."""
    found = figures_of.path(firm, today, None, today, is_today=True, known=known)
    return [
        Known(state, None, figures.stocks[state].net + figures.stocks[state].tax, currency)
        for currency, figures in found.items()
        for state in ("signed", "billable")
        if state in figures.stocks
    ]


def prospects_known(firm: Firm, today: date, known: str = "") -> Prospects:
    """Hope by stage, and whether it is enough."""
    return _kept("prospects", firm, today, known, lambda: prospects(firm, today))


def watched_now(firm: Firm, today: date, known: str = "") -> dict[str, Named]:
    """What deserves a look, by name."""
    return _kept("watched", firm, today, known, lambda: watched(firm))


def _kept(name: str, firm: Firm, today: date, known: str, count: Callable[[], Figures]) -> Figures:
    exact, key = _names(name, firm, today, known)
    found: dict[str, Figures] = cache.get_many([exact, key])
    if found:
        return found[exact] if exact in found else found[key]
    started = time.monotonic()
    figures = count()
    cache.set(exact, figures, KEPT)
    if time.monotonic() - started > LONG:
        cache.set(key, figures, AN_HOUR)
    return figures


def _names(name: str, firm: Firm, today: date, known: str) -> tuple[str, str]:
    """Under which figures are kept: of this very journal, and of the day."""
    key = f"{name}:{firm.id}:{today}"
    return f"{key}:{known or version(firm)}", key
