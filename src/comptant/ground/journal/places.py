"""Which deals stand in given accounts today, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm

_STANDING = """
SELECT deal_id, account, sum(net), sum(tax) FROM journal_balance
WHERE firm_id = %(firm)s AND account = ANY(%(accounts)s) AND net + tax > 0
  AND (%(deals)s::uuid[] IS NULL OR deal_id = ANY(%(deals)s))
GROUP BY deal_id, account
HAVING %(after)s::uuid IS NULL OR sum(net) < %(below)s OR (sum(net) = %(below)s AND deal_id > %(after)s)
ORDER BY {order} {direction}, deal_id, account LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class StandingAmount:
    """What of a deal stands in an account, all documents together."""

    deal_id: UUID
    account: str
    net: Decimal
    tax: Decimal


def standing_amounts(
    firm: Firm,
    accounts: Sequence[str],
    *,
    limit: int,
    offset: int = 0,
    is_rising: bool = False,
    by_gross: bool = False,
    among: Sequence[UUID] | None = None,
    after: tuple[Decimal, UUID] | None = None,
) -> list[StandingAmount]:
    """One row a deal and account, by net amount or with the tax. ``among`` narrows to some deals.

    ``after`` goes on where a page of one account, the largest net first, has ended: its last row's net and deal.
    """
    direction, order = "ASC" if is_rising else "DESC", "sum(net + tax)" if by_gross else "sum(net)"
    values: dict[str, Any] = {
        "firm": firm.id, "accounts": list(accounts), "limit": limit, "offset": offset,
        "deals": None if among is None else list(among), "below": after and after[0], "after": after and after[1],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(direction=direction, order=order), values)
        return [StandingAmount(*row) for row in cursor.fetchall()]
