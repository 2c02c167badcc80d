"""The path of the euro on a day, and what moved in a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.path_view import PathFigures, Row, flow_rows, path_view
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.journal.freshness import version
from comptant.ground.web import words
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.typography import typo

EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)


@dataclass(slots=True)
class Dates:
    """The days asked for. What cannot be read falls back on the usual day, and is said."""

    as_of: date
    since: date
    until: date
    wrong: dict[str, bool] = field(default_factory=dict)
    error: str = ""


def read_dates(asked: Mapping[str, str], today: date) -> Dates:
    """Days from the address: ``as_of``, ``since``, ``until``; by default today, and the year up to it."""
    wrong: dict[str, bool] = {}

    def day(name: str, usual: date) -> date:
        text = asked.get(name, "").strip()
        if not text:
            return usual
        try:
            found = date.fromisoformat(text)
        except ValueError:
            wrong[name] = True
            return usual
        if EARLIEST <= found <= LATEST:
            return found
        wrong[name] = True
        return usual

    as_of = day("as_of", today)
    until = day("until", as_of)
    dates = Dates(as_of, day("since", date(until.year, 1, 1)), until, wrong)
    if wrong:
        dates.error = _("A date reads year-month-day, between 1970 and 2200. The usual day was taken instead.")
    elif dates.since > dates.until:
        wrong["since"] = True
        dates.error = _("The period ends before it begins: it was turned round.")
        dates.since, dates.until = dates.until, dates.since
    return dates


@require_safe
def path(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the balances on a day, and the moves of a period."""
    screen = Screen.of(request)
    dates = read_dates(request.GET, request.today)
    is_today, known = dates.as_of == request.today, version(request.firm)
    by_currency = figures_of.path(request.firm, dates.as_of, dates.since, dates.until, is_today=is_today, known=known)
    currency = request.GET.get("currency", "")
    figures = by_currency.get(currency) or figures_of.main(by_currency, screen.home, dates.as_of)
    context = path_context(screen, dates, figures, list(by_currency), "as_of" in request.GET)
    line = figures.stocks if is_today else figures_of.today(request.firm, request.today, screen.home, known)
    context["shell"] = shell(request, "start", line, line)
    return answer(request, "doors/_path.html", context)


def path_context(
    screen: Screen, dates: Dates, figures: PathFigures, currencies: list[str], is_dated: bool = False
) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    word = words.currency_word(figures.currency)
    rows: list[Row] = flow_rows(figures, screen)
    return {
        "title": str(words.PATH_TITLES[word]),
        "over": long_day(screen, dates.as_of),
        "subtitle": typo(
            _("Before tax: VAT is not yours. {one_place}").format(one_place=words.ONE_PLACE[word]), screen.language
        ),
        "caption": _("Where every amount is, before tax, on {day}").format(day=screen.plain(dates.as_of)),
        "path": path_view(figures, screen),
        "is_table_open": is_dated,
        "currencies": _currencies(screen, dates, figures.currency, currencies),
        "dates": _choosers(screen, dates, figures.currency if len(currencies) > 1 else ""),
        "moved": {
            "title": _("What moved"),
            "note": _("From {since} to {until}, both included").format(
                since=screen.plain(dates.since), until=screen.plain(dates.until)
            ),
            "rows": rows,
        },
    }


def long_day(screen: Screen, day: date) -> str:
    """The day with its year, for the head of a page."""
    text = Screen(screen.language, screen.home, date(1, 1, 1)).long(day)
    return text[:1].upper() + text[1:]


def _address(screen: Screen, dates: Dates, currency: str, **changed: date) -> str:
    kept = {"as_of": dates.as_of, "since": dates.since, "until": dates.until, **changed}
    query = {name: day.isoformat() for name, day in kept.items()} | ({"currency": currency} if currency else {})
    return f"{reverse('path', args=[screen.firm_ref])}?{urlencode(query)}"


def _currencies(screen: Screen, dates: Dates, here: str, currencies: list[str]) -> list[dict[str, Any]]:
    """One link a currency: euros and dollars are never added together."""
    if len(currencies) < 2:
        return []
    return [
        {"name": code, "url": _address(screen, dates, code), "is_here": code == here} for code in sorted(currencies)
    ]


def _choosers(screen: Screen, dates: Dates, currency: str) -> dict[str, Any]:
    month = screen.today.replace(day=1) - timedelta(days=1)
    year = date(screen.today.year - 1, 12, 31)
    days = ((_("Today"), screen.today), (_("End of last month"), month), (_("End of last year"), year))
    return {
        "url": reverse("path", args=[screen.firm_ref]),
        "as_of": dates.as_of.isoformat(),
        "since": dates.since.isoformat(),
        "until": dates.until.isoformat(),
        "currency": currency,
        "wrong": dates.wrong,
        "error": dates.error,
        "shortcuts": [
            {
                "name": name,
                "url": _address(screen, dates, currency, as_of=day, until=day, since=date(day.year, 1, 1)),
                "is_here": day == dates.as_of,
            }
            for name, day in days
        ],
    }
