"""Invoices: what is owed and by whom, what to remind, to invoice, to settle. And the list of them all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.invoicing import cases_view, invoice_list
from comptant.doors.web.invoicing.finding import own_deals
from comptant.doors.web.invoicing.owed_view import STATES, owed, owed_context
from comptant.doors.web.invoicing.reminders_view import dunning_context, read_dunning
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.journal.freshness import version
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, RECOVERING, has_role
from comptant.journey.recovery.ageing import Owed

ABOUT = ("billable", *STATES)


@require_safe
def invoices(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows what is owed; ``?show=all`` lists every document, by ``q``, ``state`` and page."""
    if request.GET.get("show") == "all":
        return _list(request)
    screen, seller = Screen.of(request), own_deals(request)
    known = version(request.firm)
    context = owed_page(request, screen, seller, known)
    stocks = figures_of.today(request.firm, request.today, screen.home, known)
    context["shell"] = shell(request, "invoices", stocks, ABOUT)
    return answer(request, "invoicing/_invoices.html", context)


def owed_page(request: MemberRequest, screen: Screen, seller: UUID | None, known: str) -> dict[str, Any]:
    """Everything the page writes, but its shell. Sections without a case are left out."""
    firm, keeps = request.firm, has_role(request.member, KEEPING_BOOKS)
    recovers = has_role(request.member, RECOVERING)
    rows = owed(firm, request.today, seller, known)
    dunning = read_dunning(firm, request.today, seller, sum(row.invoices for row in rows))
    found = cases_view.to_invoice(firm, seller, known)
    return owed_context(screen, rows) | {
        "dunning": dunning_context(screen, dunning, may_act=recovers, may_prepare=keeps),
        "to_invoice": cases_view.to_invoice_context(screen, found, may_issue=keeps),
        "drafts": cases_view.drafts_context(screen, firm, seller) if keeps else [],
        "disputes": cases_view.disputes_context(screen, firm, seller, _standing(rows, "disputed"), may_settle=keeps),
        "doubtful": cases_view.doubtful_context(screen, firm, _standing(rows, "doubtful"), may_claim=keeps),
        "new_url": reverse("new-invoice", args=[screen.firm_ref]) if keeps else "",
        "all_url": f"{reverse('invoices', args=[screen.firm_ref])}?show=all",
    }  # fmt: skip


def _standing(rows: Sequence[Owed], account: str) -> dict[UUID, tuple[str, str, Decimal]]:
    """Name, ref and amount of each client that owes something in that state."""
    found: dict[UUID, tuple[str, str, Decimal]] = {}
    for row in rows:
        if row.account == account and row.party:
            before = found.get(row.party, ("", "", Decimal(0)))[2]
            found[row.party] = (row.name, row.ref, before + row.gross)
    return found


def _list(request: MemberRequest) -> HttpResponse:
    screen = Screen.of(request)
    asked = invoice_list.read_asked(request.GET)
    context = invoice_list.list_context(screen, request.firm, asked, own_deals(request))
    context["new_url"] = reverse("new-invoice", args=[screen.firm_ref]) if has_role(
        request.member, KEEPING_BOOKS) else ""  # fmt: skip
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context["shell"] = shell(request, "invoices", stocks, STATES)
    return answer(request, "invoicing/_invoice_list.html", context)
