"""The path of the euro: every account at the end of a day, and what moved between accounts in a period.

Source: product.md section 2; docs/json.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ACCOUNTS, ZERO
from comptant.ground.journal.history import deals_by_account, deals_by_flow
from comptant.ground.journal.sums import BEGINNING, Sums, Tails, currencies_ever, sums
from comptant.journey.pipeline.queries import stages_of
from comptant.outlook.reports.shapes import Balance, Flow, Path

_ORDER = {account: n for n, account in enumerate(ACCOUNTS)}
Amounts = tuple[Decimal, Decimal]


def path(
    firm: Firm,
    as_of: date,
    since: date | None = None,
    until: date | None = None,
    known_at: datetime | None = None,
    count_flow_deals: bool = True,
    currencies: Collection[str] | None = None,
    tails: Tails | None = None,
) -> list[Path]:
    """Balances at the end of ``as_of`` and flows of ``since`` to ``until``, both included; one per currency.

    There is one for each currency in which anything ever moved, whatever the day, so that a program finds the same
    ones on every day; the firm's own comes first and is there alone while nothing moved, the others follow by name.
    ``currencies`` says them without a query; those that moved in the days asked about are there in any case.
    Without a period the flows are all those up to ``as_of``. ``known_at`` leaves out what was recorded later.
    Counting the deals of each flow reads every posting of the period: without it ``deals`` is None.
    Who asks for several days of a journal that has not changed gives the same ``tails`` each time: they are read once.
    """
    end = until or as_of
    tails = {} if tails is None else tails
    at_day = sums(firm, as_of, known_at=known_at, tails=tails)
    moved = at_day if since is None and end == as_of else sums(firm, end, since or BEGINNING, known_at, tails)
    standing = at_day.deals if known_at is None else deals_by_account(firm, as_of, known_at)
    moving = deals_by_flow(firm, since or BEGINNING, end, known_at) if count_flow_deals else None
    stages = list(stages_of(firm))
    ever = currencies_ever(firm) if currencies is None else currencies
    return [
        Path(
            as_of, known_at, currency, since, end,
            _balances(at_day, currency, standing, stages), _flows(moved, currency, moving),
        )
        for currency in _currencies(firm, (at_day, moved), standing, ever)
    ]  # fmt: skip


def _currencies(
    firm: Firm, moved: Iterable[Sums], standing: Mapping[tuple[str, str], int], ever: Collection[str]
) -> list[str]:
    """Those that ever moved, those in which anything moved now or any deal stands, be it without an amount."""
    found = {pair[0] for some in moved for pair, amounts in some.flows.items() if any(amounts)}
    found |= {currency for (currency, _), deals in standing.items() if deals}
    return sorted(found.union(ever) or {firm.currency}, key=lambda currency: (currency != firm.currency, currency))


def _balances(
    found: Sums, currency: str, deals: Mapping[tuple[str, str], int], stages: list[str]
) -> tuple[Balance, ...]:
    """Every account in order: what came in less what left."""
    amounts: dict[str, Amounts] = {}
    by_stage: dict[str, Amounts] = {}
    for (money, source, target, source_stage, target_stage), (net, tax) in found.flows.items():
        if money == currency:
            for account, stage, sign in ((source, source_stage, -1), (target, target_stage, 1)):
                _add(amounts, account, sign * net, sign * tax)
                if account == "hoped":
                    _add(by_stage, stage, sign * net, sign * tax)
    in_order = sorted(by_stage, key=lambda key: (stages.index(key) if key in stages else len(stages), key))
    hoped = {stage: by_stage[stage][0] for stage in in_order if by_stage[stage][0]}
    return tuple(
        Balance(
            account, *amounts.get(account, (ZERO, ZERO)), deals.get((currency, account), 0),
            hoped if account == "hoped" else {},
        )
        for account in ACCOUNTS
    )  # fmt: skip


def _flows(found: Sums, currency: str, deals: Mapping[tuple[str, str, str], int] | None) -> tuple[Flow, ...]:
    """What moved between two accounts, stages added up; a move from stage to stage leaves no account.

    The sums leave out what moves nothing: deals without an amount come from the count.
    """
    counted = {(source, target): n for (money, source, target), n in (deals or {}).items() if money == currency}
    pairs: dict[tuple[str, str], Amounts] = {pair: (ZERO, ZERO) for pair in counted if pair[0] != pair[1]}
    for (money, source, target, _, _), (net, tax) in found.flows.items():
        if money == currency and source != target:
            before = pairs.get((source, target), (ZERO, ZERO))
            pairs[source, target] = before[0] + net, before[1] + tax
    flows = (
        Flow(
            source, target, *pairs[source, target], None if deals is None else deals.get((currency, source, target), 0)
        )
        for source, target in sorted(pairs, key=lambda pair: (_ORDER[pair[0]], _ORDER[pair[1]]))
    )
    return tuple(flow for flow in flows if flow.net or flow.tax or flow.deals)


def _add(amounts: dict[str, Amounts], key: str, net: Decimal, tax: Decimal) -> None:
    before = amounts.get(key, (ZERO, ZERO))
    amounts[key] = before[0] + net, before[1] + tax
