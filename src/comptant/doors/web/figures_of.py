"""The figures of the path, from the journal's sums; kept until the journal of the firm says something new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.cache import cache

from comptant.doors.web.deal_rows import without_amount
from comptant.doors.web.path_view import Flow, PathFigures, Stock
from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.ground.journal.sums import Tails
from comptant.outlook.reports import paths

KEPT = 300
"""Seconds that figures may be kept; they are dropped at once when the journal grows."""


def path(
    firm: Firm, as_of: date, since: date | None, until: date, *, is_today: bool = False, known: str = ""
) -> dict[str, PathFigures]:
    """The figures of each currency of the firm: balances at the end of ``as_of``, flows of the period.

    ``is_today`` also counts the deals without an amount; ``known`` is the journal's version, when it was read already.
    """
    known = known or version(firm)
    key = f"path:{firm.id}:{as_of}:{since}:{until}:{is_today}:{known}"
    kept: dict[str, PathFigures] | None = cache.get(key)
    if kept is None:
        kept = _read(firm, as_of, since, until, is_today, known)
        cache.set(key, kept, KEPT)
    return kept


def today(firm: Firm, day: date, currency: str, known: str = "") -> Mapping[str, Stock]:
    """Where every amount of the firm's currency is today: what the line shows. No period: balances alone are read."""
    return main(path(firm, day, None, day, is_today=True, known=known), currency, day).stocks


def main(found: Mapping[str, PathFigures], currency: str, as_of: date) -> PathFigures:
    """The figures of a currency, else of the only other one, else nothing at all."""
    if currency in found:
        return found[currency]
    return next(iter(found.values())) if len(found) == 1 else PathFigures(as_of, currency, {})


def has_anything(firm: Firm) -> bool:
    """Whether the journal has one act."""
    return bool(version(firm))


def _read(
    firm: Firm, as_of: date, since: date | None, until: date, is_today: bool, known: str
) -> dict[str, PathFigures]:
    tails: Tails = cache.get(f"tails:{firm.id}:{known}") or {}
    found = paths.path(firm, as_of, since, until, count_flow_deals=False, currencies=(), tails=tails)
    cache.set(f"tails:{firm.id}:{known}", tails, KEPT)
    # Which deals have no amount is kept for today alone.
    bare = {(currency, place): count for currency, place, count in without_amount(firm)} if is_today else {}
    return {
        one.currency: PathFigures(
            as_of,
            one.currency,
            {
                row.account: Stock(row.net, row.tax, row.deals, bare.get((one.currency, row.account), 0))
                for row in one.balances
            },
            tuple(Flow(row.source, row.target, row.net, row.tax) for row in one.flows),
            since,
            until,
        )
        for one in found
    }
