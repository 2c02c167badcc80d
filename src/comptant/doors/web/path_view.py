"""The path of the euro as a page shows it: labels of the drawing, ladder, tables and the sentence beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.screen import Screen
from comptant.ground.web import flow, words

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Stock:
    """What stands in one account: amounts, and on how many deals (``without_amount`` of them for 0)."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    deals: int = 0
    without_amount: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved from one account to another in a period."""

    source: str
    target: str
    net: Decimal
    tax: Decimal
    deals: int | None = None


@dataclass(frozen=True, slots=True)
class PathFigures:
    """What the page needs to know of one currency on one day."""

    as_of: date
    currency: str
    stocks: Mapping[str, Stock]
    flows: Sequence[Flow] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The words beside a node of the drawing."""

    node: flow.Node
    shape: str
    width: str
    text: str
    note: str = ""
    name: str = ""
    state: SafeString | str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """A bar of the narrow drawing."""

    name: str
    state: SafeString
    text: str
    note: str
    percent: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Bars of the narrow drawing under one heading."""

    name: str
    text: str
    rungs: list[Rung]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: strings only, made once."""

    state: SafeString
    net: str
    tax: str = ""
    deals: str = ""
    share: str = ""
    target: SafeString | str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PathView:
    """Everything ``web/_path.html`` and its tables write."""

    title_id: str
    drawing: flow.Drawing
    labels: list[Label]
    groups: list[Group]
    moral: str
    moral_more: str
    rows: list[Row]
    others: list[Row]
    total: Row
    has_tax: bool


def shown_states(stocks: Mapping[str, Stock]) -> list[str]:
    """The states to draw: the five words of day one, and each other from its first case on."""
    met = (state for state in flow.STOCKS if state in stocks and (stocks[state].deals or stocks[state].net))
    return sorted({*words.FIRST_WORDS, *met}, key=flow.STOCKS.index)


def path_view(figures: PathFigures, screen: Screen) -> PathView:
    """The view of one currency's path. Net only: tax is not the firm's (design, section 4)."""
    stocks = figures.stocks
    shown = shown_states(stocks)
    nets = {state: stocks[state].net for state in flow.STOCKS if state in stocks}
    drawing = flow.draw(nets, shown)
    total = sum(nets.values(), ZERO)
    moral, more = _moral(nets, total, figures.currency, screen)
    rows, others = _rows(figures, shown, total, screen)
    return PathView(
        title_id="path-title",
        drawing=drawing,
        labels=[_label(node, stocks, figures.currency, screen) for node in drawing.nodes],
        groups=_groups(stocks, shown, screen),
        moral=moral,
        moral_more=more,
        rows=rows,
        others=others,
        total=Row(SafeString(""), screen.amount(total, figures.currency), share=screen.share(total, total)),
        has_tax=any(stock.tax for state, stock in stocks.items() if state != "origin"),
    )


def _url(state: str, screen: Screen) -> str:
    return f"{reverse('deals', args=[screen.firm_ref])}?state={state}"


def _sum(stocks: Mapping[str, Stock], states: Sequence[str]) -> Stock:
    found = [stocks[state] for state in states if state in stocks]
    return Stock(
        sum((stock.net for stock in found), ZERO),
        sum((stock.tax for stock in found), ZERO),
        sum(stock.deals for stock in found),
        sum(stock.without_amount for stock in found),
    )


def _label(node: flow.Node, stocks: Mapping[str, Stock], currency: str, screen: Screen) -> Label:
    if not node.state:
        stock = _sum(stocks, flow.STOCKS)
        return Label(
            node, "label--medium", "24%", screen.whole(stock.net, currency), deals_count(stock.deals, screen),
            name=_("Everything that came in"),
        )  # fmt: skip
    if node.is_total and node.column < 3:
        states = flow.AFTER_INVOICE if node.column == 2 else flow.UNINVOICED + flow.AFTER_INVOICE
        stock = _sum(stocks, states)
        name = _("Invoiced so far") if node.column == 2 else _("Signed so far")
        return Label(node, "label--mid", "26%", screen.number(stock.net), name=name)
    stock = stocks.get(node.state, Stock())
    shape = {"cashed": "label--large", "hoped": ""}.get(node.state, "label--row")
    return Label(
        node, shape, "26%" if node.column < 3 else "24%", screen.number(stock.net), _note(node.state, stock, screen),
        state=words.state_label(node.state), url=_url(node.state, screen),
    )  # fmt: skip


def deals_count(count: int, screen: Screen) -> str:
    """``103 deals``."""
    return ngettext("{count} deal", "{count} deals", count).format(count=screen.number(count))


def _note(state: str, stock: Stock, screen: Screen) -> str:
    """A few words after the amount: how many, and what the state means for them."""
    count = screen.number(stock.deals)
    if stock.without_amount:
        return ngettext(
            "{count}, {without} without an amount", "{count}, {without} without an amount", stock.deals
        ).format(
            count=deals_count(stock.deals, screen) if state == "hoped" else count,
            without=screen.number(stock.without_amount),
        )
    if state == "stalled":
        return _("{count}, not counted").format(count=count)
    if state == "waiting":
        return _("{count}, with a wake-up date").format(count=count)
    if state == "cashed":
        return _("in the bank")
    if state == "signed":
        return _("still to deliver")
    if state == "invoiced":
        return _("not due yet")
    return deals_count(stock.deals, screen) if stock.deals else ""


def _groups(stocks: Mapping[str, Stock], shown: Sequence[str], screen: Screen) -> list[Group]:
    parts = (
        (_("Signed so far"), flow.AFTER_INVOICE + flow.UNINVOICED),
        (_("Not signed yet"), ("hoped", "stalled", "waiting")),
        (_("Will not come"), ("vanished", "lost", "declined")),
    )
    largest = max((stock.net for state, stock in stocks.items() if state in flow.STOCKS), default=ZERO)
    groups = []
    for name, states in parts:
        there = [state for state in states if state in shown]
        if there:
            rungs = [_rung(state, stocks.get(state, Stock()), largest, screen) for state in there]
            groups.append(Group(name, screen.number(_sum(stocks, states).net), rungs))
    return groups


def _rung(state: str, stock: Stock, largest: Decimal, screen: Screen) -> Rung:
    percent = f"{stock.net * HUNDRED / largest:.1f}%" if largest else "0%"
    return Rung(
        state, words.state_label(state), screen.number(stock.net), _note(state, stock, screen), percent,
        _url(state, screen),
    )  # fmt: skip


def _rows(figures: PathFigures, shown: Sequence[str], total: Decimal, screen: Screen) -> tuple[list[Row], list[Row]]:
    """The table's lines: the states that add up to the total, then those told apart in words."""

    def row(state: str, share: str) -> Row:
        stock = figures.stocks.get(state, Stock())
        return Row(
            words.state_label(state), screen.amount(stock.net, figures.currency),
            screen.amount(stock.tax, figures.currency), screen.number(stock.deals) if stock.deals else "", share,
            url=_url(state, screen) if state in shown else "",
        )  # fmt: skip

    order = flow.AFTER_INVOICE + flow.UNINVOICED + flow.UNSIGNED
    rows = [
        row(state, screen.share(figures.stocks.get(state, Stock()).net, total)) for state in order if state in shown
    ]
    apart = [state for state in ("cancelled", "held") if figures.stocks.get(state, Stock()).net]
    return rows, [row(state, "") for state in apart]


def flow_rows(figures: PathFigures, screen: Screen) -> list[Row]:
    """What moved in the period, in the order money advances."""
    return [
        Row(
            words.state_label(moved.source), screen.amount(moved.net, figures.currency),
            screen.amount(moved.tax, figures.currency) if moved.tax else "",
            "" if moved.deals is None else screen.number(moved.deals),
            target=words.state_label(moved.target),
        )
        for moved in figures.flows
    ]  # fmt: skip


def _moral(nets: Mapping[str, Decimal], total: Decimal, currency: str, screen: Screen) -> tuple[str, str]:
    """Of every hundred that came in, how many are in the bank, and where the others went."""
    if total <= 0:
        return "", ""

    def of_hundred(state: str) -> str:
        return screen.whole(nets.get(state, ZERO) * HUNDRED / total, currency)

    moral = _("Of every {hundred} that came in, {cashed} are in the bank.").format(
        hundred=screen.whole(HUNDRED, currency), cashed=of_hundred("cashed")
    )
    parts = (
        ("vanished", _("{amount} vanished")),
        ("lost", _("{amount} went to a competitor")),
        ("declined", _("{amount} was declined by you")),
        ("stalled", _("{amount} stands still")),
    )
    said = [text.format(amount=of_hundred(state)) for state, text in parts if nets.get(state, ZERO) * 200 >= total]
    return moral, ", ".join(said) + "." if said else ""
