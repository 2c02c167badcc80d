"""What the firm lets a match differ by, and from which confidence a match posts by itself."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from comptant.ground.firms.models import Firm
from comptant.ground.refusals import Refusal
from comptant.journey.payments.models import Tolerance
from comptant.journey.payments.queries import tolerance_of


@transaction.atomic
def tolerate(firm: Firm, *, threshold: Decimal, cents: Decimal, fee_limit: Decimal) -> Tolerance:
    """Matches from now on post by themselves above ``threshold`` (0 to 1), and differ by so much at most.

    Raises Refusal bad_tolerance for a threshold outside 0.5 to 1, or a limit below zero.
    """
    if not (Decimal("0.5") <= threshold <= 1 and 0 <= cents < 100 and 0 <= fee_limit < 10_000):
        raise Refusal("bad_tolerance")
    said = tolerance_of(firm)
    said.threshold, said.cents, said.fee_limit = threshold, cents, fee_limit
    said.save()
    return said
