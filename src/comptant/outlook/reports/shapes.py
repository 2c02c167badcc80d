"""What the reports say, and the documents a program reads: the promise of docs/json.md. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from comptant.ground.journal.acts import ZERO
from comptant.ground.money.amounts import MINOR_DIGITS

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands in an account; for ``hoped``, how its net is spread over the stages where something stands."""

    account: str
    net: Decimal = ZERO
    tax: Decimal = ZERO
    deals: int = 0
    stages: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def gross(self) -> Decimal:
        """Tax included."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved from one account to another in the period; ``deals`` is None when it was not asked for."""

    source: str
    target: str
    net: Decimal
    tax: Decimal
    deals: int | None


@dataclass(frozen=True, slots=True)
class Path:
    """The path of the euro in one currency: where everything stood at the end of a day, what moved in a period.

    ``balances`` name every account in order; ``flows`` are in the order of the accounts. ``since`` None
    means from the beginning; ``until`` is included.
    """

    as_of: date
    known_at: datetime | None
    currency: str
    since: date | None
    until: date
    balances: tuple[Balance, ...]
    flows: tuple[Flow, ...]

    @property
    def total(self) -> Decimal:
        """Over all accounts, tax included: zero, or the journal is wrong."""
        return sum((balance.gross for balance in self.balances), ZERO)


@dataclass(frozen=True, slots=True)
class DealLine:
    """A deal hoped for, stalled or waiting at the end of the day. ``net`` is its amount there.

    ``days_silent`` and ``threshold_days`` are those of that day; ``stall_rule`` and ``stalled_since`` are None
    unless it is stalled. ``p_won`` is between 0 and 1.
    """

    ref: str
    title: str
    currency: str
    account: str
    stage: str
    net: Decimal
    last_buyer_move: date
    days_silent: int
    threshold_days: int
    stall_rule: str | None
    stalled_since: date | None
    decision_on: date | None
    wake_on: date | None
    p_won: float


@dataclass(frozen=True, slots=True)
class Conversion:
    """How the deals opened in the twelve months before the day ended, and its 80 % Wilson interval.

    ``rate`` is None, and the interval says nothing, while none has ended. Declined deals are our own doing: not here.
    """

    won: int
    lost: int
    vanished: int
    open: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CycleDays:
    """Days from opened to signed: by Kaplan-Meier on days not spent stalled or waiting, and the raw median beside it.

    ``left_out`` deals came in closed with no event between: they are in ``raw_median`` alone.
    """

    median: int | None
    q1: int | None
    q3: int | None
    raw_median: int | None
    left_out: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Whether enough prospects are live for ``goal`` signatures by a day.

    ``is_usual_rate``: the firm has won nothing yet, so one in ten stands in for its rate.
    """

    goal: int
    by: date
    needed: int
    live: int
    missing: int
    p_at_least_one: float
    largest_share: float | None
    is_usual_rate: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The pipeline at the end of a day, in one currency; ``value`` is the net of ``hoped``.

    ``deals`` are the largest first, then by ref. Conversion, cycle and portfolio are of the whole firm, but
    for the largest share, which is of this currency.
    """

    as_of: date
    known_at: datetime | None
    currency: str
    value: Decimal
    stalled: Decimal
    waiting: Decimal
    deals: tuple[DealLine, ...]
    conversion: Conversion
    cycle_days: CycleDays
    portfolio: Portfolio


def money(amount: Decimal, currency: str) -> str:
    """An amount as programs read it, at the currency's minor precision; two decimals for a currency we do not know.

    >>> money(Decimal("-0.00"), "EUR"), money(Decimal("1200.00"), "JPY"), money(Decimal(7), "EUR")
    ('0.00', '1200', '7.00')
    """
    text = f"{amount:.{MINOR_DIGITS.get(currency, 2)}f}"
    return text.lstrip("-") if not amount else text


def path_documents(paths: list[Path]) -> Document | list[Document]:
    """One document, or a list of one per currency when there are several."""
    documents = [path_document(path) for path in paths]
    return documents[0] if len(documents) == 1 else documents


def path_document(path: Path) -> Document:
    """The document of one currency."""
    return {
        "as_of": path.as_of.isoformat(),
        "known_at": path.known_at.isoformat() if path.known_at else None,
        "currency": path.currency,
        "balances": {balance.account: _balance(balance, path.currency) for balance in path.balances},
        "flows": [
            {
                "from": flow.source,
                "to": flow.target,
                "net": money(flow.net, path.currency),
                "tax": money(flow.tax, path.currency),
                "deals": flow.deals,
            }
            for flow in path.flows
        ],
        "sum": money(path.total, path.currency),
    }


def _balance(balance: Balance, currency: str) -> Document:
    document: Document = {
        "net": money(balance.net, currency),
        "tax": money(balance.tax, currency),
        "deals": balance.deals,
    }
    if balance.account == "hoped":
        document["stages"] = {stage: money(net, currency) for stage, net in balance.stages.items()}
    return document


def pipeline_documents(pipelines: list[Pipeline]) -> Document | list[Document]:
    """One document; when several currencies ever moved in the firm a list, each then naming its currency."""
    if len(pipelines) == 1:
        return pipeline_document(pipelines[0])
    return [{"currency": one.currency, **pipeline_document(one)} for one in pipelines]


def pipeline_document(pipeline: Pipeline) -> Document:
    """The document of one currency."""
    currency, cycle, conversion, portfolio = (
        pipeline.currency, pipeline.cycle_days, pipeline.conversion, pipeline.portfolio,
    )  # fmt: skip
    return {
        "as_of": pipeline.as_of.isoformat(),
        "value": money(pipeline.value, currency),
        "stalled": money(pipeline.stalled, currency),
        "waiting": money(pipeline.waiting, currency),
        "deals": [_deal(line) for line in pipeline.deals],
        "conversion": {
            "won": conversion.won,
            "lost": conversion.lost,
            "vanished": conversion.vanished,
            "open": conversion.open,
            "rate": _rate(conversion.rate),
            "low": _rate(conversion.low),
            "high": _rate(conversion.high),
        },
        "cycle_days": {
            "median": cycle.median, "q1": cycle.q1, "q3": cycle.q3, "raw_median": cycle.raw_median,
        },
        "portfolio": {
            "goal": portfolio.goal,
            "by": portfolio.by.isoformat(),
            "needed": portfolio.needed,
            "live": portfolio.live,
            "missing": portfolio.missing,
            "p_at_least_one": _rate(portfolio.p_at_least_one),
            "largest_share": _rate(portfolio.largest_share),
        },
    }  # fmt: skip


def _deal(line: DealLine) -> Document:
    return {
        "ref": line.ref,
        "account": line.account,
        "stage": line.stage,
        "net": money(line.net, line.currency),
        "last_buyer_move": line.last_buyer_move.isoformat(),
        "days_silent": line.days_silent,
        "threshold_days": line.threshold_days,
        "stall_rule": line.stall_rule,
        "stalled_since": _day(line.stalled_since),
        "decision_on": _day(line.decision_on),
        "wake_on": _day(line.wake_on),
        "p_won": _rate(line.p_won),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _rate(rate: float | None) -> float | None:
    """Three decimals: more would claim to know more."""
    return None if rate is None else round(rate, 3)
