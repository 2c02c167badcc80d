"""Amounts as they are typed."""

from __future__ import annotations

from decimal import Decimal

from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.invoicing.asking import read_amount
from comptant.ground.journal.acts import ZERO
from comptant.ground.refusals import Refusal

LONGEST = 40


def read_or_refuse(words: str) -> Decimal:
    """The amount, nothing when blank. Raises Refusal bad_amount, below zero included."""
    said = words.replace("\x00", "").strip()[:LONGEST]
    if not said:
        return ZERO
    try:
        found = read_amount(said)
    except BadValueError:
        raise Refusal("bad_amount", amount=said) from None
    if found < 0:
        raise Refusal("bad_amount", amount=said)
    return found
