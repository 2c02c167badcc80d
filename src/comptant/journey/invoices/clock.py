"""The invoices' crossing: what is invoiced and unpaid falls due."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, load_cases, settle
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import write_tally
from comptant.journey.invoices.models import Invoice

CHUNK = 2_000


def cross(firm: Firm, until: date) -> int:
    """Post every due date passed up to and including ``until``; how many documents fell due."""
    bench, tally, fallen = Bench.open(firm), Tally(), 0
    while deals := _deals_due(firm, until):
        settle(firm, load_cases(firm, dict.fromkeys(deals, ())), bench=bench, tally=tally)
        fallen += len(deals)
    if fallen:
        write_tally(firm, tally)
    return fallen


def _deals_due(firm: Firm, until: date) -> set[UUID]:
    due = Invoice.objects.filter(firm=firm, next_on__lte=until).order_by("next_on")
    return set(due.values_list("deal_id", flat=True)[:CHUNK])
