"""What to watch, in sentences: a count, a fact, what follows from it, where to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.path_view import Stock
from comptant.doors.web.screen import Screen
from comptant.ground.web.typography import typo
from comptant.outlook.today.watching import Named, Prospects


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing to watch. ``strong`` opens the sentence, in bold."""

    big: str
    strong: str
    rest: str
    then: str
    url: str = ""
    label: str = ""


def watch_view(
    prospects: Prospects, watched: Mapping[str, Named], stocks: Mapping[str, Stock], screen: Screen
) -> list[Watched]:
    """What there is to watch today, the most pressing first; nothing when nothing is wrong."""
    found = [
        _prospects(prospects, screen),
        _alone(prospects, screen),
        _concentrated(watched, stocks, screen),
        _undated(watched, screen),
        _stalled(stocks, screen),
        _late(stocks, screen),
        _uncovered(watched, screen),
    ]
    return [_spaced(one, screen.language) for one in found if one]


def _spaced(one: Watched, language: str) -> Watched:
    strong, whole = typo(one.strong, language), typo(f"{one.strong}{one.rest}", language)
    return Watched(one.big, strong, whole.removeprefix(strong), typo(one.then, language), one.url, one.label)


def _prospects(prospects: Prospects, screen: Screen) -> Watched | None:
    """How many prospects are missing, at the firm's rate; a beginner sees the mark of one in ten instead."""
    portfolio = prospects.portfolio
    if prospects.is_beginner:
        return _mark(prospects, screen)
    if not portfolio.missing:
        return None
    strong = ngettext("prospect is missing", "prospects are missing", portfolio.missing)
    rest = ngettext(
        " to sign {goal} client by {day}, at your rate of {rate} ({won} of {ended}).",
        " to sign {goal} clients by {day}, at your rate of {rate} ({won} of {ended}).",
        portfolio.goal,
    ).format(
        goal=portfolio.goal, day=screen.plain(portfolio.by), rate=one_in(prospects, screen),
        won=screen.number(prospects.conversion.won), ended=screen.number(prospects.ended),
    )  # fmt: skip
    then = f"{_with_needed(prospects, screen)} {_followed(prospects, screen)}"
    url = reverse("pipeline", args=[screen.firm_ref])
    return Watched(screen.number(portfolio.missing), strong, rest, then, url, _("Add a prospect"))


def _mark(prospects: Prospects, screen: Screen) -> Watched:
    portfolio = prospects.portfolio
    needed = max(0, 16 - portfolio.live)
    then = _("A mark: 1 in 10, not your rate yet. Yours appears at the tenth closed deal.")
    if not needed:
        live = _("You follow {live}.").format(live=screen.number(portfolio.live))
        then = f"{live} {then}"
    else:
        followed = _("You follow {live}: {missing} are missing.").format(
            live=screen.number(portfolio.live), missing=screen.number(needed)
        )
        then = f"{followed} {then}"
    url = reverse("pipeline", args=[screen.firm_ref])
    return Watched("16", _("prospects for an 80% chance of signing one."), "", then, url, _("Add a prospect"))


def one_in(prospects: Prospects, screen: Screen) -> str:
    """``1 in 7.5``: how many ended for one that was won."""
    won = prospects.conversion.won
    if not won:
        return _("{won} of {ended}").format(won=0, ended=screen.number(prospects.ended))
    ratio = (Decimal(prospects.ended) / won).quantize(Decimal("0.1"), ROUND_HALF_UP)
    text = f"{ratio:f}".removesuffix(".0")
    return _("1 in {ratio}").format(ratio=text.replace(".", ",") if screen.language.startswith("fr") else text)


def in_ten(chance: float) -> int:
    """A chance as so many in ten."""
    return round(chance * 10)


def _with_needed(prospects: Prospects, screen: Screen) -> str:
    return _("With {needed}, {chances} chances in 10.").format(
        needed=screen.number(prospects.portfolio.needed), chances=in_ten(prospects.chance_of_goal_with_needed)
    )


def _followed(prospects: Prospects, screen: Screen) -> str:
    live, bare = prospects.portfolio.live, sum(one.without_amount for one in prospects.stages)
    if bare:
        return ngettext(
            "You follow {live}, {bare} of them without an amount.",
            "You follow {live}, {bare} of them without an amount.",
            live,
        ).format(live=screen.number(live), bare=screen.number(bare))
    return _("You follow {live}.").format(live=screen.number(live))


def _alone(prospects: Prospects, screen: Screen) -> Watched | None:
    if prospects.portfolio.live != 1:
        return None
    url = reverse("pipeline", args=[screen.firm_ref])
    then = _("If they say no, nothing is left to sign.")
    return Watched("1", _("live prospect, and no other."), "", then, url, _("Add a prospect"))


def _concentrated(watched: Mapping[str, Named], stocks: Mapping[str, Stock], screen: Screen) -> Watched | None:
    """More than half of all that is hoped for rests on one deal."""
    largest, hoped = watched.get("largest"), stocks.get("hoped", Stock())
    if largest is None or hoped.deals < 2 or largest.amount * 2 <= hoped.net:
        return None
    return Watched(
        screen.share(largest.amount, hoped.net),
        _("of what is hoped for rests on {party}").format(party=largest.party),
        _(": {amount} of {total} ex VAT.").format(
            amount=screen.amount(largest.amount, largest.currency), total=screen.amount(hoped.net, largest.currency)
        ),
        _("Without it, less than half is left."),
        reverse("deal", args=[screen.firm_ref, largest.deal]),
        _("Open the deal"),
    )


def _undated(watched: Mapping[str, Named], screen: Screen) -> Watched | None:
    one = watched.get("undated")
    if one is None:
        return None
    strong = ngettext(
        "proposal delivered without a decision date", "proposals delivered without a decision date", one.count
    )
    rest = (
        _(": {party}, {amount} ex VAT.") if one.count == 1 else _(": {amount} ex VAT in all, the largest for {party}.")
    ).format(party=one.party, amount=screen.amount(one.total, one.currency))
    then = _("Without a date, nobody has to answer. A date is asked against what you hold until then.")
    url = reverse("deal", args=[screen.firm_ref, one.deal])
    return Watched(screen.number(one.count), strong, rest, then, url, _("Agree on a date"))


def _stalled(stocks: Mapping[str, Stock], screen: Screen) -> Watched | None:
    stock = stocks.get("stalled", Stock())
    if not stock.deals:
        return None
    strong = ngettext("stalled deal", "stalled deals", stock.deals)
    rest = ngettext(" left the total: {amount} ex VAT.", " left the total: {amount} ex VAT.", stock.deals).format(
        amount=screen.amount(stock.net)
    )
    then = _("No sign from the client beyond the stage’s delay, or a decision date passed.")
    url = f"{reverse('deals', args=[screen.firm_ref])}?state=stalled"
    return Watched(screen.number(stock.deals), strong, rest, then, url, _("Revive or close"))


def _late(stocks: Mapping[str, Stock], screen: Screen) -> Watched | None:
    stock = stocks.get("overdue", Stock())
    if not stock.net:
        return None
    strong = ngettext("deal overdue", "deals overdue", stock.deals)
    rest = _(": {amount} inc VAT past due.").format(amount=screen.amount(stock.net + stock.tax))
    url = f"{reverse('receivables', args=[screen.firm_ref])}?state=overdue"
    return Watched(screen.number(stock.deals), strong, rest, "", url, _("See who is late"))


def _uncovered(watched: Mapping[str, Named], screen: Screen) -> Watched | None:
    one = watched.get("uncovered")
    if one is None:
        return None
    strong = ngettext("client served while late", "clients served while late", one.count)
    rest = _(": {party} owes {owed} inc VAT and you have delivered {delivered} ex VAT more.").format(
        party=one.party, owed=screen.amount(one.amount, one.currency), delivered=screen.amount(one.other, one.currency)
    )
    url = reverse("client", args=[screen.firm_ref, one.deal])
    return Watched(screen.number(one.count), strong, rest, "", url, _("Suspend or accept"))
