"""Clients, debtors and prospects: lists of parties, each line with what it brought and what it owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.clients.words import LIGHT_NAMES, since_label
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.journal.freshness import version
from comptant.ground.parties.models import Party
from comptant.ground.web import words
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import WRITING, has_role
from comptant.journey.prospects.queries import search_parties
from comptant.journey.prospects.search import MOST as MOST_FOUND
from comptant.outlook.reports.clienteles import (
    Account,
    Clientele,
    Members,
    accounts_with,
    clienteles,
    page_of,
    those_of,
)

PAGE = 50
OWED = ("overdue", "disputed", "doubtful", "invoiced")
SHOWN = (Clientele.CLIENTS, Clientele.DEBTORS, Clientele.PROSPECTS, Clientele.ALL)


@require_safe
def clients(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists the clients, or the debtors, the prospects, all parties; those that match when something is sought."""
    screen = Screen.of(request)
    which, sought = _asked(request.GET)
    known = version(request.firm)
    members = clienteles(request.firm, known)
    if not sought and "show" not in request.GET and not members[which].count:
        which = Clientele.ALL
    after = _after(request)
    parties = (
        _sought(request, which, sought, after)
        if sought
        else page_of(request.firm, which, members[which], PAGE + 1, after)
    )
    rows = accounts_with(request.firm, parties[:PAGE])
    stocks = figures_of.today(request.firm, request.today, screen.home, known)
    context = {
        **list_context(screen, which, sought, members),
        "rows": [_row(screen, row) for row in rows],
        "next": _address(screen, which, sought, parties[PAGE - 1].ref) if len(parties) > PAGE else "",
        "first": _address(screen, which, sought) if after else "",
        "new_url": reverse("new-client", args=[screen.firm_ref]) if has_role(request.member, WRITING) else "",
        "shell": shell(request, "clients", stocks, ("cashed",) if which == Clientele.CLIENTS else ()),
    }
    return answer(request, "clients/_clients.html", context)


def _asked(query: Mapping[str, str]) -> tuple[Clientele, str]:
    sought = query.get("q", "").replace("\x00", "").strip()[:100]
    show = query.get("show", "")
    if show in list(Clientele):
        return Clientele(show), sought
    return Clientele.ALL if sought else Clientele.CLIENTS, sought


def _after(request: MemberRequest) -> Party | None:
    ref = request.GET.get("after", "")
    if not ref or "\x00" in ref:
        return None
    return Party.objects.filter(firm=request.firm, ref=ref).first()


def _sought(request: MemberRequest, which: Clientele, sought: str, after: Party | None) -> list[Party]:
    """Those found, of the clientele; a filter looks at the first two hundred only."""
    if which == Clientele.ALL:
        return search_parties(request.firm, sought, PAGE + 1, after)
    return those_of(request.firm, which, search_parties(request.firm, sought, MOST_FOUND, after))


def list_context(screen: Screen, which: Clientele, sought: str, members: Mapping[Clientele, Members]) -> dict[str, Any]:
    """Everything the page writes around its rows."""
    return {
        "title": _("Clients"),
        "subtitle": _("A client is a client once they have paid."),
        "filters": [
            {
                "name": name,
                "url": _address(screen, one, sought),
                "count": counted(screen, members[one]),
                "is_here": one == which,
            }
            for one, name in zip(SHOWN, _names(), strict=True)
            if members[one].count or one in (which, Clientele.ALL)
        ],
        "search": {"url": reverse("clients", args=[screen.firm_ref]), "q": sought, "show": str(which)},
        "empty": _empty(screen, sought),
    }


def _names() -> Sequence[str]:
    return _("Clients"), _("Debtors"), _("Prospects"), _("All parties")


def counted(screen: Screen, members: Members) -> str:
    """How many there are; with a plus where they were not all counted."""
    return screen.number(members.count) + ("" if members.is_whole else "+")


def _address(screen: Screen, which: Clientele, sought: str = "", after: str = "") -> str:
    query = {name: value for name, value in (("show", str(which)), ("q", sought), ("after", after)) if value}
    return f"{reverse('clients', args=[screen.firm_ref])}?{urlencode(query)}"


def _row(screen: Screen, account: Account) -> dict[str, Any]:
    party, light = account.party, account.solvency.light
    state = next((name for name in OWED if getattr(account.exposure, name)), "")
    return {
        "url": reverse("client", args=[screen.firm_ref, party.ref]),
        "name": party.name,
        "about": ", ".join(part for part in (party.city, party.siren) if part),
        "since": since_label(screen, account),
        "is_client": account.since is not None,
        "cashed": [screen.whole(one.cashed, one.currency) for one in account.brought if one.cashed],
        "owed": screen.whole(account.owed, _currency(screen, account)) if account.owed else "",
        "state": words.state_label(state) if state else "",
        "light": light,
        "light_name": LIGHT_NAMES[light] if light else "",
    }


def _currency(screen: Screen, account: Account) -> str:
    return account.brought[0].currency if len(account.brought) == 1 else screen.home


def _empty(screen: Screen, sought: str) -> dict[str, str]:
    if sought:
        return {
            "icon_name": "search", "title": _("Nobody by that name"),
            "text": _("Nothing here answers “{words}”.").format(words=sought),
            "link": reverse("clients", args=[screen.firm_ref]), "verb": _("Clear the search"),
        }  # fmt: skip
    imports = reverse("imports", args=[screen.firm_ref])
    return {
        "icon_name": "client", "title": _("No party here yet"),
        "text": _("A company becomes a client on the day its first payment is in the bank."),
        "link": f"{imports}?target=parties", "verb": _("Import parties"),
    }  # fmt: skip
