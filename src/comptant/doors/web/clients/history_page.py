"""All the deals, documents and payments of a party, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.clients.client_view import deal_row, document_row, receipt_row
from comptant.doors.web.clients.dialogs import page_of_party
from comptant.doors.web.reach import find_party
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.parties.models import Party
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.outlook.reports.dealings import deals_with
from comptant.outlook.reports.payers import claimed_of, receipts_of

PAGE = 50
MOST_RECEIPTS = 500


@require_safe
def deals(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET lists the deals of the party, the newest first."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    before = _id(request.GET.get("before", ""))
    found = deals_with(request.firm, party.id, PAGE + 1, seller=_seller(request), before=before)
    more = {"before": found[PAGE - 1].id} if len(found) > PAGE else {}
    rows = [deal_row(screen, one) for one in found[:PAGE]]
    return _page(request, party, "deals", _("Deals of {name}").format(name=party.name), rows, more)


@require_safe
def invoices(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET lists the invoices and credit notes of the party, the latest issued first."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    day, last = _day(request.GET.get("on", "")), _id(request.GET.get("before", ""))
    before = (day, last) if day and last else None
    found = claimed_of(request.firm, party.id, PAGE + 1, seller=_seller(request), before=before)
    last_row = found[PAGE - 1] if len(found) > PAGE else None
    more = {"on": last_row.issued_on.isoformat(), "before": last_row.id} if last_row else {}
    rows = [document_row(screen, one) for one in found[:PAGE]]
    return _page(request, party, "invoices", _("Invoices of {name}").format(name=party.name), rows, more)


@require_safe
def payments(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET lists what the party paid, the latest first: the last five hundred payments."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    found = receipts_of(request.firm, party.id, MOST_RECEIPTS)
    rows = [receipt_row(screen, one) for one in found]
    return _page(request, party, "receipts", _("Payments of {name}").format(name=party.name), rows, {})


def _seller(request: MemberRequest) -> UUID | None:
    return request.member.id if sees_own_alone(request.member) else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(
    request: MemberRequest, party: Party, kind: str, title: str, rows: Sequence[Any], more: dict[str, Any]
) -> HttpResponse:
    screen = Screen.of(request)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context = {
        "title": title, "rows": rows, "party": party.name, "back": page_of_party(request, party),
        "list_url": reverse("clients", args=[request.firm.ref]), "table": f"clients/_{kind}_table.html",
        "next": f"{request.path}?{urlencode(more)}" if more else "",
        "first": request.path if request.GET else "",
        "shell": shell(request, "clients", stocks),
    }  # fmt: skip
    return render(request, "clients/history.html", context)
