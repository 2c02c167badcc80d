"""Reads of the bank's lines for whoever matches them: what waits, what was done, and what a choice would move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO
from comptant.journey.payments.models import BankLine, LineState
from comptant.journey.payments.rules.room import PAYS_IN_ORDER

Place = tuple[date, UUID]
"""Where a line stands among the others: its day, then its id."""


def waiting_lines(firm: Firm, limit: int, before: Place | None = None, also: UUID | None = None) -> list[BankLine]:
    """What came in and waits to be matched, the latest first; before a (day, id) when given.

    ``also`` names a line that comes with them, last, whatever its state; it may then be there twice. One query.
    """
    rows = BankLine.objects.filter(firm=firm, state=LineState.OPEN, amount__gt=0).order_by("-booked_on", "-id")
    if before:
        rows = rows.extra(where=["(booked_on, id) < (%s, %s)"], params=list(before))
    if also is None:
        return list(rows[:limit])
    return list(rows[:limit].union(BankLine.objects.filter(firm=firm, id=also), all=True))


def waiting_sums(firm: Firm) -> list[tuple[str, int, Decimal]]:
    """What waits, by currency: how many lines, and how much they bring. The most lines first."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT currency, count(*), sum(amount) FROM payments_bankline"
            " WHERE firm_id = %s AND state = 'open' AND amount > 0 GROUP BY 1 ORDER BY 2 DESC, 1",
            [firm.id],
        )
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class DoneLine:
    """A line of which something was said: the invoices it pays, or none, and by whom (blank: by itself)."""

    id: UUID
    booked_on: date
    label: str
    amount: Decimal
    currency: str
    state: str
    numbers: Sequence[str]
    party: str
    by: str


_DONE = """
SELECT l.id, l.booked_on, l.label, l.amount, l.currency, l.state,
  ARRAY(SELECT i.number FROM payments_payment p
    JOIN payments_allocation a ON a.firm_id = p.firm_id AND a.payment_id = p.id
    JOIN invoices_invoice i ON i.firm_id = a.firm_id AND i.id = a.invoice_id
    WHERE p.firm_id = l.firm_id AND p.line_id = l.id ORDER BY a.id LIMIT 5),
  coalesce((SELECT t.name FROM payments_payment p JOIN parties_party t ON t.firm_id = p.firm_id AND t.id = p.party_id
    WHERE p.firm_id = l.firm_id AND p.line_id = l.id LIMIT 1), ''),
  coalesce((SELECT m.name FROM firms_member m WHERE m.firm_id = l.firm_id AND m.id = coalesce(
    (SELECT p.by_id FROM payments_payment p WHERE p.firm_id = l.firm_id AND p.line_id = l.id LIMIT 1),
    (SELECT s.by_id FROM payments_setaside s WHERE s.firm_id = l.firm_id AND s.line_id = l.id))), '')
FROM payments_bankline l WHERE l.firm_id = %(firm)s AND l.state <> 'open'
"""


def done_lines(firm: Firm, limit: int) -> list[DoneLine]:
    """Lines that were matched or set aside, the latest booked first."""
    with prepared_cursor() as cursor:
        cursor.execute(
            f"{_DONE} ORDER BY l.booked_on DESC, l.id DESC LIMIT %(limit)s", {"firm": firm.id, "limit": limit}
        )
        return [DoneLine(*row) for row in cursor.fetchall()]


def done_line(firm: Firm, known: UUID) -> DoneLine | None:
    """One of them; None when nothing was said of it."""
    with prepared_cursor() as cursor:
        cursor.execute(f"{_DONE} AND l.id = %(line)s", {"firm": firm.id, "line": known})
        row = cursor.fetchone()
    return DoneLine(*row) if row else None


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice as it stands: (net, tax) by account of what may still be paid of it."""

    id: UUID
    number: str
    party: str
    title: str
    issued_on: date
    due_on: date
    currency: str
    standing: dict[str, tuple[Decimal, Decimal]]

    @property
    def open(self) -> Decimal:
        """What may be paid, gross."""
        return sum((net + tax for net, tax in self.standing.values()), ZERO)

    def moves(self, amount: Decimal) -> list[tuple[str, Decimal, Decimal | None]]:
        """(account, gross, net) of what a payment takes, in the order in which it does.

        The net is None where a part alone is taken: only the journal knows the tax within it.
        """
        left, found = amount, []
        for account in PAYS_IN_ORDER:
            net, tax = self.standing.get(account, (ZERO, ZERO))
            if taken := min(left, net + tax):
                found.append((account, taken, net if taken == net + tax else None))
                left -= taken
        return found


_OWED = """
SELECT i.id, i.number, t.name, d.title, i.issued_on, i.due_on, i.currency,
  coalesce(jsonb_object_agg(b.account, ARRAY[b.net::text, b.tax::text]) FILTER (WHERE b.account IS NOT NULL), '{}')
FROM invoices_invoice i
JOIN parties_party t ON t.firm_id = i.firm_id AND t.id = i.party_id
JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
LEFT JOIN journal_balance b ON b.firm_id = i.firm_id AND b.deal_id = i.deal_id AND b.document = i.id
  AND b.account = ANY(%(accounts)s) AND b.net + b.tax > 0
WHERE i.firm_id = %(firm)s AND {where} AND i.kind <> 'credit_note'
GROUP BY i.id, i.number, t.name, d.title, i.issued_on, i.due_on, i.currency ORDER BY i.due_on, i.number LIMIT %(most)s
"""


def owed(firm: Firm, documents: Sequence[UUID]) -> dict[UUID, Owed]:
    """Invoices as they stand, by id."""
    rows = _ask("i.id = ANY(%(ids)s)", firm, {"ids": list(documents), "most": len(documents)})
    return {one.id: one for one in rows}


def owed_called(firm: Firm, text: str, parties: Sequence[UUID], amount: Decimal | None, limit: int) -> list[Owed]:
    """Open invoices whose number holds the text, of these parties, or of this amount; the first due first."""
    where = """(i.open_net > 0 OR i.open_tax > 0) AND (strpos(lower(i.number), lower(%(text)s)) > 0
      OR i.party_id = ANY(%(parties)s) OR i.open_net + i.open_tax = %(amount)s)"""
    return _ask(where, firm, {"text": text, "parties": list(parties), "amount": amount, "most": limit})


def _ask(where: str, firm: Firm, asked: dict[str, Any]) -> list[Owed]:
    with prepared_cursor() as cursor:
        cursor.execute(_OWED.replace("{where}", where), {"firm": firm.id, "accounts": list(PAYS_IN_ORDER), **asked})
        rows = cursor.fetchall()
    return [Owed(*(*row[:-1], _standing(row[-1]))) for row in rows]


def _standing(said: str) -> dict[str, tuple[Decimal, Decimal]]:
    return {account: (Decimal(net), Decimal(tax)) for account, (net, tax) in json.loads(said).items()}


@dataclass(frozen=True, slots=True)
class Credit:
    """Money held for a party, gross: of payments beyond what was owed, or left by a credit note."""

    party_ref: str
    party: str
    currency: str
    amount: Decimal


def credits_held(firm: Firm, limit: int = 100) -> list[Credit]:
    """Who has money with us, the most first."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT t.ref, t.name, d.currency, sum(b.net + b.tax) FROM journal_balance b"
            " JOIN deals_deal d ON d.firm_id = b.firm_id AND d.id = b.deal_id"
            " JOIN parties_party t ON t.firm_id = d.firm_id AND t.id = d.party_id"
            " WHERE b.firm_id = %s AND b.account = 'held' GROUP BY t.id, t.ref, t.name, d.currency"
            " HAVING sum(b.net + b.tax) > 0 ORDER BY 4 DESC, 2 LIMIT %s",
            [firm.id, limit],
        )
        return [Credit(*row) for row in cursor.fetchall()]
