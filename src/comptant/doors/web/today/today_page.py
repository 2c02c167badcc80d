"""Today: the acts, the path, the thirteen weeks, what to watch. Acts are put off here, and done where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.path_page import long_day
from comptant.doors.web.path_view import Stock, path_view
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.today.act_lines import line_of, lines_of
from comptant.doors.web.today.acts_of import LISTED, Day, day_of
from comptant.doors.web.today.kept import are_at_hand, prospects_known, watched_now, weeks_known
from comptant.doors.web.today.watch_view import Watched, watch_view
from comptant.doors.web.today.weeks_view import weeks_view
from comptant.ground.firms.models import Role
from comptant.ground.journal.freshness import version
from comptant.ground.web import words
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, SELLING, has_role, sees_own_alone
from comptant.ground.web.typography import typo
from comptant.outlook.today import actions, queries
from comptant.outlook.today.rules import Act, put_off_until


@require_safe
def today(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the day; ``?all=1`` every act, not a day's worth."""
    screen, known = Screen.of(request), version(request.firm)
    day = day_of(request.member, request.firm, request.today, known)
    by_currency = figures_of.path(request.firm, request.today, None, request.today, is_today=True, known=known)
    figures = figures_of.main(by_currency, screen.home, request.today)
    word = words.currency_word(figures.currency)
    context = acts_context(request, day) | {
        "over": f"{long_day(screen, request.today)} · {request.firm.name}",
        "tools": _tools(request),
        "changes_url": _changes_url(request),
        "path_title": str(words.PATH_TITLES[word]),
        "path_note": typo(
            _("Before tax: VAT is not yours. {one_place}").format(one_place=words.ONE_PLACE[word]), screen.language
        ),
        "path": path_view(figures, screen),
        "path_url": reverse("path", args=[firm_ref]),
        "weeks": weeks_view(weeks_known(request.firm, request.today, known), screen),
        "forecast_url": reverse("forecast", args=[firm_ref]),
        "digest_url": reverse("digest", args=[firm_ref]),
        "wants_digest": request.member.wants_digest,
        "shell": shell(request, "start", figures.stocks),
    }
    if _is_quick(request, known, figures.stocks):
        context["watched"] = _watched(request, known, figures.stocks)
    else:
        context["watch_url"] = reverse("watch", args=[firm_ref])
    return render(request, "today/today.html", context)


LARGE = 5_000
"""Deals beyond which what is to be watched is counted after the page has come, unless it was counted already."""


def _is_quick(request: MemberRequest, known: str, stocks: Mapping[str, Stock]) -> bool:
    deals = sum(stock.deals for stock in stocks.values())
    return deals <= LARGE or are_at_hand(request.firm, request.today, known)


def _watched(request: MemberRequest, known: str, stocks: Mapping[str, Stock]) -> list[Watched]:
    named = {} if sees_own_alone(request.member) else watched_now(request.firm, request.today, known)
    return watch_view(prospects_known(request.firm, request.today, known), named, stocks, Screen.of(request))


@require_safe
def watch(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows what to watch, which a large firm's page asks for once it has come."""
    known = version(request.firm)
    stocks = figures_of.today(request.firm, request.today, request.firm.currency, known)
    context = {"watched": _watched(request, known, stocks), "shell": shell(request, "start", stocks)}
    return answer(request, "today/_watch.html", context)


def _tools(request: MemberRequest) -> list[tuple[str, str]]:
    """What the member may begin: an address and its name."""
    tools = (
        ("new-deal", SELLING, pgettext("begin one", "Prospect")),
        ("new-invoice", KEEPING_BOOKS, pgettext("begin one", "Invoice")),
    )
    return [
        (reverse(route, args=[request.firm.ref]), name)
        for route, roles, name in tools
        if has_role(request.member, roles)
    ]


def _changes_url(request: MemberRequest) -> str:
    last = queries.last_act(request.firm)
    return reverse("today-changes", args=[request.firm.ref, last]) if last else ""


def acts_context(request: MemberRequest, day: Day) -> dict[str, Any]:
    """What the title and the list of acts write."""
    screen, is_whole = Screen.of(request), request.GET.get("all") == "1"
    listed = day.acts if is_whole else day.acts[:LISTED]
    return {
        "title": typo(title(day, screen), screen.language),
        "beside": typo(beside(day, screen), screen.language),
        "acts": lines_of(listed, screen),
        "more": more(len(day.acts) - len(listed), screen),
        "put_off": [line_of(act, screen, until) for act, until in day.put_off],
        "pipeline_url": reverse("pipeline", args=[screen.firm_ref]),
        "may_act": request.member.role != Role.MENTOR,
        "tomorrow": screen.long(put_off_until(request.today, request.firm.country)),
    }


def title(day: Day, screen: Screen) -> str:
    """What is at stake today: ``Six actions, 48 900 € en jeu``. It never presumes success."""
    count = len(day.acts)
    if not count:
        return _("Nothing to do today")
    acts = ngettext("{count} action", "{count} actions", count).format(count=in_words(count, screen))
    acts = acts[:1].upper() + acts[1:]
    if not day.net:
        return acts
    return _("{acts}, {amount} at stake").format(acts=acts, amount=screen.whole(day.net))


def in_words(count: int, screen: Screen) -> str:
    """A small number in letters, as titles write it."""
    small = (
        _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"), _("ten"),
        _("eleven"), _("twelve"),
    )  # fmt: skip
    return small[count - 1] if 1 <= count <= len(small) else screen.number(count)


def beside(day: Day, screen: Screen) -> str:
    """What the title's amount leaves out; empty when it leaves nothing out."""
    if not day.beside:
        return _("All ex VAT.") if day.net else ""
    amounts = ", ".join(screen.amount(gross, currency) for gross, currency in day.beside)
    return _("Ex VAT; besides, {amounts} inc VAT in the bank, on no invoice yet.").format(amounts=amounts)


def more(count: int, screen: Screen) -> str:
    """How many acts are not listed; empty when all are."""
    if count <= 0:
        return ""
    return ngettext("{count} more action", "{count} more actions", count).format(count=screen.number(count))


@require_POST
def postponement(request: MemberRequest, firm_ref: str, action_key: str) -> HttpResponse:
    """POST puts an act off until the next working day, for this member alone."""
    act, screen = _find(request, action_key), Screen.of(request)
    until = put_off_until(request.today, request.firm.country)
    actions.postpone(request.member, act.key, until, request.today)
    line = line_of(act, screen, until)
    text = _("“{phrase}” returns on {day}.").format(phrase=line.phrase, day=screen.long(until))
    return _answered(request, firm_ref, Done(text, line.return_url))


@require_POST
def returned(request: MemberRequest, firm_ref: str, action_key: str) -> HttpResponse:
    """POST brings back an act that was put off."""
    act = _find(request, action_key)
    actions.bring_back(request.member, act.key)
    text = _("“{phrase}” is back.").format(phrase=line_of(act, Screen.of(request)).phrase)
    return _answered(request, firm_ref, Done(text))


@require_safe
def changes(request: MemberRequest, firm_ref: str, act_id: UUID) -> HttpResponse:
    """GET says how many acts others recorded after that one, to HTMX alone: nothing moves under the pointer."""
    if not request.htmx:
        return redirect("start", firm_ref=firm_ref)
    count = queries.changes_since(request.member, act_id)
    text = ngettext("{count} change", "{count} changes", count).format(count=count) if count else ""
    context = {
        "changes": text,
        "changes_url": reverse("today-changes", args=[firm_ref, act_id]),
        "here_url": reverse("start", args=[firm_ref]),
    }
    return render(request, "today/_changes.html", context)


@require_POST
def digest(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """POST says whether the member wants their actions by e-mail each morning: ``wanted`` is 1, or not."""
    member = request.member
    member.wants_digest = request.POST.get("wanted") == "1"
    member.save(update_fields=["wants_digest"])
    text = (
        _("Your actions will come by e-mail each working morning.")
        if member.wants_digest
        else _("No more e-mail in the morning.")
    )
    return acted(request, Done(text), to=reverse("start", args=[firm_ref]))


def _find(request: MemberRequest, key: str) -> Act:
    """The act of that name, if it is one of the member's; otherwise 404."""
    act = day_of(request.member, request.firm, request.today).find(key)
    if act is None or request.member.role == Role.MENTOR:
        raise Http404
    return act


def _answered(request: MemberRequest, firm_ref: str, done: Done) -> HttpResponse:
    context = acts_context(request, day_of(request.member, request.firm, request.today))
    fragments = [
        render_to_string("today/_acts.html", context, request),
        render_to_string("today/_title.html", context | {"oob": True}, request),
    ]
    return acted(request, done, to=reverse("start", args=[firm_ref]), fragments=fragments)
