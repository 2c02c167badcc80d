"""A client: what they have really brought, what they owe, what is thought of them, and everything made with them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.clients.client_view import NEWEST, PartyFile, client_context
from comptant.doors.web.reach import find_party
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.parties.models import Party
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, OWNING, SELLING, WRITING, has_role, sees_own_alone
from comptant.outlook.reports.clienteles import accounts_with
from comptant.outlook.reports.dealings import around, deals_with
from comptant.outlook.reports.payers import claimed_of, receipts_of

OWED = ("invoiced", "overdue", "disputed", "doubtful")


@require_safe
def client(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET shows the party."""
    screen = Screen.of(request)
    file = read_file(request, find_party(request, party_ref))
    context = client_context(screen, file) | gestures_of(request, file)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    about = [name for name in ("signed", *OWED) if getattr(file.account.exposure, name)]
    context["shell"] = shell(request, "clients", stocks, about or ["cashed"])
    return render(request, "clients/client.html", context)


def read_file(request: MemberRequest, party: Party) -> PartyFile:
    """What the page reads of a party. A seller sees their own deals and documents alone; the bank, who keeps books."""
    firm = request.firm
    seller = request.member.id if sees_own_alone(request.member) else None
    account = accounts_with(firm, [party])[0]
    sees_bank = has_role(request.member, KEEPING_BOOKS)
    return PartyFile(
        firm,
        account,
        claimed_of(firm, party.id, NEWEST + 1, seller=seller),
        receipts_of(firm, party.id, NEWEST + 1) if sees_bank else None,
        deals_with(firm, party.id, NEWEST + 1, seller=seller),
        around(firm, party.id, assessor=account.solvency.by, seller=seller),
    )


def gestures_of(request: MemberRequest, file: PartyFile) -> dict[str, Any]:
    """Where each act of the page is done; what the reader may not do has no address."""
    member, party, account = request.member, file.party, file.account
    where = [request.firm.ref, party.ref]
    changes, keeps = has_role(member, WRITING), has_role(member, KEEPING_BOOKS)
    can = {
        "identity": changes,
        "assessment": changes,
        "contacts": changes,
        "credit-uses": keeps and bool(account.exposure.held) and bool(account.owed),
        "refunds": keeps and bool(account.exposure.held),
        "insolvencies": keeps,
        "overrides": has_role(member, OWNING) and (account.solvency.light == "red" or bool(account.exposure.alert)),
    }
    phones = [one.phone for one in file.around.people if one.phone] or [party.phone]
    return {
        "acts": {name.replace("-", "_"): reverse(f"client-{name}", args=where) for name, may in can.items() if may},
        "settles": keeps,
        "all": {name: reverse(f"client-{name}", args=where) for name in ("deals", "invoices", "payments")},
        "call": "".join(sign for sign in phones[0] if sign.isdigit() or sign == "+"),
        "call_name": next((one.name for one in file.around.people if one.phone), party.name),
        "new_deal_url": f"{reverse('new-deal', args=where[:1])}?{urlencode({'party': party.ref})}"
        if has_role(member, SELLING)
        else "",
        "party_ref": party.ref,
        "firm_ref": request.firm.ref,
    }
