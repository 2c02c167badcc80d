"""What the page of an agreement shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comptant.doors.web.client_view import in_eights
from comptant.doors.web.offers import words
from comptant.doors.web.offers.typed import written
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Member
from comptant.ground.web.roles import KEEPING_BOOKS, SELLING, has_role
from comptant.ground.web.templatetags.comptant import upper_first
from comptant.journey.invoices.actions.agreed import billed_of
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.models import Agreement, Milestone, OfferKind, Proof, Signature

ZERO = Decimal("0.00")

Shown = dict[str, Any]


def agreement_shown(screen: Screen, agreement: Agreement, member: Member) -> Shown:
    """The context of the page, but its shell."""
    firm_ref, deal, currency = screen.firm_ref, agreement.deal, agreement.deal.currency
    milestones = list(Milestone.objects.filter(firm_id=agreement.firm_id, agreement=agreement).order_by("position"))
    billed = billed_of(agreement)
    sells, is_running = has_role(member, SELLING), agreement.ended_on is None
    reads_books = has_role(member, KEEPING_BOOKS)
    may_invoice = has_role(member, KEEPING_BOOKS) and is_running
    rows = [
        _milestone(screen, one, currency, billed.of(one) or billed.balance(), sells and is_running, may_invoice)
        for one in milestones
    ]
    to_deliver = sum((one.net for one in milestones if one.reached_on is None and not billed.of(one)), ZERO)
    ready = sum((one.net for one in milestones if one.reached_on and not (billed.of(one) or billed.balance())), ZERO)
    return {
        "title": agreement.title or deal.title or deal.ref,
        "kind": _("Extra request") if agreement.kind == OfferKind.EXTRA else _("Agreement"),
        "deal": {"name": deal.party.name, "url": reverse("deal", args=[firm_ref, deal.ref])},
        "place": "signed" if is_running else "cancelled",
        "about": _("Signed on {day}").format(day=screen.plain(agreement.signed_on)),
        "ended": _ended(screen, agreement), "milestones": rows,
        "net": screen.amount(agreement.net, currency), "gross": screen.amount(agreement.net + agreement.tax, currency),
        "to_deliver": screen.amount(to_deliver, currency), "ready": screen.amount(ready, currency),
        "left": screen.amount(max(agreement.net - billed.net, ZERO), currency),
        "invoices": [_invoice(screen, one.invoice) for one in billed.documents],
        "proof": _proof(screen, agreement), "may_end": sells and is_running,
        "end_url": reverse("agreement-ending", args=[firm_ref, agreement.id]),
        "invoices_url": reverse("agreement-invoicing", args=[firm_ref, agreement.id]) if reads_books else "",
    }  # fmt: skip


def _milestone(
    screen: Screen, one: Milestone, currency: str, invoice: Invoice | None, may_deliver: bool, may_invoice: bool
) -> Shown:
    reached = one.reached_on is not None
    state = "invoiced" if invoice else "billable" if reached else "signed"
    due, is_payable = screen.short(one.due_on), may_invoice and reached and invoice is None
    return {
        "title": one.title, "share": written(one.share, screen.language), "trigger": words.TRIGGERS[one.trigger],
        "due": due, "net": screen.amount(one.net, currency), "gross": screen.amount(one.net + one.tax, currency),
        "state": state, "reached": _("since {day}").format(day=screen.short(one.reached_on)) if reached else "",
        "invoice": invoice.number if invoice else "",
        "invoice_url": reverse("invoice", args=[screen.firm_ref, invoice.id]) if invoice else "",
        "deliver": "" if reached or not may_deliver else reverse("milestone-delivery", args=[screen.firm_ref, one.id]),
        "to_invoice": reverse("milestone-invoice", args=[screen.firm_ref, one.id]) if is_payable else "",
    }  # fmt: skip


def _invoice(screen: Screen, invoice: Invoice) -> Shown:
    return {
        "number": invoice.number, "url": reverse("invoice", args=[screen.firm_ref, invoice.id]),
        "issued": screen.short(invoice.issued_on),
        "kind": invoice.get_kind_display(), "gross": screen.amount(invoice.net + invoice.tax, invoice.currency),
    }  # fmt: skip


def _ended(screen: Screen, agreement: Agreement) -> str:
    if agreement.ended_on is None:
        return ""
    return _("Ended on {day}: {reason}").format(day=screen.plain(agreement.ended_on), reason=agreement.end_reason)


def _proof(screen: Screen, agreement: Agreement) -> Shown:
    """What shows that the client agreed."""
    offer, document = agreement.offer, agreement.document
    signature = Signature.objects.filter(firm_id=agreement.firm_id, offer=offer).first() if offer else None
    facts: list[tuple[str, str]] = [(_("Proof"), upper_first(Proof(agreement.proof).label))]
    if signature is not None:
        local = signature.accepted_at.astimezone(agreement.deal.firm.tz)
        facts += [
            (_("Signed by"), f"{signature.name}, {signature.function}"),
            (_("On"), f"{screen.plain(local.date())}, {screen.hour(local)}"),
            (_("Code sent to"), signature.code_sent_to),
        ]
    elif agreement.recorded_by:
        facts.append((_("Recorded by"), agreement.recorded_by.name))
    return {
        "facts": facts, "sha256": in_eights(bytes(document.sha256).hex()) if document else "",
        "name": document.name if document else "", "options": len(agreement.options),
        "url": reverse("agreement-proof", args=[screen.firm_ref, agreement.id]) if document else "",
        "offer": {"number": offer.number, "url": reverse("offer", args=[screen.firm_ref, offer.id])} if offer else None,
    }  # fmt: skip
