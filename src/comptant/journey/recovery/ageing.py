"""What clients owe today, by client, lateness and state: one statement over what is open, whatever its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.journey.recovery.queries import OWED

BUCKETS = 5
"""Not due yet, 1 to 30 days late, 31 to 60, 61 to 90, more."""
MOST_PARTIES = 30

_OWED = """
WITH owed AS (
  SELECT i.party_id, i.currency, b.account,
         CASE WHEN i.due_on >= %(day)s THEN 0 ELSE least(4, (%(day)s - i.due_on + 29) / 30) END AS bucket,
         sum(b.net) AS net, sum(b.tax) AS tax, count(DISTINCT i.id) AS invoices
  FROM invoices_invoice i
  JOIN journal_balance b ON b.firm_id = i.firm_id AND b.deal_id = i.deal_id AND b.document = i.id
    AND b.account = ANY(%(owed)s) AND b.net + b.tax > 0
  {own}
  WHERE i.firm_id = %(firm)s AND (i.open_net > 0 OR i.open_tax > 0)
  GROUP BY 1, 2, 3, 4
), top AS (
  SELECT party_id FROM owed WHERE currency = %(currency)s GROUP BY 1 ORDER BY sum(net + tax) DESC, 1 LIMIT %(most)s
)
SELECT t.party_id, coalesce(p.name, ''), coalesce(p.ref, ''), o.currency, o.account, o.bucket, sum(o.net), sum(o.tax),
       sum(o.invoices)::int, count(DISTINCT o.party_id)
FROM owed o LEFT JOIN top t ON t.party_id = o.party_id AND o.currency = %(currency)s
LEFT JOIN parties_party p ON p.firm_id = %(firm)s AND p.id = t.party_id
GROUP BY 1, 2, 3, 4, 5, 6
"""
_OWN = """JOIN pipeline_standing s ON s.firm_id = i.firm_id AND s.deal_id = i.deal_id AND s.seller_id = %(seller)s"""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one client owes in one state, so late. ``party`` None: all the clients that are not among the largest."""

    party: UUID | None
    name: str
    ref: str
    currency: str
    account: str
    bucket: int
    net: Decimal
    tax: Decimal
    invoices: int
    parties: int

    @property
    def gross(self) -> Decimal:
        """Tax included."""
        return self.net + self.tax


def owed_by_age(firm: Firm, day: date, *, seller: UUID | None = None, most: int = MOST_PARTIES) -> Sequence[Owed]:
    """One row a client, state and bucket, for the ``most`` that owe most in the firm's currency; then the others.

    Buckets are counted from the day after the due date: 0 is not due yet, 1 is 1 to 30 days late. ``seller``: of
    their own deals alone.
    """
    values: dict[str, Any] = {
        "firm": firm.id, "day": day, "owed": OWED, "currency": firm.currency, "most": most, "seller": seller,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OWED.format(own=_OWN if seller else ""), values)
        return [Owed(*row) for row in cursor.fetchall()]


def owed_by(firm: Firm, parties: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What each of these clients owes that is late, contested or in danger, tax included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.party_id, sum(b.net + b.tax) FROM invoices_invoice i"
            " JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id"
            " JOIN journal_balance b ON b.firm_id = i.firm_id AND b.deal_id = i.deal_id AND b.document = i.id"
            " AND b.account IN ('overdue', 'disputed', 'doubtful')"
            " WHERE i.firm_id = %s AND d.party_id = ANY(%s) AND (i.open_net > 0 OR i.open_tax > 0) GROUP BY 1",
            [firm.id, list(parties)],
        )
        return dict(cursor.fetchall())
