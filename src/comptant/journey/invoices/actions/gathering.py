"""Invoicing several things at once: each in a savepoint of its own, so that one refused does not stop the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions.agreed import billed_of, issue_balance, issue_milestone
from comptant.journey.invoices.actions.drafting import draft_invoice
from comptant.journey.invoices.actions.issuing import issue
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.invoices.rules.taxes import guessed_rate
from comptant.journey.invoices.waiting import Waiting
from comptant.journey.offers.models import Agreement
from comptant.journey.offers.queries import get_milestone


def issue_waiting(
    firm: Firm, items: Sequence[Waiting], *, at: datetime, by: Member
) -> list[tuple[Waiting, Invoice | Refusal]]:
    """Each thing that waits, issued or refused, in the order given."""
    outcomes: list[tuple[Waiting, Invoice | Refusal]] = []
    for one in items:
        try:
            with transaction.atomic():
                outcomes.append((one, _issued(firm, one, at, by)))
        except Refusal as refusal:
            outcomes.append((one, refusal))
    return outcomes


def _issued(firm: Firm, one: Waiting, at: datetime, by: Member) -> Invoice:
    if one.milestone is not None:
        milestone = get_milestone(firm, one.milestone)
        agreement = milestone.agreement
        milestone.firm = agreement.firm = agreement.deal.firm = agreement.deal.party.firm = firm
        return issue_milestone(milestone, at=at, by=by)
    deal = Deal.objects.select_related("party").get(firm=firm, id=one.deal)
    deal.firm = deal.party.firm = firm
    if one.agreement is not None:
        agreement = Agreement.objects.select_related("offer").get(firm=firm, id=one.agreement)
        agreement.firm, agreement.deal = firm, deal
        if agreement.net - billed_of(agreement).net == one.net:
            return issue_balance(agreement, at=at, by=by)
    draft = draft_invoice(deal, lines=[_line(firm, one, at)], supplied_on=one.reached_on, at=at, by=by)
    return issue(draft, at=at, by=by)


def _line(firm: Firm, one: Waiting, at: datetime) -> Line:
    """What was accepted as one line, at the rate its tax tells."""
    rate = guessed_rate(one.net, one.tax, one.currency, firm.country, firm.day(at))
    if rate is None:
        rate = (one.tax * 100 / one.net).quantize(Decimal("0.001")) if one.net else Decimal(0)
    return Line(one.title, one.net, rate)
