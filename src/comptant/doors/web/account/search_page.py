"""Search and commands: a page without script, a palette in the dialog with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.account.commands import Hit, commands
from comptant.doors.web.account.finding import Found, find, plain
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Role
from comptant.ground.parties.models import Party
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.models import Offer


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    key: str
    name: str
    hits: Sequence[Hit]


@require_safe
def search(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET finds what ``q`` names. HTMX gets the palette, or the list alone once the palette is open."""
    words = plain(request.GET.get("q", ""))
    seller = request.member.id if sees_own_alone(request.member) else None
    screen = Screen.of(request)
    groups = grouped(screen, Role(request.member.role), words, find(request.firm, words, seller))
    context = {"q": words, "groups": groups, "url": reverse("search", args=[screen.firm_ref])}
    target = request.htmx.target if request.htmx else ""
    if target in ("dialog", "found"):
        template = "account/_palette.html" if target == "dialog" else "account/_found.html"
        response = render(request, template, {**context, "is_palette": True})
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response
    stocks = figures_of.today(request.firm, request.today, screen.home)
    return render(request, "account/search.html", {**context, "shell": shell(request, "search", stocks)})


def grouped(screen: Screen, role: Role, words: str, found: Found) -> list[Group]:
    """What was found, by kind, each line with where it leads; acts come first while nothing is typed."""
    acts = Group("acts", _("Go and act"), commands(screen.firm_ref, role, words))
    kinds = [
        Group("parties", _("Clients and prospects"), [_party(screen, one) for one in found.parties]),
        Group("deals", _("Deals"), [_deal(screen, one) for one in found.deals]),
        Group("offers", _("Offers"), [_offer(screen, one) for one in found.offers]),
        Group("invoices", _("Invoices"), [_invoice(screen, one) for one in found.invoices]),
    ]
    return [group for group in ([*kinds, acts] if words else [acts]) if group.hits]


def _party(screen: Screen, party: Party) -> Hit:
    return Hit(party.name, reverse("client", args=[screen.firm_ref, party.ref]), party.ref, "client")


def _deal(screen: Screen, deal: Deal) -> Hit:
    where = reverse("deal", args=[screen.firm_ref, deal.ref])
    return Hit(str(deal), where, f"{deal.party.name} · {deal.ref}", "pipeline")


def _offer(screen: Screen, offer: Offer) -> Hit:
    where = reverse("offer", args=[screen.firm_ref, offer.id])
    return Hit(offer.number, where, f"{offer.deal.party.name} · {offer.title or offer.deal}", "offer")


def _invoice(screen: Screen, invoice: Invoice) -> Hit:
    where = reverse("invoice", args=[screen.firm_ref, invoice.id])
    return Hit(invoice.number, where, f"{invoice.deal.party.name} · {invoice.deal}", "invoice")
