"""What is under way and was done with one party: its deals, and who is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm

_DEALS = """
SELECT d.id, d.ref, d.title, d.currency, coalesce(b.account, s.place, ''), coalesce(b.net, s.net, 0),
       coalesce(s.has_amount, true) OR b.net > 0, coalesce(m.name, ''), s.opened_on
FROM deals_deal d
LEFT JOIN pipeline_standing s ON s.firm_id = d.firm_id AND s.deal_id = d.id
LEFT JOIN firms_member m ON m.firm_id = s.firm_id AND m.id = s.seller_id
LEFT JOIN LATERAL (
  SELECT account, sum(net) AS net FROM journal_balance
  WHERE firm_id = d.firm_id AND deal_id = d.id AND account <> 'origin' AND net + tax > 0
  GROUP BY account ORDER BY sum(net + tax) DESC, account DESC LIMIT 1) b ON true
WHERE d.firm_id = %(firm)s AND d.party_id = %(party)s AND (%(seller)s::uuid IS NULL OR s.seller_id = %(seller)s)
  AND (%(before)s::uuid IS NULL OR d.id < %(before)s)
  AND NOT EXISTS (SELECT FROM payments_accountdeal a WHERE a.firm_id = d.firm_id AND a.party_id = d.party_id
                  AND a.deal_id = d.id)
ORDER BY d.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Dealing:
    """A deal of a party: ``account`` is where most of it stands, ``net`` what stands there."""

    id: UUID
    ref: str
    title: str
    currency: str
    account: str
    net: Decimal
    has_amount: bool
    seller: str
    opened_on: date | None


def deals_with(
    firm: Firm, party_id: UUID, limit: int, *, seller: UUID | None = None, before: UUID | None = None
) -> list[Dealing]:
    """The deals of a party, the newest first; a seller's own alone when one is named. Its account is no deal."""
    values: dict[str, Any] = {
        "firm": firm.id, "party": party_id, "limit": limit, "seller": seller, "before": before
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DEALS, values)
        return [Dealing(*row) for row in cursor.fetchall()]
