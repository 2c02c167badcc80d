"""What the page of an invoice shows: where its money stands, what it says, what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web import act_words
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Posting, Recorded
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.ground.web import words
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.offers.shown import Sayer
from comptant.journey.payments.models import Allocation
from comptant.journey.recovery.models import Dispute, Hold, Reminder
from comptant.journey.recovery.queries import claim_on
from comptant.journey.recovery.rules.interest import Claim

OWED = ("doubtful", "disputed", "overdue", "invoiced")
BEFORE = ("origin", "hoped", "signed", "billable")
"""Accounts of the time before the document."""
STATES = (*OWED, "written_off", "cashed", "held", "cancelled")


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """Everything the page reads. ``claim`` is None while nothing is late, or while a rate is not known."""

    invoice: Invoice
    standing: Mapping[str, Decimal]
    acts: Sequence[Recorded]
    payments: Sequence[Allocation]
    disputes: Sequence[Dispute]
    reminders: Sequence[Reminder]
    hold: Hold | None
    claim: Claim | None


def read_file(firm: Firm, invoice: Invoice, today: Any) -> InvoiceFile:
    """What is known of the invoice."""
    mine = {"firm": firm, "invoice": invoice}
    acts = recorded_acts(firm, [invoice.deal_id]).get(invoice.deal_id, [])
    standing = _standing(acts, invoice)
    kinds = {act.kind for act in acts}
    return InvoiceFile(
        invoice,
        standing,
        acts,
        list(Allocation.objects.filter(**mine).select_related("payment").order_by("at", "id")),
        list(Dispute.objects.filter(**mine).select_related("owner").order_by("-id")) if "disputed" in kinds else [],
        list(Reminder.objects.filter(**mine).order_by("-level")),
        Hold.objects.filter(**mine, lifted_on=None).order_by("-id").first(),
        _claim(invoice, today) if any(one in standing for one in OWED) and invoice.due_on < today else None,
    )


def _standing(acts: Sequence[Recorded], invoice: Invoice) -> dict[str, Decimal]:
    """Where the document's money stands, tax included: the postings that name it, folded."""
    sums: dict[str, Decimal] = {}
    for act in acts:
        for one in act.postings:
            if str(one.document or "") == str(invoice.id):
                gross = one.net + one.tax
                sums[one.target] = sums.get(one.target, Decimal(0)) + gross
                sums[one.source] = sums.get(one.source, Decimal(0)) - gross
    return {account: amount for account, amount in sums.items() if amount > 0 and account not in BEFORE}


def _claim(invoice: Invoice, today: Any) -> Claim | None:
    try:
        return claim_on(invoice, today)
    except Refusal:
        return None


def invoice_context(screen: Screen, file: InvoiceFile) -> dict[str, Any]:
    """Everything the page writes, but its shell and its acts."""
    invoice = file.invoice
    gross = invoice.net + invoice.tax
    still = sum((file.standing.get(state, Decimal(0)) for state in OWED), Decimal(0))
    return {
        "title": f"{invoice.get_kind_display()[:1].upper()}{invoice.get_kind_display()[1:]} {invoice.number}",
        "number": invoice.number,
        "party": invoice.party.name,
        "party_url": reverse("client", args=[screen.firm_ref, invoice.party.ref]),
        "deal_url": reverse("deal", args=[screen.firm_ref, invoice.deal.ref]),
        "deal_title": invoice.deal.title or invoice.deal.ref,
        "list_url": reverse("invoices", args=[screen.firm_ref]),
        "gross": screen.amount(gross, invoice.currency, cents=True),
        "still": screen.amount(still, invoice.currency, cents=True),
        "is_open": bool(still),
        "is_note": invoice.kind == InvoiceKind.CREDIT_NOTE,
        "states": _states(screen, file),
        "state": next((one for one in STATES if one in file.standing), "invoiced"),
        "about": _about(screen, file),
        "lines": _lines(screen, invoice),
        "sums": _sums(screen, invoice),
        "mentions": (invoice.content or {}).get("mentions", []),
        "is_whole": invoice.content is not None,
        "corrects": invoice.corrects.number if invoice.corrects else "",
        "corrects_url": reverse("invoice", args=[screen.firm_ref, invoice.corrects_id]) if invoice.corrects else "",
        "payments": [_payment(screen, one) for one in file.payments],
        "notes": _notes(screen, file),
        "disputes": [_dispute(screen, one, invoice) for one in file.disputes],
        "promises": _promises(screen, file),
        "reminders": [_reminder(screen, one, invoice) for one in file.reminders],
        "hold": _hold(screen, file.hold),
        "claim": _claimed(screen, file),
        "events": events(screen, file.acts, invoice),
    }


def _states(screen: Screen, file: InvoiceFile) -> list[dict[str, Any]]:
    return [
        {"label": words.state_label(one), "text": screen.amount(file.standing[one], file.invoice.currency, cents=True)}
        for one in STATES
        if one in file.standing
    ]


def _about(screen: Screen, file: InvoiceFile) -> str:
    invoice = file.invoice
    parts = [_("Issued on {day}").format(day=screen.plain(invoice.issued_on))]
    if invoice.kind != InvoiceKind.CREDIT_NOTE:
        parts.append(_("to be paid by {day}").format(day=screen.plain(invoice.due_on)))
    late = (screen.today - invoice.due_on).days
    if late > 0 and any(one in file.standing for one in OWED):
        parts.append(ngettext("{count} day late", "{count} days late", late).format(count=screen.number(late)))
    return ", ".join(parts) + "."


def _lines(screen: Screen, invoice: Invoice) -> list[dict[str, str]]:
    sayer = Sayer(screen.language, invoice.currency, screen.home)
    return [
        {
            "title": line["title"],
            "text": line.get("text", ""),
            "quantity": " ".join(part for part in (sayer.digits(Decimal(line["quantity"])), line.get("unit")) if part),
            "price": screen.number(Decimal(line["price"]), cents=True),
            "rate": sayer.percent(Decimal(line["rate"])),
            "net": screen.number(Decimal(line["net"]), cents=True),
        }
        for line in (invoice.content or {}).get("lines", [])
    ]


def _sums(screen: Screen, invoice: Invoice) -> list[tuple[str, str]]:
    """Net, each tax, and the whole."""
    sayer = Sayer(screen.language, invoice.currency, screen.home)
    names = {"vat": _("VAT {rate}"), "gst": _("GST {rate}"), "qst": _("QST {rate}")}
    taxes = [
        (names[one["name"]].format(rate=sayer.percent(Decimal(one["rate"]))), Decimal(one["tax"]))
        for one in (invoice.content or {}).get("rates", [])
    ] or [(_("Tax"), invoice.tax)]
    return [
        (_("Total ex VAT"), screen.amount(invoice.net, invoice.currency, cents=True)),
        *((name, screen.amount(tax, invoice.currency, cents=True)) for name, tax in taxes),
    ]


def _payment(screen: Screen, one: Allocation) -> dict[str, Any]:
    paid = one.payment
    return {
        "day": screen.short(paid.received_on),
        "label": paid.label,
        "what": one.get_what_display() if one.what != "invoice" else "",
        "amount": screen.amount(one.amount, paid.currency, cents=True),
        "bounce_url": reverse("payment-bounce", args=[screen.firm_ref, paid.id]),
    }


def _notes(screen: Screen, file: InvoiceFile) -> list[dict[str, str]]:
    """The credit notes on the document, as the journal tells them."""
    notes = []
    for act in _told(file, "credited"):
        said, name = act.details, _of(act, "credit_note")
        amount = Decimal(str(said.get("net") or 0)) + Decimal(str(said.get("tax") or 0))
        notes.append(
            {
                "number": str(said.get("number") or ""),
                "url": reverse("invoice", args=[screen.firm_ref, name]) if name else "",
                "day": screen.short(act.at.astimezone(file.invoice.firm.tz).date()),
                "amount": screen.amount(amount, file.invoice.currency, cents=True),
            }
        )
    return notes


def _told(file: InvoiceFile, kind: str) -> list[Recorded]:
    """What was said of the document and stands, the latest first."""
    taken_back = {act.corrects for act in file.acts if act.corrects}
    name = str(file.invoice.id)
    return [
        act
        for act in reversed(file.acts)
        if act.kind == kind and act.id not in taken_back and _of(act, "document") == name
    ]


def _dispute(screen: Screen, one: Dispute, invoice: Invoice) -> dict[str, Any]:
    if one.settled_on is None:
        told = _("{owner} answers by {day}.").format(owner=one.owner.name, day=screen.short(one.answer_by))
    else:
        told = _("Settled on {day}: {outcome}.").format(
            day=screen.short(one.settled_on), outcome=one.get_outcome_display()
        )
    return {
        "amount": screen.amount(one.open_amount or one.amount, invoice.currency),
        "cause": one.get_category_display(),
        "reason": one.reason,
        "told": told,
        "is_open": one.settled_on is None,
        "settle_url": reverse("dispute-settlement", args=[screen.firm_ref, one.id]),
    }


def _promises(screen: Screen, file: InvoiceFile) -> list[str]:
    """What the client said of paying, as the journal tells it."""
    said = []
    for act in _told(file, "promised"):
        amount = _of(act, "amount")
        whole = screen.amount(Decimal(amount), file.invoice.currency) if amount else _("all that is open")
        has_paid = bool(act.details.get("has_paid"))
        text = _("Said to be paid on {day}: {amount}.") if has_paid else _("Promised for {day}: {amount}.")
        said.append(text.format(day=screen.short(date.fromisoformat(_of(act, "pay_on"))), amount=whole))
    return said


def _reminder(screen: Screen, one: Reminder, invoice: Invoice) -> dict[str, str]:
    day = one.sent_on or one.prepared_on
    return {
        "day": screen.short(day),
        "text": _("{channel}, {state}").format(channel=one.get_channel_display(), state=one.get_state_display()),
        "amount": screen.amount(one.open_amount, invoice.currency),
        "why": one.why_dropped,
    }


def _hold(screen: Screen, one: Hold | None) -> str:
    if one is None or (one.until is not None and one.until < screen.today):
        return ""
    until = _("Reminders are held until {day}: {reason}.") if one.until else _("Reminders are held: {reason}.")
    return until.format(day=screen.short(one.until), reason=one.reason.rstrip("."))


def _claimed(screen: Screen, file: InvoiceFile) -> dict[str, str] | None:
    if file.claim is None or not (file.claim.interest or file.claim.indemnity):
        return None
    currency = file.invoice.currency
    return {
        "interest": screen.amount(file.claim.interest, currency, cents=True),
        "indemnity": screen.amount(file.claim.indemnity, currency, cents=True) if file.claim.indemnity else "",
    }


def events(screen: Screen, acts: Sequence[Recorded], invoice: Invoice) -> list[dict[str, Any]]:
    """What happened to the document, newest first; what was taken back is left out."""
    taken_back = {act.corrects for act in acts if act.corrects}
    name = str(invoice.id)
    mine = [
        act
        for act in acts
        if act.corrects is None and act.id not in taken_back and name in (_of(act, "document"), _of(act, "credit_note"))
    ]
    mine.sort(key=lambda act: (act.at, not act.is_clock, act.rank, act.said, act.seq), reverse=True)
    zone = invoice.firm.tz
    return [
        {
            "iso": act.at.isoformat(),
            "day": screen.short(act.at.astimezone(zone).date()),
            "icon_name": act_words.icon_name(act.kind),
            "title": act_words.title(act.kind),
            "text": act_words.text(act.kind, act.details, screen, {}),
            "moves": [_move(screen, one, invoice.currency) for one in act.postings if one.source != one.target],
            "is_corrected": False,
        }
        for act in mine
    ]


def _of(act: Recorded, name: str) -> str:
    return str(act.details.get(name) or "")


def _move(screen: Screen, posting: Posting, currency: str) -> dict[str, Any]:
    drawn = render_to_string("web/_move.html", {"source": posting.source, "target": posting.target}).strip()
    return {"text": screen.amount(posting.net + posting.tax, currency), "drawn": SafeString(drawn)}
