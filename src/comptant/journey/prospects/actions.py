"""Assessing a party, and going beyond the limit with an owner's word."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member, Role
from comptant.ground.journal.actions import post
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.prospects.models import Assessment, Light, Override
from comptant.journey.prospects.queries import current_assessment, exposure, is_overridden
from comptant.journey.prospects.rules import refused_commitment


def assess(
    party: Party,
    *,
    light: str,
    reason: str,
    credit_limit: Decimal | None,
    terms: str = "",
    at: datetime,
    by: Member,
) -> Assessment:
    """A dated record of whether the party can pay, and why; it holds until the next. ``credit_limit`` is gross.

    Raises Refusal reason_needed, unknown_light, bad_amount.
    """
    if light not in Light.values:
        raise Refusal("unknown_light", light=light)
    if not reason.strip():
        raise Refusal("reason_needed")
    if credit_limit is not None and not Decimal(0) <= credit_limit < Decimal(10) ** 16:
        raise Refusal("bad_amount", amount=credit_limit)
    assessment: Assessment = Assessment.objects.create(
        firm_id=party.firm_id, party=party, light=light, reason=reason.strip(), credit_limit=credit_limit,
        terms=terms.strip(), at=at, by=by,
    )  # fmt: skip
    return assessment


@transaction.atomic
def override_limit(deal: Deal, *, reason: str, at: datetime, by: Member) -> Override:
    """An owner's word that this deal may go beyond the limit or the red light, as an act of the deal.

    Raises Refusal owner_only, reason_needed.
    """
    if by.role != Role.OWNER:
        raise Refusal("owner_only")
    if not reason.strip():
        raise Refusal("reason_needed")
    override: Override = Override.objects.create(firm_id=deal.firm_id, deal=deal, reason=reason.strip(), at=at, by=by)
    post(deal, act="override", at=at, by=by, details={"reason": reason.strip(), "override": str(override.id)})
    return override


def may_commit(deal: Deal, gross: Decimal, *, has_deposit: bool = False) -> None:
    """Nothing when ``gross`` more, tax included, may be offered to or agreed with the deal's party.

    Beyond its limit, or for a red party, a deposit at signature or an owner's override is needed.
    Raises Refusal red_party or over_limit.
    """
    if has_deposit:
        return
    party = deal.party
    solvency, standing = current_assessment(party), exposure(deal.firm, [party.id])[party.id]
    code = refused_commitment(solvency, standing, gross)
    if code and not is_overridden(deal):
        raise Refusal(
            "red_party" if code == "red_party" else "over_limit", party=party.name, gross=gross,
            total=standing.total, limit=standing.limit, reason=solvency.reason,
        )  # fmt: skip
