"""The forecast as far as it is known: what is due and when, what has no date, what is hoped for. Nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.today.kept import prospects_known, weeks_known
from comptant.doors.web.today.watch_view import one_in
from comptant.doors.web.today.weeks_view import STATES, weeks_view
from comptant.ground.journal.freshness import version
from comptant.ground.web import words
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.typography import typo
from comptant.outlook.today.rules import ZERO, Known
from comptant.outlook.today.watching import Prospects


@dataclass(frozen=True, slots=True)
class Source:
    """Where money is to come from: a state, what of it has a date, and its face value."""

    state: SafeString
    name: str
    dated: str
    face: str


@dataclass(frozen=True, slots=True)
class Hope:
    """A stage: its deals and amount, how those that got there ended, and the amount at that rate."""

    name: str
    note: str
    net: str
    counts: str
    odds: str
    expected: str


@require_safe
def forecast(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows what is known today."""
    screen, known = Screen.of(request), version(request.firm)
    stocks = figures_of.today(request.firm, request.today, screen.home, known)
    to_come = weeks_known(request.firm, request.today, known)
    weeks = weeks_view(to_come, screen)
    context = {
        "title": _("Forecast, 13 weeks"),
        "subtitle": typo(
            _("{amount} inc VAT is due by {day}. Only what is known: due dates, promises, milestones.").format(
                amount=weeks.total, day=weeks.until
            ),
            screen.language,
        ),
        "weeks": weeks,
        "is_open": True,
        "sources": sources(to_come, screen),
        "others": _others(to_come, screen),
        "shell": shell(request, "forecast", stocks, STATES),
    } | hopes(prospects_known(request.firm, request.today, known), screen)
    return render(request, "today/forecast.html", context)


def sources(known: list[Known], screen: Screen) -> dict[str, Any]:
    """By state, in the firm's currency: what has a date and the face value; their sums."""
    ours = [one for one in known if one.currency == screen.home]
    face = {state: sum((one.gross for one in ours if one.state == state), ZERO) for state in STATES}
    dated = {
        state: sum((one.gross for one in ours if one.state == state and one.on and one.on >= screen.today), ZERO)
        for state in STATES
    }
    rows = [
        Source(words.state_label(state), state, _dated(dated[state], screen), screen.whole(face[state]))
        for state in STATES
        if face[state]
    ]
    total = Source(
        SafeString(""), "", _dated(sum(dated.values(), ZERO), screen), screen.whole(sum(face.values(), ZERO))
    )
    return {"rows": rows, "total": total}


def _dated(amount: Decimal, screen: Screen) -> str:
    return screen.whole(amount) if amount else "·"


def _others(known: list[Known], screen: Screen) -> list[str]:
    """Other currencies, each told apart: they are never added."""
    found: dict[str, Decimal] = {}
    for one in known:
        if one.currency != screen.home:
            found[one.currency] = found.get(one.currency, ZERO) + one.gross
    return [screen.whole(amount, currency) for currency, amount in sorted(found.items()) if amount]


def hopes(prospects: Prospects, screen: Screen) -> dict[str, Any]:
    """What is hoped for, by stage, at the rate of each, with its counts; nothing expected of a beginner."""
    ours = [one for one in prospects.stages if one.currency == screen.home]
    is_known = not prospects.is_beginner
    rows = [
        Hope(
            one.name,
            _deals(one.deals, one.without_amount, screen),
            screen.number(one.net),
            _("{won} of {ended}").format(won=screen.number(one.won), ended=screen.number(one.ended)),
            screen.share(Decimal(f"{one.odds:.3f}"), Decimal(1)) if is_known else "",
            screen.number(one.expected) if is_known else "",
        )
        for one in ours
    ]
    hoped = sum((one.net for one in ours), ZERO)
    return {
        "hopes": rows,
        "hopes_known": is_known,
        "hoped_total": screen.amount(hoped, cents=False),
        "expected_total": screen.whole(sum((one.expected for one in ours), ZERO)) if is_known else "",
        "rate": typo(_rate(prospects, screen), screen.language),
    }


def _deals(deals: int, without_amount: int, screen: Screen) -> str:
    count = ngettext("{count} deal", "{count} deals", deals).format(count=screen.number(deals))
    if not without_amount:
        return count
    bare = ngettext("{count} without an amount", "{count} without an amount", without_amount)
    return f"{count}, {bare.format(count=screen.number(without_amount))}"


def _rate(prospects: Prospects, screen: Screen) -> str:
    if prospects.is_beginner:
        return _("A mark: 1 in 10, not your rate yet. Yours appears at the tenth closed deal.")
    return _("In twelve months, {won} of {ended} were signed: {rate}.").format(
        won=screen.number(prospects.conversion.won),
        ended=screen.number(prospects.ended),
        rate=one_in(prospects, screen),
    )
