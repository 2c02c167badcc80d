"""Invoicing what was agreed: a deposit, the milestones, the balance. Each asks first and names its amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.invoicing.asking import Asked, Field, Typed, ask
from comptant.doors.web.invoicing.finding import find_agreement, find_milestone, last_act
from comptant.doors.web.reach import moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, has_role
from comptant.journey.invoices import actions
from comptant.journey.invoices.actions.agreed import Billed, billed_of
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.models import Agreement, Milestone, Trigger


@require_safe
def agreement(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET shows what was agreed, what of it is invoiced, and what may be."""
    found, screen = find_agreement(request, agreement_id), Screen.of(request)
    billed = billed_of(found)
    left = found.net - billed.net
    context = {
        "title": found.title or found.deal.title or found.deal.ref,
        "party": found.deal.party.name,
        "deal_url": reverse("deal", args=[screen.firm_ref, found.deal.ref]),
        "list_url": reverse("invoices", args=[screen.firm_ref]),
        "net": screen.amount(found.net, found.deal.currency),
        "signed_on": screen.plain(found.signed_on),
        "billed": screen.amount(billed.net, found.deal.currency),
        "left": screen.amount(left, found.deal.currency),
        "has_left": left > 0 and found.ended_on is None and has_role(request.member, KEEPING_BOOKS),
        "milestones": _milestones(screen, found, billed),
        "documents": [_document(screen, one.invoice, one.sums.net) for one in billed.documents],
        "deposit_url": reverse("agreement-deposit", args=[screen.firm_ref, found.id]),
        "balance_url": reverse("agreement-balance", args=[screen.firm_ref, found.id]),
    }
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context["shell"] = shell(request, "invoices", stocks, ["signed", "billable", "invoiced"])
    return render(request, "invoicing/agreement.html", context)


def _milestones(screen: Screen, found: Agreement, billed: Billed) -> list[dict[str, Any]]:
    """Each part: invoiced by which document, or with the address that issues it."""
    shown = []
    for one in Milestone.objects.filter(firm=found.firm, agreement=found):
        done = billed.of(one) or billed.balance()
        shown.append(
            {
                "title": one.title,
                "net": screen.amount(one.net, found.deal.currency),
                "when": _when(screen, one),
                "state": "invoiced" if done else "billable" if one.reached_on else "signed",
                "number": done.number if done else "",
                "invoice_url": reverse("invoice", args=[screen.firm_ref, done.id]) if done else "",
                "issue_url": "" if done else reverse("milestone-invoice", args=[screen.firm_ref, one.id]),
            }
        )
    return shown


def _when(screen: Screen, one: Milestone) -> str:
    if one.reached_on:
        return _("reached on {day}").format(day=screen.short(one.reached_on))
    if one.due_on:
        return _("on {day}").format(day=screen.short(one.due_on))
    return _("at signature") if one.trigger == Trigger.SIGNATURE else _("at acceptance")


def _document(screen: Screen, invoice: Invoice, net: Decimal) -> dict[str, str]:
    return {
        "number": invoice.number,
        "kind": invoice.get_kind_display(),
        "issued": screen.short(invoice.issued_on),
        "net": screen.amount(net, invoice.currency, cents=True),
        "url": reverse("invoice", args=[screen.firm_ref, invoice.id]),
    }


@require_http_methods(["GET", "POST"])
def deposit(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET asks which share or amount; POST issues the deposit invoice."""
    found, screen = find_agreement(request, agreement_id), Screen.of(request)
    whole = screen.amount(found.net, found.deal.currency)

    def asked() -> Asked:
        return Asked(
            _("Deposit of {title}").format(title=found.title or found.deal.title), _("Issue the deposit invoice"),
            [
                Field("share", _("Share of the agreement, in %"), "amount", "30",
                      hint=_("Of {amount} ex VAT.").format(amount=whole)),
                Field("amount", _("Or an amount ex VAT"), "amount", hint=_("Left blank when a share is given.")),
                _due_on(),
            ],
            _final(), seen=last_act(found.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, found.deal)
        net, share = typed.amount("amount"), typed.amount("share")
        due_on = typed.day("due_on")
        typed.check()
        if share is not None and net is not None:
            share = None
        made = actions.issue_deposit(
            found, share=share, net=net, due_on=due_on, at=moment(request), by=request.member
        )  # fmt: skip
        return issued_done(screen, made)

    return ask(request, asked, act, to=reverse("agreement-invoicing", args=[firm_ref, found.id]))


@require_http_methods(["GET", "POST"])
def balance(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET names what is left; POST issues it, earlier documents taken back line by line."""
    found, screen = find_agreement(request, agreement_id), Screen.of(request)
    left = found.net - billed_of(found).net

    def asked() -> Asked:
        said = screen.amount(left, found.deal.currency)
        return Asked(
            _("Balance of {amount} ex VAT").format(amount=said), _("Issue {amount} ex VAT").format(amount=said),
            [_due_on()], _final(), seen=last_act(found.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, found.deal)
        due_on = typed.day("due_on")
        typed.check()
        return issued_done(screen, actions.issue_balance(found, due_on=due_on, at=moment(request), by=request.member))

    return ask(request, asked, act, to=reverse("agreement-invoicing", args=[firm_ref, found.id]))


@require_http_methods(["GET", "POST"])
def milestone(request: MemberRequest, firm_ref: str, milestone_id: UUID) -> HttpResponse:
    """GET names the amount of the milestone; POST issues it."""
    found, screen = find_milestone(request, milestone_id), Screen.of(request)
    deal = found.agreement.deal
    said = screen.amount(found.net, deal.currency)

    def asked() -> Asked:
        ahead = "" if found.reached_on else _("It is not accepted yet: you invoice it ahead.")
        return Asked(
            _("{title}: {amount} ex VAT").format(title=found.title, amount=said),
            _("Issue {amount} ex VAT").format(amount=said), [_due_on()], _final(), note=ahead, seen=last_act(deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, deal)
        due_on = typed.day("due_on")
        typed.check()
        return issued_done(screen, actions.issue_milestone(found, due_on=due_on, at=moment(request), by=request.member))

    return ask(request, asked, act, to=reverse("agreement-invoicing", args=[firm_ref, found.agreement_id]))


def _due_on(value: date | None = None) -> Field:
    said = value.isoformat() if value else ""
    return Field("due_on", _("To be paid by"), "day", said, hint=_("Left blank: by the client’s terms."))


def _final() -> str:
    return _("An invoice bears a number of its own. Once issued it is corrected by a credit note alone.")


def issued_done(screen: Screen, made: Invoice) -> Done:
    """The sentence of an invoice just issued: its number and amount."""
    said = screen.amount(made.net + made.tax, made.currency, cents=True)
    return Done(_("Invoice {number} issued: {amount} inc VAT.").format(number=made.number, amount=said))
