"""What a party owes us or will, against what we allow; and when more may not be committed.

Source: product.md 4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from uuid import UUID

ALERTS = (50, 70, 90)
"""Percent of the limit from which the exposure is pointed out."""
ZERO = Decimal("0.00")
OWED = ("signed", "billable", "invoiced", "overdue", "disputed", "doubtful")


@dataclass(frozen=True, slots=True)
class Solvency:
    """What is thought of a party. ``light`` is blank while nobody said anything.

    ``credit_limit`` is gross, None for none. ``is_imported``: said by a file, no assessment was made since.
    """

    light: str = ""
    reason: str = ""
    credit_limit: Decimal | None = None
    terms: str = ""
    at: datetime | None = None
    by: UUID | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a party owes us or will, tax included, by account; ``held`` is theirs. ``limit`` None: none was set."""

    signed: Decimal = ZERO
    billable: Decimal = ZERO
    invoiced: Decimal = ZERO
    overdue: Decimal = ZERO
    disputed: Decimal = ZERO
    doubtful: Decimal = ZERO
    held: Decimal = ZERO
    limit: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """All that is owed or will be, less what is held for them; never below zero.

        >>> Exposure(signed=Decimal(100), overdue=Decimal(20), held=Decimal(30)).total
        Decimal('90.00')
        """
        return max(ZERO, sum((getattr(self, account) for account in OWED), ZERO) - self.held)

    @property
    def share(self) -> Decimal | None:
        """Percent of the limit, one decimal, cut; None without a limit, or with one of zero.

        >>> Exposure(signed=Decimal(699), limit=Decimal(1000)).share
        Decimal('69.9')
        """
        if not self.limit:
            return None
        tenths = self.total * 1000 // self.limit
        return tenths / 10

    @property
    def alert(self) -> int:
        """The highest of ALERTS that is reached, 100 beyond the limit, 0 for none.

        >>> [Exposure(signed=Decimal(n), limit=Decimal(100)).alert for n in (49, 50, 89, 90, 100, 101)]
        [0, 50, 70, 90, 90, 100]
        """
        if self.limit is None:
            return 0
        if self.total > self.limit:
            return 100
        reached = (percent for percent in ALERTS if self.total and self.total * 100 >= self.limit * percent)
        return max(reached, default=0)

    @classmethod
    def of(cls, standing: Mapping[str, Decimal], limit: Decimal | None) -> Exposure:
        """From what stands in the party's accounts, gross; accounts that do not count are left out."""
        known = {field.name for field in fields(cls)} - {"limit"}
        return cls(**{name: value for name, value in standing.items() if name in known}, limit=limit)


def refused_commitment(solvency: Solvency, exposure: Exposure, gross: Decimal) -> str:
    """Why ``gross`` more may not be committed without a deposit or an owner's word: red_party, over_limit, or ''."""
    if solvency.light == "red":
        return "red_party"
    if exposure.limit is not None and exposure.total + gross > exposure.limit:
        return "over_limit"
    return ""
