"""How a party pays: how late, invoice by invoice, and what came from it, with the bank's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.journey.invoices.models import InvoiceKind

_OPEN = ("disputed", "doubtful", "overdue", "invoiced", "cashed", "written_off")
"""Where a document stands: the first of these in which anything of it is."""

_INVOICES = """
SELECT i.id, i.number, d.ref, i.kind, i.issued_on, i.due_on, i.net, i.tax, i.currency, i.open_net + i.open_tax,
       i.settled_on, ARRAY(
         SELECT b.account FROM journal_balance b WHERE b.firm_id = i.firm_id AND b.deal_id = i.deal_id
           AND b.document = i.id AND b.net + b.tax > 0),
       coalesce((SELECT sum(b.net + b.tax) FROM journal_balance b WHERE b.firm_id = i.firm_id AND b.deal_id = i.deal_id
           AND b.document = i.id AND b.account = 'disputed'), 0),
       sum(CASE i.kind WHEN 'credit_note' THEN -i.net - i.tax ELSE i.net + i.tax END) OVER (PARTITION BY i.currency)
FROM deals_deal d JOIN invoices_invoice i ON i.firm_id = d.firm_id AND i.deal_id = d.id
WHERE d.firm_id = %(firm)s AND d.party_id = %(party)s AND (%(seller)s::uuid IS NULL OR EXISTS (
  SELECT FROM pipeline_standing s WHERE s.firm_id = d.firm_id AND s.deal_id = d.id AND s.seller_id = %(seller)s))
  AND (%(before_on)s::date IS NULL OR (i.issued_on, i.id) < (%(before_on)s, %(before)s))
ORDER BY i.issued_on DESC, i.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A document of a party and what became of it; ``open`` and ``disputed`` are gross."""

    id: UUID
    number: str
    deal: str
    kind: str
    issued_on: date
    due_on: date
    net: Decimal
    tax: Decimal
    currency: str
    open: Decimal
    settled_on: date | None
    accounts: Sequence[str]
    disputed: Decimal = Decimal(0)
    claimed: Decimal = Decimal(0)
    """Of all the party's documents of this currency, gross, credit notes taken off; from the page's first on."""

    @property
    def gross(self) -> Decimal:
        """Tax included."""
        return self.net + self.tax

    @property
    def state(self) -> str:
        """The account the document is about; '' when nothing of it stands anywhere."""
        return next((account for account in _OPEN if account in self.accounts), "")

    def days_late(self, today: date) -> int:
        """Calendar days past the due date, when paid or, unpaid, today; below zero when paid early.

        >>> one = Claimed(UUID(int=0), "F-1", "D-1", "invoice", date(2026, 1, 1), date(2026, 1, 31), Decimal(1),
        ...     Decimal(0), "EUR", Decimal(0), date(2026, 2, 5), ["cashed"])
        >>> one.days_late(date(2026, 3, 1))
        5
        """
        return ((self.settled_on or today) - self.due_on).days


def claimed_of(
    firm: Firm,
    party_id: UUID,
    limit: int,
    *,
    seller: UUID | None = None,
    before: tuple[date, UUID] | None = None,
) -> list[Claimed]:
    """The documents of a party's deals, the latest issued first; of a seller's own deals alone when one is named."""
    values: dict[str, Any] = {
        "firm": firm.id, "party": party_id, "limit": limit, "seller": seller,
        "before_on": before[0] if before else None, "before": before[1] if before else None,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INVOICES, values)
        return [Claimed(*row) for row in cursor.fetchall()]


def lateness(documents: Sequence[Claimed], today: date, most: int = 6) -> list[tuple[Claimed, int]]:
    """The last invoices that were due, oldest first, each with its days late; never below zero."""
    due = [one for one in documents if one.kind != InvoiceKind.CREDIT_NOTE and (one.settled_on or one.due_on < today)]
    due.sort(key=lambda one: (one.due_on, one.number))
    return [(one, max(0, one.days_late(today))) for one in due[-most:]]


def is_worsening(days: Sequence[int]) -> bool:
    """True when a party pays later and later: three invoices at least, none sooner than the one before.

    >>> is_worsening([5, 9, 18, 43]), is_worsening([5, 9, 3]), is_worsening([0, 4]), is_worsening([3, 3, 3])
    (True, False, False, False)
    """
    return len(days) >= 3 and list(days) == sorted(days) and days[-1] > days[0]


_RECEIPTS = """
SELECT a.occurred_on, coalesce(nullif(y.label, ''), l.label, ''), coalesce(a.details ->> 'number', ''),
       sum(p.net + p.tax), d.currency
FROM deals_deal d JOIN journal_posting p ON p.firm_id = d.firm_id AND p.deal_id = d.id
  AND p.target = 'cashed' AND NOT p.is_correction
JOIN journal_act a ON a.firm_id = p.firm_id AND a.deal_id = p.deal_id AND a.id = p.act_id
LEFT JOIN payments_payment y ON y.firm_id = d.firm_id AND y.id = (a.details ->> 'payment')::uuid
LEFT JOIN payments_bankline l ON l.firm_id = y.firm_id AND l.id = y.line_id
WHERE d.firm_id = %(firm)s AND d.party_id = %(party)s AND NOT EXISTS (
  SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)
GROUP BY a.id, a.occurred_on, y.label, l.label, a.details, d.currency
ORDER BY a.occurred_on DESC, a.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came from a party: ``wording`` is the bank's, '' when no bank told it. ``amount`` is gross."""

    day: date
    wording: str
    number: str
    amount: Decimal
    currency: str


def receipts_of(firm: Firm, party_id: UUID, limit: int) -> list[Receipt]:
    """What a party paid, one row an invoice, the latest first. What was taken back by a correction never came."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS, {"firm": firm.id, "party": party_id, "limit": limit})
        return [Receipt(*row) for row in cursor.fetchall()]
