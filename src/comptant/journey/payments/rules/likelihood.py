"""How sure a line's best proposal is, in one of four words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from comptant.journey.payments.rules.matching import Proposal

SURE, LIKELY, POSSIBLE, TO_CHOOSE = "sure", "likely", "possible", "to_choose"
BARS = {SURE: 4, LIKELY: 3, POSSIBLE: 2, TO_CHOOSE: 1}
LIKELY_FROM, POSSIBLE_FROM = Decimal("0.700"), Decimal("0.400")


def likelihood(found: Sequence[Proposal], place: int = 0) -> str:
    """The word for a proposal among those of its line: only what would post by itself is sure; equals are to choose.

    >>> likelihood([])
    'to_choose'
    """
    if place >= len(found):
        return TO_CHOOSE
    one = found[place]
    if one.is_sure:
        return SURE
    if any(other.confidence == one.confidence for number, other in enumerate(found) if number != place):
        return TO_CHOOSE
    if one.confidence >= LIKELY_FROM:
        return LIKELY
    return POSSIBLE if one.confidence >= POSSIBLE_FROM else TO_CHOOSE
