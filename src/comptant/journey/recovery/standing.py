"""What a day finds of every invoice that is owed: the facts from which reminders are planned, set-based.

One statement for all invoices of a firm. The rule itself is ``rules.dunning.plan``; the columns are its ``Facts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from comptant.ground.database.bulk import literal
from comptant.ground.firms.models import Firm
from comptant.journey.recovery.queries import OWED
from comptant.journey.recovery.rules.dunning import Policy

_NOW = """
aside AS (
  SELECT document, coalesce(sum(net + tax) FILTER (WHERE account = 'disputed'), 0) AS disputed,
         coalesce(sum(net + tax) FILTER (WHERE account = 'doubtful'), 0) AS doubtful
  FROM journal_balance WHERE firm_id = %(firm)s AND account IN ('disputed', 'doubtful') AND net + tax > 0 GROUP BY 1
), standing AS NOT MATERIALIZED (
  SELECT i.id AS document, i.open_net + i.open_tax - coalesce(a.disputed, 0) - coalesce(a.doubtful, 0) AS claimed,
         coalesce(a.disputed, 0) AS disputed, coalesce(a.doubtful, 0) AS doubtful
  FROM invoices_invoice i LEFT JOIN aside a ON a.document = i.id
  WHERE i.firm_id = %(firm)s AND i.open_net + i.open_tax > 0 AND i.issued_on <= %(day)s
), credit AS (
  SELECT d.party_id, sum(b.net + b.tax) AS held FROM journal_balance b
  JOIN deals_deal d ON d.firm_id = b.firm_id AND d.id = b.deal_id
  WHERE b.firm_id = %(firm)s AND b.account = 'held' AND b.net + b.tax > 0 GROUP BY 1
)"""
"""Of today: the balances as they are."""

_SIDES = """
  SELECT p.deal_id, p.document, p.target AS account, p.net + p.tax AS amount FROM journal_posting p
  WHERE p.firm_id = %(firm)s AND p.occurred_on <= %(day)s AND p.target = ANY(%(kept)s)
  UNION ALL
  SELECT p.deal_id, p.document, p.source, -(p.net + p.tax) FROM journal_posting p
  WHERE p.firm_id = %(firm)s AND p.occurred_on <= %(day)s AND p.source = ANY(%(kept)s)
"""

_THEN = f"""
sides AS ({_SIDES}), standing AS (
  SELECT document, coalesce(sum(amount) FILTER (WHERE account IN ('invoiced', 'overdue')), 0) AS claimed,
         coalesce(sum(amount) FILTER (WHERE account = 'disputed'), 0) AS disputed,
         coalesce(sum(amount) FILTER (WHERE account = 'doubtful'), 0) AS doubtful
  FROM sides WHERE account <> 'held' GROUP BY 1 HAVING sum(amount) > 0
), credit AS (
  SELECT d.party_id, sum(s.amount) AS held FROM sides s
  JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = s.deal_id
  WHERE s.account = 'held' GROUP BY 1 HAVING sum(s.amount) > 0
)"""
"""Of a day gone by: a fold of the postings up to its end."""

_FACTS = """
promised AS (
  SELECT invoice_id, bool_or(amount IS NULL) AS is_all, coalesce(sum(amount), 0) AS amount FROM recovery_promise
  WHERE firm_id = %(firm)s AND said_on <= %(day)s AND until >= %(day)s GROUP BY 1
), reminded AS (
  SELECT invoice_id, max(level) AS last_level, max(coalesce(sent_on, prepared_on)) AS last_on FROM recovery_reminder
  WHERE firm_id = %(firm)s AND prepared_on <= %(day)s GROUP BY 1
), held AS (
  SELECT party_id, invoice_id FROM recovery_hold
  WHERE firm_id = %(firm)s AND from_on <= %(day)s AND coalesce(until, 'infinity') >= %(day)s
    AND coalesce(lifted_on, 'infinity') > %(day)s
), credited AS (
  SELECT id FROM (
    SELECT i.id, c.held, sum(s.claimed) OVER (PARTITION BY i.party_id ORDER BY i.due_on, i.number) AS running
    FROM standing s JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = s.document
    JOIN credit c ON c.party_id = i.party_id) r
  WHERE running <= held
), facts AS (
  SELECT i.id AS invoice_id, i.deal_id, i.party_id, i.number, i.issued_on, i.due_on, i.currency, i.net + i.tax AS gross,
         s.claimed, s.disputed, s.doubtful,
         CASE WHEN p.is_all THEN s.claimed ELSE least(coalesce(p.amount, 0), s.claimed) END AS promised,
         coalesce(y.insolvent_on <= %(day)s, false) AS is_insolvent,
         (hp.party_id IS NOT NULL OR hi.invoice_id IS NOT NULL) AS is_held,
         c.id IS NOT NULL AS is_in_credit, coalesce(r.last_level, -1) AS last_level, r.last_on,
         y.kind = 'company' AS is_company, POLICY AS tag
  FROM standing s JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = s.document
  JOIN parties_party y ON y.firm_id = %(firm)s AND y.id = i.party_id
  LEFT JOIN promised p ON p.invoice_id = i.id
  LEFT JOIN reminded r ON r.invoice_id = i.id
  LEFT JOIN credited c ON c.id = i.id
  LEFT JOIN (SELECT DISTINCT party_id FROM held WHERE invoice_id IS NULL) hp ON hp.party_id = i.party_id
  LEFT JOIN (SELECT DISTINCT invoice_id FROM held) hi ON hi.invoice_id = i.id
)"""


def facts_sql(policies: Sequence[Policy], *, is_now: bool) -> str:
    """CTEs that end in ``facts``: one row per invoice owed on the day. Parameters: ``parameters``."""
    tags = [policy.tag for policy in policies if policy.tag]
    policy = "coalesce((SELECT min(t) FROM unnest(y.tags) t WHERE t = ANY(%(tags)s)), '')" if tags else "''"
    return (_NOW if is_now else _THEN) + ", " + _FACTS.replace("POLICY", policy)


def parameters(firm: Firm, policies: Sequence[Policy], day: date) -> dict[str, Any]:
    """What ``facts_sql`` asks for."""
    return {
        "firm": firm.id,
        "day": day,
        "tags": [one.tag for one in policies if one.tag],
        "kept": [*OWED, "held"],
    }


@contextmanager
def planned_whole() -> Iterator[CursorWrapper]:
    """A cursor for statements over every invoice at once.

    What a WITH gathers has no statistics: PostgreSQL takes it for a row or two, joins it by nested loops, and walks
    a hundred thousand rows a hundred thousand times. So hash joins, until the statement is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        yield cursor
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")


def values(rows: Sequence[Sequence[Any]]) -> str:
    """A VALUES list of a few rows made by us; a day without end is infinite, at either side of its row.

    >>> values([("a", 1, date(2026, 1, 31))])
    "VALUES ('a'::text, 1, '2026-01-31'::date)"
    """
    return "VALUES " + ", ".join("(" + ", ".join(map(_value, row)) + ")" for row in rows)


def _value(value: Any) -> str:
    if value is None:
        return "'infinity'::date"
    if isinstance(value, date):
        return "'-infinity'::date" if value == date.min else f"{literal(value)}::date"
    return f"{literal(value)}::text" if isinstance(value, str) else literal(value)
