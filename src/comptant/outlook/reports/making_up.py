"""How many sales of the same kind make up for one that is not paid. Known only where costs were typed in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm

_PAPER = """
SELECT s.deal_id, s.net, sum(c.amount), (
  SELECT coalesce(sum(b.net), 0) FROM journal_balance b
  WHERE b.firm_id = s.firm_id AND b.deal_id = s.deal_id
    AND b.account IN ('invoiced', 'overdue', 'disputed', 'doubtful'))
FROM pipeline_standing s JOIN pipeline_cost c ON c.firm_id = s.firm_id AND c.deal_id = s.deal_id
WHERE s.firm_id = %s AND s.deal_id = ANY(%s) GROUP BY s.firm_id, s.deal_id, s.net
"""


def sales_to_make_up(firm: Firm, deal_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many sales like each deal bring what is owed on it; deals without costs, or without margin, are left out."""
    if not deal_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PAPER, [firm.id, list(deal_ids)])
        rows = cursor.fetchall()
    return {deal: count for deal, net, costs, unpaid in rows if (count := sales_for(unpaid, net - costs))}


def sales_for(unpaid: Decimal, margin: Decimal) -> int:
    """Sales of that margin that bring ``unpaid``, both net, rounded up; 0 when the margin brings nothing.

    >>> sales_for(Decimal("5760.00"), Decimal("600.00")), sales_for(Decimal("5760.00"), Decimal("-20.00"))
    (10, 0)
    """
    return int((unpaid / margin).to_integral_value(ROUND_CEILING)) if margin > 0 else 0
