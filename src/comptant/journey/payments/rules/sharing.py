"""How the payments that files told share an invoice: the same whichever file came first. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from comptant.ground.journal.acts import ZERO

CREDIT, OTHER, SHARED = 0, 1, 2
"""The order within an instant: a credit note, a payment that people gave to the invoice, one that a file told."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Something that lessens what is left to pay of an invoice, at an instant. ``key`` tells payments apart."""

    at: datetime
    kind: int
    key: Hashable
    amount: Decimal


def shared_out(gross: Decimal, takings: Sequence[Taking]) -> dict[Hashable, Decimal]:
    """What each payment of a file gives to the invoice, by key; nothing comes as zero.

    In the order of instants, each takes what is left of the invoice then; the surplus is the latest's. A credit note
    after a payment does not make it smaller: what was paid becomes money held.

    >>> from datetime import datetime
    >>> days = [datetime(2026, 3, day) for day in (1, 2, 3)]
    >>> two = [Taking(days[2], SHARED, "P-2", Decimal(600)), Taking(days[0], SHARED, "P-1", Decimal(600))]
    >>> shared_out(Decimal(1000), two)
    {'P-1': Decimal('600'), 'P-2': Decimal('400')}
    """
    left, shares = gross, {}
    for one in sorted(takings, key=lambda one: (one.at, one.kind, str(one.key))):
        taken = min(one.amount, left)
        left -= taken
        if one.kind == SHARED:
            shares[one.key] = max(taken, ZERO)
    return shares
