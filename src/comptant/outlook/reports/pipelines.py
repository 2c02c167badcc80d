"""The pipeline report: what is in hand at the end of a day, how deals end, how long they take.

Source: product.md 4.2; docs/json.md.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO
from comptant.ground.journal.sums import currencies_ever
from comptant.journey.pipeline.queries import stages_of
from comptant.journey.pipeline.rules.figures import (
    USUAL_RATE,
    chance_of_one,
    largest_share,
    prospects_needed,
    shrunk_rate,
)
from comptant.outlook.reports.in_hand import InHand, in_hand
from comptant.outlook.reports.outcomes import outcomes
from comptant.outlook.reports.shapes import Conversion, DealLine, Pipeline, Portfolio

GOAL = 2
"""Signatures a firm is taken to want, by the end of the next quarter, as long as no setting says otherwise."""

Lines = tuple[DealLine, ...]


def pipeline(firm: Firm, as_of: date, known_at: datetime | None = None) -> list[Pipeline]:
    """The report at the end of ``as_of``, as known today or at ``known_at``; one per currency that ever moved.

    The firm's own currency comes first and is there alone while nothing moved; the others follow by name.
    """
    ended = outcomes(firm, as_of, known_at)
    by_currency = _by_currency(firm, _lines(in_hand(firm, as_of, known_at), ended.odds(stages_of(firm))))
    conversion, cycle = ended.conversion(), ended.cycle()
    live = [line.p_won for lines in by_currency.values() for line in lines if line.account == "hoped"]
    return [
        Pipeline(
            as_of, known_at, currency, _standing(lines, "hoped"), _standing(lines, "stalled"),
            _standing(lines, "waiting"), lines, conversion, cycle, portfolio(as_of, conversion, live, lines),
        )
        for currency, lines in by_currency.items()
    ]  # fmt: skip


def _lines(deals: Iterable[InHand], odds: dict[str, float]) -> list[DealLine]:
    """The largest first, then by ref."""
    lines = [
        DealLine(
            deal.ref, deal.title, deal.currency, deal.account, deal.stage, deal.net, deal.last_move_on,
            deal.days_silent, deal.threshold_days, deal.stall_rule or None, deal.stalled_on, deal.decision_on,
            deal.wake_on, odds.get(deal.stage) or shrunk_rate(0, 0),
        )
        for deal in deals
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line.net, line.ref))


def _by_currency(firm: Firm, lines: Sequence[DealLine]) -> dict[str, Lines]:
    found = currencies_ever(firm).union(line.currency for line in lines) or {firm.currency}
    in_order = sorted(found, key=lambda currency: (currency != firm.currency, currency))
    return {currency: tuple(line for line in lines if line.currency == currency) for currency in in_order}


def _standing(lines: Lines, account: str) -> Decimal:
    return sum((line.net for line in lines if line.account == account), ZERO)


def portfolio(as_of: date, conversion: Conversion, live: Sequence[float], lines: Lines) -> Portfolio:
    """Whether ``live`` prospects, each with its odds, are enough for the goal at the firm's rate.

    Until the firm has won something the usual one in ten stands in for its rate.
    """
    is_usual = not conversion.rate
    needed = prospects_needed(GOAL, conversion.rate or USUAL_RATE) or 0
    share = largest_share(line.net for line in lines if line.account == "hoped")
    return Portfolio(
        GOAL, next_quarter_end(as_of), needed, len(live), max(0, needed - len(live)), chance_of_one(live), share,
        is_usual,
    )  # fmt: skip


def needed(firm: Firm, as_of: date) -> tuple[int, int, date]:
    """The goal, how many live prospects it takes at the firm's rate, and the day it is for; as ``portfolio`` says."""
    rate = outcomes(firm, as_of).conversion().rate
    return GOAL, prospects_needed(GOAL, rate or USUAL_RATE) or 0, next_quarter_end(as_of)


def next_quarter_end(day: date) -> date:
    """The last day of the quarter after the day's own: time enough to win what is begun now.

    >>> next_quarter_end(date(2026, 11, 24)), next_quarter_end(date(2026, 1, 1))
    (datetime.date(2027, 3, 31), datetime.date(2026, 6, 30))
    """
    months = (day.month - 1) // 3 * 3 + 6
    year, month = day.year + (months - 1) // 12, (months - 1) % 12 + 1
    return date(year, month, monthrange(year, month)[1])
