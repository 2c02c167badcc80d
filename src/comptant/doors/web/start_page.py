"""``/f/<ref>/``: first steps while nothing is there, then the day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.path_page import long_day
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.today.today_page import today
from comptant.ground.web import words
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.typography import typo


@require_safe
def start(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the first steps; the day, once anything is there."""
    if figures_of.has_anything(request.firm):
        return today(request, firm_ref)
    context = start_context(Screen.of(request), request.member.name)
    context["shell"] = shell(request, "start")
    return render(request, "doors/start.html", context)


def start_context(screen: Screen, person: str) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    word = words.currency_word(screen.home)
    zero = screen.whole(Decimal(0))
    first_name = person.split("@")[0].split()[0] if person.strip() else ""
    where = str(words.WHERE_ARE_THEY[word])
    greeting = _("Hello {name}. {where}").format(name=first_name, where=where) if first_name else where
    imports = reverse("imports", args=[screen.firm_ref])
    return {
        "over": long_day(screen, screen.today),
        "greeting": typo(greeting, screen.language),
        "subtitle": _("Three places, five words. {one_place} The rest appears the day you need it.").format(
            one_place=words.ONE_PLACE[word]
        ),
        "five": [
            {"state": state, "name": words.state_name(state), "meaning": meaning, "text": zero}
            for state, meaning in _meanings().items()
        ],
        "prospects_reason": _(
            "A name is enough. Without an amount, it counts as one prospect and for {zero}. You can paste a list."
        ).format(zero=zero),
        "benchmark": _("prospects for an 80% chance of signing one."),
        "deals_import_url": f"{imports}?target=deals",
        "invoices_import_url": f"{imports}?target=invoices",
        "coming_places": _coming_places(),
        "coming_words": _coming_words(),
    }


def _meanings() -> dict[str, str]:
    return {
        "hoped": _("What you hope for. A live deal, within its delay."),
        "signed": _("What is signed. With its proof. Nothing else."),
        "invoiced": _("What is due to you. Invoice issued, not due yet."),
        "overdue": _("What is late. The due date has passed."),
        "cashed": _("What is yours. In the bank. Margin counts here."),
    }


def _coming_places() -> list[tuple[str, str]]:
    return [
        (_("Offers"), _("the first offer begun")),
        (_("Clients"), _("the first cash in")),
        (_("Invoices, Bank"), _("the first statement imported: To collect splits in two")),
        (_("Forecast"), _("the first invoice issued, or five prospects with an amount")),
        (_("Coaching"), _("the second seller")),
        (_("Firms"), _("the second firm")),
    ]


def _coming_words() -> list[tuple[str, str]]:
    return [
        ("stalled", _("a deal without a sign from the client")),
        ("waiting", _("a deal put on hold")),
        ("lost", _("the first one lost")),
        ("vanished", _("the first one vanished")),
        ("declined", _("the first one you decline")),
        ("billable", _("the first deliverable accepted")),
        ("disputed", _("the first dispute")),
        ("doubtful", _("the first insolvent debtor")),
        ("written_off", _("the first one given up")),
    ]
