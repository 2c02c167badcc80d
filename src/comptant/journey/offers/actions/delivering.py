"""Milestones reached, and offers that nobody answered in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import lock_deals, record
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.actions.agreeing import delivered
from comptant.journey.offers.actions.drafting import instant
from comptant.journey.offers.models import Milestone, Offer
from comptant.journey.offers.rules.validity import ENDED, EXPIRED


@transaction.atomic
def deliver(milestone: Milestone, *, on: date, at: datetime, by: Member) -> Milestone:
    """The milestone was accepted on a day: its amount may be invoiced.

    Raises Refusal milestone_reached, agreement_ended.
    """
    deal = milestone.agreement.deal
    firm = deal.firm
    lock_deals(firm, [deal.id])
    milestone = queries.get_milestone(firm, milestone.id)
    if milestone.reached_on is not None:
        raise Refusal("milestone_reached", title=milestone.title, day=milestone.reached_on)
    if milestone.agreement.ended_on is not None:
        raise Refusal("agreement_ended", day=milestone.agreement.ended_on)
    milestone.reached_on = on
    milestone.save(update_fields=["reached_on"])
    record(firm, {deal.id: [delivered(milestone, at=instant(firm, on, at), by=by)]})
    return milestone


def expire_offers(firm: Firm, today: date) -> int:
    """Offers whose decision date has passed, or whose deal was closed, end; how many. They were not refused."""
    sent: list[Offer] = list(
        Offer.objects.filter(firm=firm, sent_at__isnull=False, accepted_at=None, declined_at=None, ended_at=None)
    )
    states, ended = queries.states_of(sent, today), 0
    for offer in sent:
        if states[offer.id] == EXPIRED and offer.decision_on:
            ended += _end(offer, "expired", firm.midnight(offer.decision_on + timedelta(days=1)))
        elif states[offer.id] == ENDED:
            ended += _end(offer, "closed", firm.midnight(today))
    return ended


def _end(offer: Offer, reason: str, at: datetime) -> int:
    rows = Offer.objects.filter(firm_id=offer.firm_id, id=offer.id, accepted_at=None, declined_at=None, ended_at=None)
    return rows.update(ended_at=at, end_reason=reason)
