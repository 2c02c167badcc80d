"""What time alone does here: the dates of a schedule come, and offers that nobody answered expire."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import lock_deals, record
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.replay import Refused
from comptant.journey.offers.actions.agreeing import delivered
from comptant.journey.offers.actions.delivering import expire_offers
from comptant.journey.offers.models import Milestone, Trigger

AT_ONCE = 500
"""Milestones taken together: so many deals are locked and drawn at a time."""


def cross(firm: Firm, until: date) -> int:
    """Milestones whose date has come by ``until`` may be invoiced from that date on; how many. Runs twice without harm.

    They are facts, dated on the first instant of their day: drawn again from the facts, the timeline has them. One
    that its deal cannot take, because less is signed than it says, stays due and stops none of the others.
    """
    crossed, refused = 0, set[UUID]()
    while due := _due(firm, until, refused):
        try:
            crossed += _reach(firm, due, until)
        except Refused:
            for milestone in due:
                try:
                    crossed += _reach(firm, [milestone], until)
                except Refused:
                    refused.add(milestone.id)
    expire_offers(firm, until)
    return crossed


@transaction.atomic
def _reach(firm: Firm, due: list[Milestone], until: date) -> int:
    """Say that these are reached, those apart that somebody reached meanwhile."""
    lock_deals(firm, [milestone.agreement.deal_id for milestone in due])
    still = set(
        Milestone.objects.filter(
            firm=firm, id__in=[milestone.id for milestone in due], reached_on=None, agreement__ended_on=None
        ).values_list("id", flat=True)
    )
    facts: dict[UUID, list[Fact]] = {}
    reached = [milestone for milestone in due if milestone.id in still]
    for milestone in reached:
        milestone.reached_on = on = milestone.due_on or until
        fact = delivered(milestone, at=firm.midnight(on))
        facts.setdefault(milestone.agreement.deal_id, []).append(fact)
    Milestone.objects.bulk_update(reached, ["reached_on"])
    record(firm, facts, live=False)
    return len(reached)


def _due(firm: Firm, until: date, refused: set[UUID]) -> list[Milestone]:
    rows = Milestone.objects.filter(
        firm=firm, trigger=Trigger.DATE, due_on__lte=until, reached_on=None, agreement__ended_on=None
    ).exclude(id__in=refused)  # fmt: skip
    return list(rows.select_related("agreement").order_by("due_on", "id")[:AT_ONCE])
