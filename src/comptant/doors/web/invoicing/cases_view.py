"""What waits beside the reminders: to invoice, drafts, disputes with a clock, doubtful claims with a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.journey.invoices.models import Draft
from comptant.journey.invoices.queries import drafts_waiting
from comptant.journey.invoices.waiting import Waiting, waiting
from comptant.journey.pipeline.models import Standing
from comptant.journey.recovery.ageing import owed_by
from comptant.journey.recovery.models import Dispute, Insolvency
from comptant.journey.recovery.queries import claims_to_file, open_disputes

MOST = 30
KEPT = 300
ZERO = Decimal(0)
CLOCK = 1000
"""Width of a clock, in its own units."""


@dataclass(frozen=True, slots=True)
class ToInvoice:
    """What may be invoiced, and what each of those clients owes already that is late."""

    items: Sequence[Waiting]
    owes: Mapping[UUID, Decimal]


def to_invoice(firm: Firm, seller: UUID | None, known: str) -> ToInvoice:
    """Kept until the journal says something new."""
    key = f"to_invoice:{firm.id}:{seller}:{known}"
    kept: ToInvoice | None = cache.get(key)
    if kept is None:
        items = waiting(firm, seller=seller)
        kept = ToInvoice(items, owed_by(firm, sorted({one.party for one in items})) if items else {})
        cache.set(key, kept, KEPT)
    return kept


def name_of(one: Waiting) -> str:
    """How a form names what is to invoice."""
    return f"milestone:{one.milestone}" if one.milestone else f"deal:{one.deal}"


def to_invoice_context(screen: Screen, found: ToInvoice, *, may_issue: bool) -> dict[str, Any] | None:
    """The panel, or None while nothing may be invoiced."""
    if not found.items:
        return None
    home = [one.net for one in found.items if one.currency == screen.home]
    return {
        "total": screen.amount(sum(home, ZERO)),
        "items": [_waiting(screen, one, found.owes.get(one.party, ZERO)) for one in found.items],
        "url": reverse("invoice-batch", args=[screen.firm_ref]),
        "may_issue": may_issue,
    }


def _waiting(screen: Screen, one: Waiting, owes: Decimal) -> dict[str, Any]:
    url = (
        reverse("agreement-invoicing", args=[screen.firm_ref, one.agreement])
        if one.agreement
        else reverse("deal", args=[screen.firm_ref, one.deal_ref])
    )
    accepted = _("{title}, accepted on {day}").format(title=one.title, day=screen.short(one.reached_on))
    return {
        "name": name_of(one),
        "party": one.party_name,
        "url": url,
        "text": accepted if one.reached_on else one.title,
        "warning": _("already owes {amount} inc VAT").format(amount=screen.amount(owes, one.currency)) if owes else "",
        "amount": screen.amount(one.net, one.currency),
        "is_ticked": not owes,
    }


def drafts_context(screen: Screen, firm: Firm, seller: UUID | None) -> list[dict[str, Any]]:
    """Drafts not issued yet, the oldest first."""
    rows = drafts_waiting(firm)
    if seller is not None:
        rows = rows.filter(deal__in=Standing.objects.filter(firm=firm, seller=seller).values("deal_id"))
    return [_draft(screen, one) for one in rows[:MOST]]


def _draft(screen: Screen, one: Draft) -> dict[str, Any]:
    return {
        "url": reverse("draft", args=[screen.firm_ref, one.id]),
        "party": one.deal.party.name,
        "title": one.lines[0]["title"] if one.lines else one.deal.title,
        "day": screen.short(one.made_at.date()),
    }


Amounts = Mapping[UUID, tuple[str, str, Decimal]]
"""Name, ref and amount of each client."""


def disputes_context(
    screen: Screen, firm: Firm, seller: UUID | None, amounts: Amounts, *, may_settle: bool
) -> dict[str, Any] | None:
    """Open disputes, those whose answer is due first; then clients of whom only the amount is known, from a file."""
    if not amounts:
        return None
    rows = open_disputes(firm)
    if seller is not None:
        rows = rows.filter(invoice__deal__in=Standing.objects.filter(firm=firm, seller=seller).values("deal_id"))
    found = list(rows[:MOST])
    known = {one.invoice.party_id for one in found}
    cases = [_dispute(screen, one, may_settle) for one in found]
    cases += [
        _without_record(screen, name, ref, amount, _("Contested before it came in here. Reminders wait."))
        for party, (name, ref, amount) in amounts.items()
        if party not in known
    ]
    total = sum((amount for _name, _ref, amount in amounts.values()), ZERO)
    return {"total": screen.amount(total), "cases": cases}


def _without_record(screen: Screen, name: str, ref: str, amount: Decimal, text: str) -> dict[str, Any]:
    """A client of whom the amount alone is known."""
    return {
        "party": name, "url": reverse("client", args=[screen.firm_ref, ref]), "amount": screen.amount(amount),
        "text": text, "clock": None, "claim_url": "", "settle_url": "",
    }  # fmt: skip


def _dispute(screen: Screen, one: Dispute, may_settle: bool) -> dict[str, Any]:
    invoice = one.invoice
    gone = (screen.today - one.opened_on).days
    given = max((one.answer_by - one.opened_on).days, 1)
    part = _("Part contested: {part} of {whole} inc VAT.").format(
        part=screen.amount(one.open_amount, invoice.currency),
        whole=screen.number(invoice.net + invoice.tax, cents=None),
    )
    return {
        "party": invoice.party.name,
        "number": invoice.number,
        "url": reverse("invoice", args=[screen.firm_ref, invoice.id]),
        "amount": screen.amount(one.open_amount, invoice.currency),
        "text": " ".join(words for words in (one.reason and one.reason.rstrip(".") + ".", part) if words),
        "clock": clock(gone, given),
        "day": _("day {count}").format(count=screen.number(gone)),
        "promised": _promised(screen, one.answer_by),
        "is_urgent": one.answer_by <= screen.today + timedelta(days=3),
        "settle_url": reverse("dispute-settlement", args=[screen.firm_ref, one.id]) if may_settle else "",
    }


def _promised(screen: Screen, day: date) -> str:
    if day < screen.today:
        return _("answer late since {day}").format(day=screen.short(day))
    return _("answer promised for {day}").format(day=screen.short(day))


def clock(gone: int, given: int) -> dict[str, str]:
    """A bar of the days gone, with a tick at the day promised."""
    whole = max(gone, given) * Decimal("1.08")
    return {
        "gone": f"{max(gone, 0) * CLOCK / whole:.0f}",
        "tick": f"{given * CLOCK / whole:.0f}",
        "words": _("Day {gone}, answer promised for day {given}").format(gone=gone, given=given),
    }


def doubtful_context(screen: Screen, firm: Firm, amounts: Amounts, *, may_claim: bool) -> dict[str, Any] | None:
    """Proceedings with their deadline, and what each of those clients owes."""
    found = list(claims_to_file(firm, screen.today)[:MOST]) if amounts else []
    known = {one.party_id for one in found}
    cases = [_proceedings(screen, one, amounts, may_claim) for one in found if one.party_id in amounts]
    cases += [
        _without_record(screen, name, ref, amount, _("Proceedings are open. Reminders are stopped."))
        for party, (name, ref, amount) in amounts.items()
        if party not in known
    ]
    if not cases:
        return None
    total = sum((amount for _name, _ref, amount in amounts.values()), ZERO)
    return {"total": screen.amount(total), "cases": cases}


def _proceedings(screen: Screen, one: Insolvency, amounts: Amounts, may_claim: bool) -> dict[str, Any]:
    name, ref, amount = amounts[one.party_id]
    said = one.get_kind_display()
    published = _("published on {day}").format(day=screen.plain(one.published_on))
    parts = [f"{said[:1].upper()}{said[1:]}, {published}", one.trustee, _("Reminders are stopped")]
    shown: dict[str, Any] = {
        "party": name,
        "url": reverse("client", args=[screen.firm_ref, ref]),
        "amount": screen.amount(amount),
        "text": ". ".join(part.rstrip(".") for part in parts if part) + ".",
        "clock": None,
        "claim_url": reverse("insolvency-claim", args=[screen.firm_ref, one.id]) if may_claim else "",
    }
    if one.deadline_on:
        gone, given = (screen.today - one.published_on).days, (one.deadline_on - one.published_on).days
        days = ngettext("{gone} day of {given}", "{gone} days of {given}", gone)
        shown |= {
            "clock": clock(gone, given),
            "day": days.format(gone=screen.number(gone), given=screen.number(given)),
            "deadline": _("to be filed by {day}").format(day=screen.short(one.deadline_on)),
        }
    return shown
