"""The figures of the path, from the journal's sums; kept until the journal of the firm says something new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.cache import cache

from comptant.doors.web.path_view import Flow, PathFigures, Stock
from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.ground.journal.sums import Sums, sums
from comptant.ground.web.flow import STOCKS

KEPT = 300
"""Seconds that figures may be kept; they are dropped at once when the journal grows."""

_ORDER = {state: n for n, state in enumerate(("origin", *STOCKS, "cancelled", "held"))}


def path(firm: Firm, as_of: date, since: date, until: date) -> dict[str, PathFigures]:
    """The figures of each currency of the firm: balances at the end of ``as_of``, flows of the period."""
    key = f"path:{firm.id}:{as_of}:{since}:{until}:{version(firm)}"
    kept: dict[str, PathFigures] | None = cache.get(key)
    if kept is None:
        kept = _read(firm, as_of, since, until)
        cache.set(key, kept, KEPT)
    return kept


def today(firm: Firm, day: date, currency: str) -> Mapping[str, Stock]:
    """Where every amount of the firm's currency is today: what the line shows."""
    found = path(firm, day, date(day.year, 1, 1), day)
    return main(found, currency, day).stocks


def main(found: Mapping[str, PathFigures], currency: str, as_of: date) -> PathFigures:
    """The figures of a currency, else of the only other one, else nothing at all."""
    if currency in found:
        return found[currency]
    return next(iter(found.values())) if len(found) == 1 else PathFigures(as_of, currency, {})


def has_anything(firm: Firm) -> bool:
    """Whether the journal has one act."""
    return bool(version(firm))


def _read(firm: Firm, as_of: date, since: date, until: date) -> dict[str, PathFigures]:
    at_day, moved = sums(firm, as_of), sums(firm, until, since)
    return {
        currency: PathFigures(as_of, currency, stocks(at_day, currency), flows(moved, currency), since, until)
        for currency in sorted({*at_day.currencies(), *moved.currencies()})
    }


def stocks(found: Sums, currency: str) -> dict[str, Stock]:
    """What stands in each account: what came in less what left."""
    net: dict[str, Decimal] = {}
    tax: dict[str, Decimal] = {}
    for (money, source, target, _, _), (moved_net, moved_tax) in found.flows.items():
        if money == currency:
            net[target] = net.get(target, Decimal(0)) + moved_net
            tax[target] = tax.get(target, Decimal(0)) + moved_tax
            net[source] = net.get(source, Decimal(0)) - moved_net
            tax[source] = tax.get(source, Decimal(0)) - moved_tax
    return {account: Stock(net[account], tax[account], found.deals.get((currency, account), 0)) for account in net}


def flows(found: Sums, currency: str) -> tuple[Flow, ...]:
    """What moved between two accounts, stages added up; moves from one stage to another are no move of account."""
    pairs: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for (money, source, target, _, _), (net, tax) in found.flows.items():
        if money == currency and source != target:
            before = pairs.get((source, target), (Decimal(0), Decimal(0)))
            pairs[source, target] = (before[0] + net, before[1] + tax)
    order = sorted(pairs, key=lambda pair: (_ORDER.get(pair[0], 99), _ORDER.get(pair[1], 99)))
    return tuple(Flow(source, target, *pairs[source, target]) for source, target in order if any(pairs[source, target]))
