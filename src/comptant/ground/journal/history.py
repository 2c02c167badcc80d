"""What the journal says of each deal at the end of a past day, read from the acts themselves.

Only acts that hold are read: neither corrected (by then, when asked what was known then) nor corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import OPEN, PROSPECTED

_HELD = """
WITH held AS (
  SELECT a.id, a.deal_id, a.occurred_at, a.is_clock, a.rank, a.said FROM journal_act a
  WHERE a.firm_id = %(firm)s AND a.occurred_on BETWEEN %(since)s AND %(until)s AND a.recorded_at <= %(known)s
    AND a.kind <> 'corrected' AND NOT EXISTS (
      SELECT FROM journal_act c
      WHERE c.firm_id = %(firm)s AND c.corrects_id = a.id AND c.recorded_at <= %(known)s)
), moved AS (
  SELECT p.deal_id, p.source, p.target, p.net, p.tax, h.occurred_at, h.is_clock, h.rank, h.said, p.n
  FROM journal_posting p JOIN held h ON h.id = p.act_id
  WHERE p.firm_id = %(firm)s
)
"""

_PLACES = (
    _HELD
    + """, placed AS (
  SELECT DISTINCT ON (deal_id) deal_id, target AS account FROM moved
  WHERE target = ANY(%(prospected)s) OR (source = 'hoped' AND target = 'signed')
  ORDER BY deal_id, occurred_at DESC, is_clock, rank DESC, said DESC, n DESC
)"""
)

_OPEN = (
    _PLACES
    + """
SELECT l.deal_id, l.account,
       coalesce(sum(m.net) FILTER (WHERE m.target = l.account), 0)
       - coalesce(sum(m.net) FILTER (WHERE m.source = l.account), 0)
FROM placed l JOIN moved m USING (deal_id)
WHERE l.account = ANY(%(open)s) GROUP BY 1, 2
"""
)

_COUNTS = (
    _PLACES
    + """, stood AS (
  SELECT deal_id, account, sum(amount) AS amount FROM (
    SELECT deal_id, target AS account, net + tax AS amount FROM moved
    UNION ALL SELECT deal_id, source, -net - tax FROM moved) t
  WHERE account <> 'origin' AND NOT account = ANY(%(prospected)s) GROUP BY 1, 2 HAVING sum(amount) > 0
)
SELECT d.currency, c.account, count(*)
FROM (SELECT deal_id, account FROM placed WHERE account = ANY(%(prospected)s)
      UNION ALL SELECT deal_id, account FROM stood) c
JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = c.deal_id GROUP BY 1, 2
"""
)

_FLOW_DEALS = (
    _HELD
    + """
SELECT d.currency, m.source, m.target, count(DISTINCT m.deal_id)
FROM moved m JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = m.deal_id GROUP BY 1, 2, 3
"""
)

BEGINNING = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal that was hoped for, stalled or waiting, and its net amount there."""

    deal_id: UUID
    account: str
    net: Decimal


def open_deals(firm: Firm, as_of: date, known_at: datetime | None = None) -> list[OpenDeal]:
    """The deals open at the end of a day."""
    return [OpenDeal(*row) for row in _rows(_OPEN, firm, as_of, known_at)]


def deals_by_account(firm: Firm, as_of: date, known_at: datetime | None = None) -> dict[tuple[str, str], int]:
    """How many deals stood in each (currency, account), counted one by one."""
    return {(currency, account): n for currency, account, n in _rows(_COUNTS, firm, as_of, known_at)}


def deals_by_flow(
    firm: Firm, since: date, until: date, known_at: datetime | None = None
) -> dict[tuple[str, str, str], int]:
    """How many different deals moved along each (currency, source, target) in a period."""
    rows = _rows(_FLOW_DEALS, firm, until, known_at, since)
    return {(currency, source, target): n for currency, source, target, n in rows}


def _rows(
    statement: str, firm: Firm, until: date, known_at: datetime | None, since: date = BEGINNING
) -> Sequence[tuple[Any, ...]]:
    known = known_at.isoformat() if known_at else "infinity"
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "firm": firm.id, "since": since, "until": until, "known": known,
                "open": sorted(OPEN), "prospected": sorted(PROSPECTED),
            },
        )  # fmt: skip
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
