"""Payments received, who has money with us, and what becomes of it: bounced, used, given back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from comptant.doors.web import figures_of, reach
from comptant.doors.web.bank.bank_page import ABOUT, place_of
from comptant.doors.web.bank.words import numbers_text
from comptant.doors.web.invoicing.asking import Asked, Field, Typed, ask, written
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments import actions, lines, queries
from comptant.journey.payments.models import Payment

SHOWN, SHOWN_CREDITS, MOST_INVOICES = 30, 20, 50


@require_safe
def payments(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists the payments, the latest first; ``?before=`` older ones."""
    screen = Screen.of(request)
    before = place_of(request.GET.get("before", ""))
    found = queries.payments_of(request.firm, limit=SHOWN + 1, before=before)
    shown, has_more = found[:SHOWN], len(found) > SHOWN
    here = reverse("bank-payments", args=[request.firm.ref])
    held = [] if before else lines.credits_held(request.firm, SHOWN_CREDITS)
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    context = {
        "bank_url": reverse("bank", args=[request.firm.ref]),
        "payments": [_payment(screen, one) for one in shown],
        "credits": [_credit(screen, one) for one in held],
        "credits_text": _held_text(screen, held),
        "next_url": f"{here}?{urlencode({'before': _place(shown[-1].payment)})}" if has_more else "",
        "first_url": here if before else "",
        "shell": shell(request, "bank", stocks, ABOUT),
    }
    return render(request, "bank/payments.html", context)


def _place(payment: Payment) -> str:
    return f"{payment.received_on.isoformat()}_{payment.id}"


def _payment(screen: Screen, one: queries.PaymentSeen) -> dict[str, Any]:
    payment = one.payment
    notes = []
    if one.held:
        notes.append(_("{amount} in credit").format(amount=screen.amount(one.held, payment.currency)))
    if one.bounced:
        notes.append(_("{amount} bounced").format(amount=screen.amount(one.bounced, payment.currency)))
    if payment.fee:
        notes.append(_("of which a fee of {amount}").format(amount=screen.amount(payment.fee, payment.currency)))
    return {
        "day": screen.short(payment.received_on),
        "party": payment.party.name,
        "label": payment.label,
        "numbers": numbers_text(tuple(dict.fromkeys(number for number, _what, _amount in one.parts))),
        "amount": screen.amount(payment.amount, payment.currency, cents=True),
        "notes": ", ".join(notes),
        "bounce_url": ""
        if one.bounced >= payment.amount
        else reverse("bank-bounces", args=[screen.firm_ref, payment.id]),
    }


def _credit(screen: Screen, one: lines.Credit) -> dict[str, str]:
    return {
        "party": one.party,
        "amount": screen.amount(one.amount, one.currency, cents=True),
        "use_url": reverse("bank-credit-uses", args=[screen.firm_ref, one.party_ref]),
        "refund_url": reverse("bank-refunds", args=[screen.firm_ref, one.party_ref]),
    }


def _held_text(screen: Screen, held: list[lines.Credit]) -> str:
    sums: dict[str, Decimal] = {}
    for one in held:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    amounts = _(" and ").join(screen.amount(amount, currency) for currency, amount in sums.items())
    text = ngettext("{count} client has {amounts} with us.", "{count} clients have {amounts} with us.", len(held))
    return text.format(count=screen.number(len(held)), amounts=amounts) if held else ""


@require_http_methods(["GET", "HEAD", "POST"])
def bounces(request: MemberRequest, firm_ref: str, payment_id: UUID) -> HttpResponse:
    """GET asks when and why the bank took a payment back; POST says so: what it paid is owed again."""
    payment = _find_payment(request, payment_id)
    screen = Screen.of(request)
    whole = screen.amount(payment.amount, payment.currency, cents=True)

    def asked() -> Asked:
        return Asked(
            _("The bank took back {amount} of {party}").format(amount=whole, party=payment.party.name),
            _("Record the bounce"),
            [
                Field("day", _("Day"), "day", request.today.isoformat(), is_needed=True),
                Field("amount", _("Amount taken back"), "amount", hint=_("Blank: all that is left of it.")),
                Field("reason", _("Reason the bank gives"), hint=_("For example: insufficient funds.")),
            ],
            text=_("What it paid is owed again, as if it had not come, from that day."),
            is_risk=True,
        )

    def act(typed: Typed) -> Done:
        day, amount = typed.day("day", needed=True), typed.amount("amount")
        reason = typed.text("reason", longest=200)
        typed.check()
        bounced = actions.bounce(
            payment, on=day or request.today, reason=reason, amount=amount, at=reach.moment(request), by=request.member
        )
        back = screen.amount(bounced.amount, payment.currency, cents=True)
        return Done(_("{amount} of {party} bounced: owed again").format(amount=back, party=payment.party.name))

    return ask(request, asked, act, to=reverse("bank-payments", args=[request.firm.ref]), here="bank")


def _find_payment(request: MemberRequest, payment_id: UUID) -> Payment:
    payment: Payment | None = Payment.objects.select_related("party").filter(firm=request.firm, id=payment_id).first()
    if payment is None:
        raise Http404
    payment.firm = payment.party.firm = request.firm
    return payment


@require_http_methods(["GET", "HEAD", "POST"])
def credit_uses(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks which invoice a client's credit pays; POST pays it."""
    party = reach.find_party(request, party_ref)
    screen = Screen.of(request)
    rows = Invoice.objects.filter(firm=request.firm, party=party).exclude(open_net=0, open_tax=0)
    owed = list(rows.exclude(kind="credit_note").order_by("due_on", "number").defer("content")[:MOST_INVOICES])

    def asked() -> Asked:
        options = [
            (str(one.id), f"{one.number}, {screen.amount(one.open_net + one.open_tax, one.currency, cents=True)}")
            for one in owed
        ]
        return Asked(
            _("Use the credit of {party}").format(party=party.name),
            _("Pay the invoice"),
            [
                Field("invoice", _("Invoice"), "select", options=options, is_needed=True),
                Field("amount", _("Amount"), "amount", hint=_("Blank: as much as it can take.")),
            ],
            text="" if owed else _("This client owes nothing for now."),
        )

    def act(typed: Typed) -> Done:
        chosen, amount = typed.text("invoice", needed=_("Choose an invoice.")), typed.amount("amount")
        typed.check()
        invoice = next((one for one in owed if str(one.id) == chosen), None)
        if invoice is None:
            raise Refusal("no_such_invoice_number", number=chosen[:40])
        used = actions.use_held(party, invoice, amount, at=reach.moment(request), by=request.member)
        text = screen.amount(used, invoice.currency, cents=True)
        return Done(_("{amount} of credit paid {number}").format(amount=text, number=invoice.number))

    return ask(request, asked, act, to=reverse("bank-payments", args=[request.firm.ref]), here="bank")


@require_http_methods(["GET", "HEAD", "POST"])
def refunds(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks how much of a client's credit is given back; POST says it was."""
    party = reach.find_party(request, party_ref)
    screen = Screen.of(request)
    held = sum(
        (one.held_now for one in queries.with_something_held(request.firm, party, request.firm.currency)), Decimal(0)
    )

    def asked() -> Asked:
        return Asked(
            _("Give back to {party}").format(party=party.name),
            _("Record the refund"),
            [
                Field("amount", _("Amount given back"), "amount", written(held) if held else "", is_needed=True),
                Field("reason", _("Note"), hint=_("For example: transfer of the day.")),
            ],
            text=_("{amount} are in its credit.").format(amount=screen.amount(held, cents=True)),
        )

    def act(typed: Typed) -> Done:
        amount, note = typed.amount("amount", needed=True), typed.text("reason", longest=200)
        typed.check()
        given = amount or Decimal(0)
        actions.refund(party, given, label=note, at=reach.moment(request), by=request.member)
        return Done(
            _("{amount} given back to {party}").format(amount=screen.amount(given, cents=True), party=party.name)
        )

    return ask(request, asked, act, to=reverse("bank-payments", args=[request.firm.ref]), here="bank")
