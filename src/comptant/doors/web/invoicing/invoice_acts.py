"""Acts on an issued invoice: payment, credit note, writing off, restoring, a bounced payment. Each asks first."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.invoicing.asking import Asked, Field, Typed, ask, written
from comptant.doors.web.invoicing.finding import find_invoice, find_payment, last_act
from comptant.doors.web.reach import moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.journey.invoices.actions import credit
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.actions import bounce, take_payment
from comptant.journey.recovery.actions import restore, write_off


def invoice_url(request: MemberRequest, invoice: Invoice) -> str:
    """Where the page of an invoice is."""
    return reverse("invoice", args=[request.firm.ref, invoice.id])


def open_of(invoice: Invoice) -> Decimal:
    """What is still open, tax included."""
    return Decimal(invoice.open_net + invoice.open_tax)


@require_http_methods(["GET", "POST"])
def payment(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks how much and when; POST records money received on the invoice, in full or in part."""
    invoice, screen = find_invoice(request, invoice_id), Screen.of(request)

    def asked() -> Asked:
        return Asked(
            _("Payment of {number}").format(number=invoice.number), _("Record the payment"),
            [
                Field("amount", _("Amount received, inc VAT"), "amount", written(open_of(invoice)), is_needed=True,
                      hint=_("Of {open} still open.").format(open=screen.amount(open_of(invoice), invoice.currency))),
                Field("day", _("Received on"), "day", request.today.isoformat(), is_needed=True),
                Field("label", _("What the bank wrote, if you have it")),
            ],
            _("A payment that a statement brings in is matched at the bank; record here what will not come that way."),
            note=_("What is left to pay stays due. What the invoice cannot take is held for the client."),
            seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        amount, day, label = typed.amount("amount", needed=True), typed.day("day", needed=True), typed.text("label")
        typed.check()
        if amount is None or day is None:
            raise AssertionError("both were needed")
        part = min(amount, open_of(invoice))
        take_payment(
            request.firm, party=invoice.party, amount=amount, received_on=day, label=label, currency=invoice.currency,
            allocations=[(invoice, part)] if part else [], at=moment(request), by=request.member,
        )  # fmt: skip
        said = screen.amount(amount, invoice.currency)
        return Done(_("{amount} received on {number}.").format(amount=said, number=invoice.number))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def credit_note(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks how much and why; POST issues a credit note, numbered and final."""
    invoice, screen = find_invoice(request, invoice_id), Screen.of(request)
    whole = screen.amount(invoice.net, invoice.currency, cents=True)

    def asked() -> Asked:
        return Asked(
            _("Credit note on {number}").format(number=invoice.number), _("Issue the credit note"),
            [
                Field("amount", _("Amount ex VAT"), "amount", hint=_(
                    "Left blank, all that is left of the invoice: {amount} ex VAT at most.").format(amount=whole)),
                Field("after", _("And then"), "choices", "cancel", options=[
                    ("cancel", _("it is cancelled: nothing more is claimed")),
                    ("reissue", _("the same work is invoiced again")),
                ]),
                Field("reason", _("Why, in words the client will read"), "area", is_needed=True),
            ],
            _("A credit note corrects an invoice. It bears a number of its own and cannot be undone."),
            is_risk=True, seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        net, reason = typed.amount("amount"), typed.text("reason", needed=_("Say why: the client will read it."))
        typed.check()
        note = credit(
            invoice, net=net, reason=reason, reissue=typed.text("after") == "reissue", at=moment(request),
            by=request.member,
        )  # fmt: skip
        said = screen.amount(note.net + note.tax, note.currency, cents=True)
        return Done(_("Credit note {number} issued: {amount} inc VAT.").format(number=note.number, amount=said))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def giving_up(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks why; POST writes off what is open, or a part of it."""
    invoice, screen = find_invoice(request, invoice_id), Screen.of(request)
    whole = screen.amount(open_of(invoice), invoice.currency)

    def asked() -> Asked:
        return Asked(
            _("Write off {amount} inc VAT of {number}").format(amount=whole, number=invoice.number),
            _("Write it off"),
            [
                Field("amount", _("Amount given up, inc VAT"), "amount", written(open_of(invoice)), is_needed=True),
                Field("reason", _("Why it will not be paid"), "area", is_needed=True),
            ],
            _("The claim is given up. Should it be paid after all, the payment is recorded as usual."),
            is_risk=True, seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        amount = typed.amount("amount", needed=True)
        reason = typed.text("reason", needed=_("Say why it is given up."), longest=300)
        typed.check()
        given = write_off(invoice, reason=reason, amount=amount, at=moment(request), by=request.member)
        said = screen.amount(given.amount, invoice.currency)
        return Done(_("{amount} of {number} written off.").format(amount=said, number=invoice.number))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def restoration(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks; POST makes what was given up by mistake due again."""
    invoice = find_invoice(request, invoice_id)

    def asked() -> Asked:
        return Asked(
            _("Make {number} due again").format(number=invoice.number), _("Make it due again"),
            text=_("What was written off by mistake is claimed again, overdue by its date."),
            seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        restore(invoice, at=moment(request), by=request.member)
        return Done(_("{number} is due again.").format(number=invoice.number))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def bounced(request: MemberRequest, firm_ref: str, payment_id: UUID) -> HttpResponse:
    """GET asks when and why; POST records that the bank took the payment back."""
    paid, screen = find_payment(request, payment_id), Screen.of(request)
    invoice = Invoice.objects.filter(firm=request.firm, allocations__payment=paid).order_by("id").first()
    to = invoice_url(request, invoice) if invoice else reverse("invoices", args=[request.firm.ref])
    whole = screen.amount(paid.amount, paid.currency)

    def asked() -> Asked:
        return Asked(
            _("The bank took {amount} back").format(amount=whole), _("Record that it bounced"),
            [
                Field("amount", _("Amount taken back"), "amount", written(paid.amount), is_needed=True),
                Field("day", _("Taken back on"), "day", request.today.isoformat(), is_needed=True),
                Field("reason", _("What the bank said"), is_needed=True),
            ],
            _("Received on {day} from {party}. What it paid is due again.").format(
                day=screen.short(paid.received_on), party=paid.party.name),
            is_risk=True,
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        amount, day = typed.amount("amount", needed=True), typed.day("day", needed=True)
        reason = typed.text("reason", needed=_("Say what the bank said."), longest=200)
        typed.check()
        if day is None:
            raise AssertionError("it was needed")
        gone = bounce(paid, on=day, reason=reason, amount=amount, at=moment(request), by=request.member)
        return Done(_("{amount} taken back by the bank.").format(amount=screen.amount(gone.amount, paid.currency)))

    return ask(request, asked, act, to=to)
