"""What may be invoiced and is not: milestones reached, and what was delivered of deals without a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.places import standing_amounts
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.offers.models import Agreement, Milestone
from comptant.journey.pipeline.models import Standing

MOST = 50
"""So many deals at once; the largest amounts first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something to invoice: a milestone of an agreement, or what was accepted of a deal. Amounts are those to claim.

    ``milestone`` None: the whole of what is to invoice of the deal, whose agreement, if any, has no schedule left.
    """

    deal: UUID
    deal_ref: str
    title: str
    party: UUID
    party_name: str
    party_ref: str
    currency: str
    net: Decimal
    tax: Decimal
    reached_on: date | None = None
    milestone: UUID | None = None
    agreement: UUID | None = None


def waiting(firm: Firm, *, seller: UUID | None = None, deal_ids: Iterable[UUID] | None = None) -> list[Waiting]:
    """What may be invoiced today, the earliest reached first. Six queries at most.

    ``seller``: of their own deals alone; ``deal_ids``: of these alone.
    """
    among = None if deal_ids is None else list(deal_ids)
    if seller is not None:
        own = set(Standing.objects.filter(firm=firm, seller=seller).values_list("deal_id", flat=True))
        among = sorted(own if among is None else own & set(among))
    billable = {
        row.deal_id: row for row in standing_amounts(firm, ["billable"], limit=MOST, among=among)
    }  # fmt: skip
    if not billable:
        return []
    deals = Deal.objects.filter(firm=firm, id__in=list(billable)).select_related("party")
    agreements = list(Agreement.objects.filter(firm=firm, deal__in=list(billable), ended_on=None))
    milestones = _unclaimed(firm, [one.id for one in agreements])
    reached = _reached(firm, list(billable))
    found: list[Waiting] = []
    for deal in deals:
        row = billable[deal.id]
        whole = Waiting(
            deal.id, deal.ref, deal.title or deal.ref, deal.party_id, deal.party.name, deal.party.ref, deal.currency,
            row.net, row.tax, reached.get(deal.id),
        )  # fmt: skip
        found += _of_deal(whole, [one for one in agreements if one.deal_id == deal.id], milestones)
    return sorted(found, key=lambda one: (one.reached_on or date.max, one.party_name, one.title))


def _of_deal(whole: Waiting, agreements: Sequence[Agreement], milestones: Sequence[Milestone]) -> list[Waiting]:
    """Its milestones, when they are all of what is to invoice; else the whole."""
    ids = {one.id for one in agreements}
    parts = [one for one in milestones if one.agreement_id in ids]
    if parts and sum((one.net for one in parts), Decimal(0)) <= whole.net:
        return [
            Waiting(
                whole.deal, whole.deal_ref, one.title, whole.party, whole.party_name, whole.party_ref, whole.currency,
                one.net, one.tax, one.reached_on, one.id, one.agreement_id,
            )
            for one in parts
        ]  # fmt: skip
    agreement = next(iter(sorted(ids)), None)
    return [
        Waiting(
            whole.deal, whole.deal_ref, whole.title, whole.party, whole.party_name, whole.party_ref, whole.currency,
            whole.net, whole.tax, whole.reached_on, None, agreement,
        )
    ]  # fmt: skip


def _unclaimed(firm: Firm, agreements: Sequence[UUID]) -> list[Milestone]:
    """The milestones reached that no document claims, alone or within a balance."""
    claimed = Invoice.objects.filter(firm=firm, milestone=OuterRef("pk")).exclude(kind=InvoiceKind.CREDIT_NOTE)
    whole = Invoice.objects.filter(firm=firm, agreement=OuterRef("agreement_id"), kind=InvoiceKind.BALANCE)
    rows = Milestone.objects.filter(firm=firm, agreement__in=agreements, reached_on__isnull=False)
    return list(rows.exclude(Exists(claimed)).exclude(Exists(whole)))


def _reached(firm: Firm, deal_ids: Sequence[UUID]) -> dict[UUID, date]:
    """The last day on which something of each deal became claimable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deal_id, max(occurred_on) FROM journal_posting"
            " WHERE firm_id = %s AND deal_id = ANY(%s) AND target = 'billable' GROUP BY 1",
            [firm.id, list(deal_ids)],
        )
        return dict(cursor.fetchall())
