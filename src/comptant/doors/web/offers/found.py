"""How a page reaches an offer or an agreement: the firm's own, a seller's own; otherwise 404, telling nothing."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from comptant.ground.deals.models import Deal
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.journey.offers import queries
from comptant.journey.offers.models import Agreement, Milestone, Offer
from comptant.journey.pipeline.models import Standing


def find_offer(request: MemberRequest, offer_id: UUID) -> Offer:
    """The version of that id."""
    rows = Offer.objects.filter(firm=request.firm, id=offer_id)
    offer: Offer | None = rows.select_related("deal__party", "document", "sent_by").first()
    if offer is None:
        raise Http404
    must_see(request, offer.deal)
    return offer


def find_agreement(request: MemberRequest, agreement_id: UUID) -> Agreement:
    """The agreement of that id."""
    agreement = queries.get_agreement(request.firm, agreement_id)
    must_see(request, agreement.deal)
    return agreement


def find_milestone(request: MemberRequest, milestone_id: UUID) -> Milestone:
    """The milestone of that id."""
    milestone = queries.get_milestone(request.firm, milestone_id)
    must_see(request, milestone.agreement.deal)
    return milestone


def must_see(request: MemberRequest, deal: Deal) -> None:
    """A seller's own, or 404; the deal then knows its firm."""
    own = Standing.objects.filter(firm=request.firm, deal=deal, seller=request.member)
    if sees_own_alone(request.member) and not own.exists():
        raise Http404
    deal.firm = deal.party.firm = request.firm
