"""The list of offers: what can still become an answer first, everything else one link away; and those of a deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.api.cursors import Place, page
from comptant.doors.web import figures_of
from comptant.doors.web.offers import words
from comptant.doors.web.reach import find_deal
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.deals.models import Deal
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role, sees_own_alone
from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.validity import ACCEPTED, DRAFT, ENDED, SENT
from comptant.journey.pipeline.models import Standing

ROWS = 50
RISING = ("waiting",)
"""Lists in which the nearest decision comes first; in the others, the newest offer."""


@require_safe
def offers(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists offers: those in hand, or the list that ``list`` names."""
    wanted = request.GET.get("list", "")
    wanted = wanted if wanted in queries.WANTED else queries.WANTED[0]
    return answer(request, "offers/_offers.html", _context(request, wanted, None), page="offers/offers.html")


@require_safe
def of_deal(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET lists every version of the deal's offers, and leads to a new one."""
    deal = find_deal(request, deal_ref)
    return answer(request, "offers/_offers.html", _context(request, "all", deal), page="offers/offers.html")


def _context(request: MemberRequest, wanted: str, deal: Deal | None) -> dict[str, Any]:
    screen = Screen.of(request)
    rows = queries.offers_by(request.firm, wanted, request.today, deal=deal)
    if deal is None and sees_own_alone(request.member):
        rows = rows.filter(deal__in=Standing.objects.filter(firm=request.firm, seller=request.member).values("deal"))
    found = page_of(rows, wanted, request.GET.get("after", "").replace("\x00", ""))
    states = queries.states_of([row["row"] for row in found["items"]], request.today)
    shown = [
        row_shown(screen, row["row"], states[row["row"].id])
        for row in found["items"]
        if wanted != "waiting" or states[row["row"].id] == SENT
    ]
    here = (
        reverse("deal-offers", args=[screen.firm_ref, deal.ref]) if deal else reverse("offers", args=[screen.firm_ref])
    )
    query = {"list": wanted} if deal is None and wanted != queries.WANTED[0] else {}
    stocks = figures_of.today(request.firm, request.today, screen.home)
    return {
        "title": _("Offers"), "rows": shown, "filters": [] if deal else _filters(here, wanted),
        "deal": deal and _deal(request, deal), "first": here + (f"?{urlencode(query)}" if query else ""),
        "is_first": "after" not in request.GET,
        "next": f"{here}?{urlencode({**query, 'after': found['next']})}" if found["next"] else "",
        "empty": _empty(wanted, deal), "pipeline": reverse("pipeline", args=[screen.firm_ref]),
        "shell": shell(request, "offers", stocks, ["hoped"]),
    }  # fmt: skip


def page_of(rows: Any, wanted: str, cursor: str) -> Mapping[str, Any]:
    """A page of rows; a cursor that nobody made shows the first."""
    order = "decision_on" if wanted in RISING else "-id"
    try:
        return page(rows, Place(f"web-offers:{wanted}", ROWS, cursor), order, lambda row: {"row": row})
    except Refusal:
        return page(rows, Place(f"web-offers:{wanted}", ROWS), order, lambda row: {"row": row})


def row_shown(screen: Screen, offer: Offer, state: str) -> dict[str, Any]:
    """A version of an offer in a list."""
    presented = str(words.MANNERS[offer.presented_how]) if offer.presented_how else _("not presented")
    if state == DRAFT:
        what = str(words.LISTS["to_send"] if offer.presented_on else words.LISTS["to_present"])
    elif state == SENT:
        what = str(words.LISTS["waiting"])
    else:
        what = words.state_words(offer, state)
    return {
        "url": reverse("offer", args=[screen.firm_ref, offer.id]), "number": offer.number, "version": offer.version,
        "title": offer.title, "party": offer.deal.party.name, "what": what, "presented": presented,
        "decision": screen.short(offer.decision_on), "amount": screen.amount(offer.net, offer.deal.currency),
        "coin": {ACCEPTED: "signed", SENT: "hoped", DRAFT: "hoped"}.get(state, ""), "is_out": state == ENDED,
        "is_near": state == SENT and offer.decision_on is not None and (offer.decision_on - screen.today).days <= 3,
        "is_extra": offer.kind == "extra",
    }  # fmt: skip


def _filters(here: str, wanted: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "url": here if key == queries.WANTED[0] else f"{here}?list={key}", "is_here": key == wanted}
        for key, name in words.LISTS.items()
    ]


def _deal(request: MemberRequest, deal: Deal) -> dict[str, str]:
    args = [request.firm.ref, deal.ref]
    may_begin = has_role(request.member, SELLING) and queries.place_of(deal) in ("hoped", "stalled", "waiting")
    return {
        "name": deal.title or deal.ref, "party": deal.party.name, "url": reverse("deal", args=args),
        "new": reverse("deal-new-offer", args=args) if may_begin else "",
    }  # fmt: skip


def _empty(wanted: str, deal: Deal | None) -> dict[str, str]:
    if deal is not None:
        return {"title": _("No offer yet"), "text": _("An offer says what the client gains, then what it costs.")}
    if wanted == queries.WANTED[0]:
        return {"title": _("No offer in hand"), "text": _("Open a deal, then begin its offer there.")}
    return {"title": _("Nothing in this list"), "text": _("No offer is in this case today.")}
