"""How a page of this place finds what its address names: the firm's own, and a seller's own; otherwise 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from comptant.ground.deals.models import Deal
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.journey.invoices.models import Draft, Invoice
from comptant.journey.offers.models import Agreement, Milestone
from comptant.journey.offers.queries import get_agreement, get_milestone
from comptant.journey.payments.models import Payment
from comptant.journey.pipeline.models import Standing
from comptant.journey.recovery.models import Dispute, Insolvency, Reminder


def find_invoice(request: MemberRequest, invoice_id: UUID) -> Invoice:
    """The document of that id, with its deal and party."""
    rows = Invoice.objects.filter(firm=request.firm).select_related("deal__party", "party", "corrects")
    invoice: Invoice = _first(rows.filter(id=invoice_id, **_own(request)))
    invoice.firm = invoice.deal.firm = invoice.party.firm = invoice.deal.party.firm = request.firm
    return invoice


def find_draft(request: MemberRequest, draft_id: UUID) -> Draft:
    """The draft of that id, with its deal and party, and its invoice once issued."""
    draft: Draft = _first(
        Draft.objects.filter(firm=request.firm, id=draft_id, **_own(request)).select_related(
            "deal__party", "invoice", "agreement"
        )
    )
    draft.firm = draft.deal.firm = draft.deal.party.firm = request.firm
    return draft


def find_agreement(request: MemberRequest, agreement_id: UUID) -> Agreement:
    """The agreement of that id, with its deal and party."""
    agreement = get_agreement(request.firm, agreement_id)
    _must_be_seen(request, agreement.deal_id)
    agreement.firm = agreement.deal.firm = agreement.deal.party.firm = request.firm
    return agreement


def find_milestone(request: MemberRequest, milestone_id: UUID) -> Milestone:
    """The milestone of that id, with its agreement."""
    milestone = get_milestone(request.firm, milestone_id)
    agreement = milestone.agreement
    _must_be_seen(request, agreement.deal_id)
    milestone.firm = agreement.firm = agreement.deal.firm = agreement.deal.party.firm = request.firm
    return milestone


def find_dispute(request: MemberRequest, dispute_id: UUID) -> Dispute:
    """The dispute of that id, with its invoice."""
    rows = Dispute.objects.filter(firm=request.firm, id=dispute_id, **_own(request, "invoice__deal"))
    dispute: Dispute = _first(rows.select_related("invoice__deal__party", "invoice__party", "settled_by"))
    invoice = dispute.invoice
    dispute.firm = invoice.firm = invoice.deal.firm = invoice.deal.party.firm = request.firm
    return dispute


def find_reminder(request: MemberRequest, reminder_id: UUID) -> Reminder:
    """The reminder of that id, with its invoice and party."""
    reminder: Reminder = _first(
        Reminder.objects.filter(firm=request.firm, id=reminder_id, **_own(request, "invoice__deal")).select_related(
            "invoice", "party"
        )
    )
    reminder.firm = request.firm
    return reminder


def find_payment(request: MemberRequest, payment_id: UUID) -> Payment:
    """The payment of that id, with its party."""
    payment: Payment = _first(Payment.objects.filter(firm=request.firm, id=payment_id).select_related("party"))
    payment.firm = payment.party.firm = request.firm
    return payment


def find_insolvency(request: MemberRequest, insolvency_id: UUID) -> Insolvency:
    """The proceedings of that id, with the party."""
    found: Insolvency = _first(Insolvency.objects.filter(firm=request.firm, id=insolvency_id).select_related("party"))
    found.firm = found.party.firm = request.firm
    return found


def last_act(deal: Deal) -> int:
    """The number of the last act of the deal: what a form says it has seen."""
    acts = recorded_acts(deal.firm, [deal.id]).get(deal.id, [])
    return max((act.seq for act in acts), default=0)


def own_deals(request: MemberRequest) -> UUID | None:
    """The seller whose deals alone are shown; None for whoever sees all."""
    return request.member.id if sees_own_alone(request.member) else None


def _own(request: MemberRequest, deal: str = "deal") -> dict[str, Any]:
    """Narrows rows to a seller's own deals; nothing for whoever sees all."""
    return {f"{deal}__standings__seller": request.member} if sees_own_alone(request.member) else {}


def _first(rows: Any) -> Any:
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _must_be_seen(request: MemberRequest, deal_id: UUID) -> None:
    if sees_own_alone(request.member):
        own = Standing.objects.filter(firm=request.firm, deal=deal_id, seller=request.member)
        if not own.exists():
            raise Http404
