"""What late payment costs, for every invoice owed at once: the rule of ``rules.interest`` in SQL.

Interest is the sum over euros: one still owed has borne interest since the due day, one paid or credited late up to
then. So it is owed × points(due day, today) + Σ moved × points(due day, its day), rounded once. The points of a due day
are worked out once for all the invoices that share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from comptant.ground.firms.models import Firm
from comptant.ground.money.amounts import MINOR_DIGITS
from comptant.journey.recovery.queries import IS_MOVEMENT, OWED, Terms
from comptant.journey.recovery.rules.rates import FREE, bears_interest, indemnity_of
from comptant.journey.recovery.standing import values

INTEREST = (
    "round((f.claimed * p.points + coalesce(x.points, 0)) / 36500,"
    " CASE WHEN f.currency = ANY(%(whole)s) THEN 0 ELSE 2 END)"
)
INDEMNITY = (
    "CASE WHEN f.is_company AND f.currency = 'EUR' AND f.due_on < %(day)s"
    " THEN %(indemnity)s::numeric(18, 2) ELSE 0.00 END"
)
COSTED = f"""
  JOIN points p ON p.due_on = f.due_on AND p.terms = f.terms AND p.is_company = f.is_company
  LEFT JOIN LATERAL (
    SELECT sum(m.amount * (
        SELECT coalesce(sum(r.rate * (least(r.last_on, m.last_day) - greatest(r.first_on, f.due_on + 1) + 1)), 0)
        FROM rates r WHERE r.terms = f.terms AND r.is_company = f.is_company
          AND r.first_on <= m.last_day AND r.last_on > f.due_on)) AS points
    FROM (
      SELECT CASE WHEN p.target = ANY(%(owed)s) THEN -(p.net + p.tax) ELSE p.net + p.tax END AS amount,
             p.occurred_on - CASE WHEN 'cashed' IN (p.source, p.target) THEN 0 ELSE 1 END AS last_day
      FROM journal_posting p
      WHERE f.was_moved AND p.firm_id = %(firm)s AND p.deal_id = f.deal_id AND p.document = f.invoice_id
        AND p.occurred_on <= %(day)s AND {IS_MOVEMENT}) m
    WHERE m.last_day > f.due_on) x ON true
"""
"""Joined to ``owed f``: what INTEREST and INDEMNITY ask for."""

_COSTS = """
owed AS (
  SELECT f.*, t.n AS terms, f.gross <> f.claimed + f.disputed + f.doubtful AS was_moved
  FROM facts f JOIN terms t ON f.issued_on >= t.from_on AND f.issued_on < t.until_on
), points AS (
  SELECT d.due_on, d.terms, d.is_company,
         CASE WHEN coalesce(sum(w.days) FILTER (WHERE r.terms IS NOT NULL), 0) = greatest(%(day)s - d.due_on, 0)
              THEN coalesce(sum(r.rate * w.days), 0) END AS points
  FROM (SELECT DISTINCT due_on, terms, is_company FROM owed) d
  LEFT JOIN rates r ON r.terms = d.terms AND r.is_company = d.is_company
    AND r.first_on <= %(day)s AND r.last_on > d.due_on AND d.due_on < %(day)s
  CROSS JOIN LATERAL (
    SELECT least(r.last_on, %(day)s) - greatest(r.first_on, d.due_on + 1) + 1 AS days) w
  GROUP BY 1, 2, 3
)"""


def costs_sql(firm: Firm, terms: Sequence[Terms]) -> str:
    """CTEs on top of ``facts``: ``owed``, facts with their terms, and ``points``."""
    days = [(n, one.from_on, one.until_on) for n, one in enumerate(terms)]
    rates = [
        (n, is_company, stretch.first_on, stretch.last_on, stretch.rate)
        for n, one in enumerate(terms)
        for is_company in (True, False)
        for stretch in (one.stretches if bears_interest(firm.country, is_company) else FREE)
    ]
    # Where no law is known and nothing was agreed there is no rate, and interest is to be completed.
    known = values(rates) if rates else "SELECT 0, true, NULL::date, NULL::date, 0.0 WHERE false"
    return (
        f"terms(n, from_on, until_on) AS ({values(days)}),"
        f" rates(terms, is_company, first_on, last_on, rate) AS ({known}),"
        + _COSTS
    )  # fmt: skip


def parameters(firm: Firm) -> dict[str, Any]:
    """What ``costs_sql`` and the figures ask for, beside those of the facts."""
    return {
        "owed": OWED,
        "indemnity": indemnity_of(firm.country, "EUR", True),
        "whole": [code for code, digits in MINOR_DIGITS.items() if not digits],
    }
