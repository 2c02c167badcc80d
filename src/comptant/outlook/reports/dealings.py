"""What is under way with one party: its deals, its people, what it contests, what a court opened against it."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


_AROUND = """
SELECT
  (SELECT name FROM firms_member WHERE firm_id = %(firm)s AND id = %(assessor)s),
  (SELECT json_agg(c) FROM (
    SELECT id, name, function, email, phone FROM parties_contact
    WHERE firm_id = %(firm)s AND party_id = %(party)s ORDER BY name, id LIMIT %(limit)s) c),
  (SELECT json_agg(x) FROM (
    SELECT x.id, x.invoice_id, i.number, i.currency, (i.net + i.tax)::text AS whole, x.open_amount::text AS part,
           x.category, x.reason, x.opened_on, x.answer_by, m.name AS owner
    FROM deals_deal d JOIN invoices_invoice i ON i.firm_id = d.firm_id AND i.deal_id = d.id
    JOIN recovery_dispute x ON x.firm_id = i.firm_id AND x.invoice_id = i.id AND x.settled_on IS NULL
    JOIN firms_member m ON m.firm_id = x.firm_id AND m.id = x.owner_id
    WHERE d.firm_id = %(firm)s AND d.party_id = %(party)s AND (%(seller)s::uuid IS NULL OR EXISTS (
      SELECT FROM pipeline_standing s WHERE s.firm_id = d.firm_id AND s.deal_id = d.id AND s.seller_id = %(seller)s))
    ORDER BY x.answer_by, x.id LIMIT %(limit)s) x),
  (SELECT json_agg(n) FROM (
    SELECT id, kind, court, trustee, judged_on, published_on, deadline_on, relief_on, claimed_on
    FROM recovery_insolvency WHERE firm_id = %(firm)s AND party_id = %(party)s ORDER BY judged_on DESC) n)
"""
MOST = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at a party."""

    id: UUID
    name: str
    function: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A part of an invoice is contested. Amounts are gross."""

    id: UUID
    invoice: UUID
    number: str
    currency: str
    whole: Decimal
    part: Decimal
    category: str
    reason: str
    opened_on: date
    answer_by: date
    owner: str


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What a court opened against a party, and the days of its claim."""

    id: UUID
    kind: str
    court: str
    trustee: str
    judged_on: date
    published_on: date
    deadline_on: date | None
    relief_on: date | None
    claimed_on: date | None


@dataclass(frozen=True, slots=True)
class Around:
    """Who is at a party, what it contests, what was opened against it; and who assessed it."""

    assessor: str
    people: Sequence[Person]
    contested: Sequence[Contested]
    proceedings: Sequence[Proceeding]


def around(firm: Firm, party_id: UUID, *, assessor: UUID | None = None, seller: UUID | None = None) -> Around:
    """The first fifty of each. One statement: a page asks fifteen questions at most.

    People by name; disputes not settled, those to answer first, of a seller's own deals alone when one is named;
    proceedings, the latest first.
    """
    values: dict[str, Any] = {
        "firm": firm.id, "party": party_id, "assessor": assessor, "seller": seller, "limit": MOST
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, values)
        name, people, contested, proceedings = cursor.fetchone()
    return Around(
        name or "",
        [Person(UUID(known), *said) for known, *said in _rows(people)],
        [_contested(row) for row in _rows(contested)],
        [_proceeding(row) for row in _rows(proceedings)],
    )


def _rows(said: Any) -> list[list[Any]]:
    rows = json.loads(said) if isinstance(said, str) else said
    return [list(row.values()) for row in rows or []]


def _contested(row: list[Any]) -> Contested:
    known, invoice, number, currency, whole, part, category, reason, opened_on, answer_by, owner = row
    return Contested(
        UUID(known), UUID(invoice), number, currency, Decimal(whole), Decimal(part), category, reason,
        date.fromisoformat(opened_on), date.fromisoformat(answer_by), owner,
    )  # fmt: skip


def _proceeding(row: list[Any]) -> Proceeding:
    known, kind, court, trustee, judged_on, published_on, *later = row
    days = [date.fromisoformat(day) if day else None for day in later]
    return Proceeding(
        UUID(known), kind, court, trustee, date.fromisoformat(judged_on), date.fromisoformat(published_on), *days
    )
