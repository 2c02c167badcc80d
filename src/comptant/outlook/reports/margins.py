"""What sales have really brought: cash in, net, less what they cost. Nothing invoiced or promised counts.

Source: product.md, the doctrine (5) and 4.5: a sale has only cost money until the cash is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm

_MARGINS = """
WITH asked AS (
  SELECT d.id, d.currency, {subject} AS subject, {ref} AS ref FROM deals_deal d
  JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
  WHERE d.firm_id = %(firm)s AND {subject} = ANY(%(ids)s)
), brought AS (
  SELECT deal_id, sum(CASE target WHEN 'cashed' THEN net ELSE -net END) AS net FROM journal_posting
  WHERE firm_id = %(firm)s AND deal_id IN (SELECT id FROM asked) AND occurred_on <= %(until)s
    AND document IS NOT NULL AND 'cashed' IN (source, target)
  GROUP BY 1
), promised AS (
  SELECT deal_id, sum(net) AS net FROM journal_balance
  WHERE firm_id = %(firm)s AND deal_id IN (SELECT id FROM asked) AND account = ANY(%(promised)s) GROUP BY 1
), spent AS (
  SELECT deal_id, sum(amount) AS amount FROM pipeline_cost
  WHERE firm_id = %(firm)s AND deal_id IN (SELECT id FROM asked) AND "on" <= %(until)s GROUP BY 1
)
SELECT a.subject, a.ref, a.currency, coalesce(sum(b.net), 0), coalesce(sum(s.amount), 0),
       coalesce(sum(p.net), 0)
FROM asked a LEFT JOIN brought b ON b.deal_id = a.id LEFT JOIN spent s ON s.deal_id = a.id
LEFT JOIN promised p ON p.deal_id = a.id
GROUP BY 1, 2, 3 ORDER BY 2, 3
"""


PROMISED = ["signed", "billable", "invoiced", "overdue", "disputed", "doubtful"]


@dataclass(frozen=True, slots=True)
class Margin:
    """What a deal, or a party with all its deals in one currency, has brought. Amounts are net.

    ``cashed`` is in the bank for work that was invoiced: neither penalties nor what is held for the client.
    ``promised`` was signed and is not in the bank today.
    """

    of: str
    id: UUID
    ref: str
    currency: str
    cashed: Decimal
    costs: Decimal
    promised: Decimal = Decimal(0)

    @property
    def on_paper(self) -> Decimal:
        """The margin if all that was signed were paid, and nothing more spent. What was given up is on no paper."""
        return self.margin + self.promised

    @property
    def margin(self) -> Decimal:
        """Below zero until the client has paid more than the sale cost."""
        return self.cashed - self.costs

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            self.of: self.ref, "currency": self.currency, "cashed": str(self.cashed), "costs": str(self.costs),
            "margin": str(self.margin),
        }  # fmt: skip


def margins(
    firm: Firm,
    deal_ids: Sequence[UUID] | None = None,
    *,
    party_ids: Sequence[UUID] | None = None,
    as_of: date | None = None,
) -> list[Margin]:
    """The margin of each deal named, or of each party named; by ref. One query, however many.

    Up to ``as_of`` included; without it, all that is known. A party without a deal has no line.
    """
    if (deal_ids is None) == (party_ids is None):
        raise ValueError("margins of deals or of parties, one of them")
    of, ids = ("deal", deal_ids) if party_ids is None else ("party", party_ids)
    letter = of[0]
    statement = _MARGINS.format(subject=f"{letter}.id", ref=f"{letter}.ref")
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"firm": firm.id, "ids": list(ids or ()), "until": as_of or date.max, "promised": PROMISED}
        )
        return [Margin(of, *row) for row in cursor.fetchall()]
