"""What was agreed becomes an agreement with its milestones, and the deal is won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member
from comptant.ground.journal.actions import lock_deals, post, record
from comptant.ground.journal.acts import Fact
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.models import Agreement, Milestone, Offer, OfferKind, Proof
from comptant.journey.offers.rules.drafts import PartDraft, check_schedule, has_deposit
from comptant.journey.offers.rules.totals import Totals, likely_rates, parts_of
from comptant.journey.pipeline.models import Standing
from comptant.journey.prospects.actions import may_commit


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the client agreed to, whichever way."""

    title: str
    whole: Totals
    parts: Sequence[PartDraft]
    proof: str
    document: Document | None
    offer: Offer | None = None
    options: tuple[str, ...] = ()
    kind: str = OfferKind.SALE


@transaction.atomic
def record_agreement(
    deal: Deal,
    *,
    net: Decimal,
    tax: Decimal,
    proof: str,
    document: Document | None = None,
    schedule: Sequence[PartDraft] = (),
    tax_rate: Decimal | None = None,
    title: str = "",
    at: datetime,
    by: Member,
) -> Agreement:
    """An agreement made outside: a scanned signature, a purchase order, or one that was running when we came in.

    The deal is won with it; one that an import already said is won gets its agreement, at the same net amount.
    Raises Refusal unknown_proof, proof_needed, already_agreed, agreement_other_amount, over_limit, red_party.
    """
    firm = deal.firm
    lock_deals(firm, [deal.id])
    _must_be_proven(proof, document)
    check_schedule(schedule)
    if net < 0 or tax < 0 or net >= Decimal(10) ** 14:
        raise Refusal("bad_amount", amount=net if net < 0 else tax)
    if queries.agreement_of(deal) is not None:
        raise Refusal("already_agreed")
    whole = likely_rates(net, tax, deal.currency, firm.country, tax_rate)
    agreed = Agreed(title or str(deal), whole, schedule, proof, document)
    standing = Standing.objects.filter(firm_id=deal.firm_id, deal=deal).first()
    if standing is not None and standing.place == "signed":
        if standing.net != net:
            raise Refusal("agreement_other_amount", signed=standing.net, net=net)
        return _file(deal, agreed, at=at, by=by)
    if proof != Proof.IMPORTED:
        may_commit(deal, whole.gross, has_deposit=has_deposit(schedule))
    return agree(deal, agreed, at=at, by=by)


@transaction.atomic
def accept_extra(offer: Offer, *, proof: str, document: Document | None, at: datetime, by: Member) -> Agreement:
    """An extra request that was accepted outside its page, with the proof. Raises Refusal as ``record_agreement``."""
    firm = offer.deal.firm
    lock_deals(firm, [offer.deal_id])
    offer = queries.get_offer(firm, offer.number, offer.version)
    _must_be_proven(proof, document)
    if offer.accepted_at is not None or offer.declined_at is not None:
        raise Refusal("already_answered", number=offer.number)
    if offer.kind != OfferKind.EXTRA or queries.agreement_of(offer.deal) is None:
        raise Refusal("extra_needs_agreement")
    parts, lines = queries.parts_drafted(offer), [line for line in queries.lines_of(offer) if not line.is_optional]
    whole = queries.totals_of(firm, offer.deal.currency, lines)
    may_commit(offer.deal, whole.gross, has_deposit=has_deposit(parts))
    offer.ended_at, offer.end_reason = at, "outside"
    offer.save(update_fields=["ended_at", "end_reason"])
    agreed = Agreed(offer.title, whole, parts, proof, document, offer=offer, kind=OfferKind.EXTRA)
    return agree(offer.deal, agreed, at=at, by=by)


def agree(deal: Deal, agreed: Agreed, *, at: datetime, by: Member | None = None) -> Agreement:
    """The agreement and its milestones, the deal won or the extra request added, what is due at signature billable.

    The deal is locked by the caller.
    """
    agreement, milestones = _write(deal, agreed, at=at, by=by)
    sha256 = bytes(agreed.document.sha256) if agreed.document else None
    details = {
        "net": str(agreement.net), "tax": str(agreement.tax), "title": agreement.title,
        "agreement": str(agreement.id), "proof": agreement.proof,
        "offer": agreed.offer.number if agreed.offer else "",
    }  # fmt: skip
    kind = "extra_accepted"
    if agreed.kind == OfferKind.SALE:
        kind, details = "won", details | {"amount": details["net"]}
    facts = [Fact(kind, at, details, f"agreement:{agreement.id}", by.id if by else None, document_sha256=sha256)]
    facts += [delivered(milestone, at=at, by=by) for milestone in milestones if milestone.trigger == "signature"]
    record(deal.firm, {deal.id: facts})
    return agreement


def delivered(milestone: Milestone, *, at: datetime, by: Member | None = None) -> Fact:
    """The fact that a milestone is reached: its amount may be invoiced."""
    details = {
        "net": str(milestone.net), "tax": str(milestone.tax), "title": milestone.title, "milestone": str(milestone.id),
        "agreement": str(milestone.agreement_id),
    }  # fmt: skip
    return Fact("delivered", at, details, f"milestone:{milestone.id}", by.id if by else None)


@transaction.atomic
def end_agreement(agreement: Agreement, *, reason: str, at: datetime, by: Member) -> Agreement:
    """The deal's agreement ends before it was all invoiced, with its extra requests: what is signed is cancelled.

    Raises Refusal reason_needed, agreement_ended.
    """
    deal, firm = agreement.deal, agreement.deal.firm
    lock_deals(firm, [deal.id])
    fresh = queries.get_agreement(firm, agreement.id)
    if fresh.ended_on is not None:
        raise Refusal("agreement_ended", day=fresh.ended_on)
    if not reason.strip():
        raise Refusal("reason_needed")
    details = {"reason": reason.strip(), "agreement": str(agreement.id)}
    record(firm, {deal.id: [Fact("ended", at, details, f"ended:{agreement.id}", by.id)]})
    running = Agreement.objects.filter(firm_id=deal.firm_id, deal=deal, ended_on=None)
    running.update(ended_on=firm.day(at), end_reason=reason.strip())
    return queries.get_agreement(firm, agreement.id)


def _must_be_proven(proof: str, document: Document | None) -> None:
    if proof not in Proof.values or proof == Proof.SIGNATURE:
        raise Refusal("unknown_proof", proof=proof)
    if proof != Proof.IMPORTED and document is None:
        raise Refusal("proof_needed")


def _file(deal: Deal, agreed: Agreed, *, at: datetime, by: Member) -> Agreement:
    """The agreement of a deal that was already won: rows, and the filing as evidence; no euro moves but what is due."""
    agreement, milestones = _write(deal, agreed, at=at, by=by)
    sha256 = bytes(agreed.document.sha256) if agreed.document else None
    details = {"agreement": str(agreement.id), "proof": agreement.proof}
    post(deal, act="agreement_filed", at=at, by=by, details=details, document_sha256=sha256)
    due = [delivered(milestone, at=at, by=by) for milestone in milestones if milestone.trigger == "signature"]
    if due:
        record(deal.firm, {deal.id: due})
    return agreement


def _write(deal: Deal, agreed: Agreed, *, at: datetime, by: Member | None) -> tuple[Agreement, list[Milestone]]:
    signed_on = deal.firm.day(at)
    agreement = Agreement(
        firm_id=deal.firm_id, deal=deal, kind=agreed.kind, offer=agreed.offer, title=agreed.title,
        net=agreed.whole.net, tax=agreed.whole.tax, rates=[one.as_json() for one in agreed.whole.rates],
        options=list(agreed.options), signed_on=signed_on, proof=agreed.proof, document=agreed.document,
        recorded_by=by,
    )  # fmt: skip
    agreement.save(force_insert=True)
    parts = agreed.parts or [_all_when_accepted(deal)]
    sums = parts_of(agreed.whole, parts, deal.currency)
    milestones = [
        Milestone(
            firm_id=deal.firm_id, agreement=agreement, position=n, title=part.title, share=part.share, net=one.net,
            tax=one.tax, rates=[rate.as_json() for rate in one.rates], trigger=part.trigger, due_on=part.due_on,
            reached_on=signed_on if part.trigger == "signature" else None,
        )
        for n, (part, one) in enumerate(zip(parts, sums, strict=True), start=1)
    ]  # fmt: skip
    Milestone.objects.bulk_create(milestones)
    return agreement, milestones


def _all_when_accepted(deal: Deal) -> PartDraft:
    """What was agreed without a schedule is payable once, when the work is accepted."""
    with translation.override(queries.language_for(deal.party, deal.firm)):
        return PartDraft(_("When the work is accepted"), Decimal(100))
