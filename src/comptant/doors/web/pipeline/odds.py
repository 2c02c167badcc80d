"""The firm's own signatures at each stage, as observed by the end of yesterday: the same all day long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache

from comptant.doors.web.path_view import Stock
from comptant.ground.firms.models import Firm
from comptant.ground.web.typography import NBSP
from comptant.journey.pipeline.queries import stages_of
from comptant.outlook.reports.outcomes import outcomes

MOST_DEALS = 5_000
"""Above, every act of the firm would be read for a figure beside the others: the report has it."""
KEPT = 3_600


@dataclass(frozen=True, slots=True)
class Odds:
    """Of the deals of twelve months that reached a stage and ended: the rate, drawn to 1 in 10, and its counts."""

    rate: float
    won: int
    ended: int

    @property
    def text(self) -> str:
        """``35 %``"""
        return f"{round(self.rate * 100)}{NBSP}%"


def odds_of(firm: Firm, today: date, stocks: Mapping[str, Stock]) -> dict[str, Odds]:
    """By stage; empty for a firm with more deals than can be read at once."""
    if sum(stock.deals for stock in stocks.values()) > MOST_DEALS:
        return {}
    key = f"odds:{firm.id}:{today}"
    kept: dict[str, Odds] | None = cache.get(key)
    if kept is None:
        stages, found = stages_of(firm), outcomes(firm, today - timedelta(days=1))
        rates = found.odds(stages)
        kept = {name: Odds(rates[name], *found.ended_from(stage.position)) for name, stage in stages.items()}
        cache.set(key, kept, KEPT)
    return kept
