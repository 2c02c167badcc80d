"""Proves payments against the journal and the bank. Reads only.

Each check is a query that returns what is wrong: no row, no fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked

_TOLD = """
WITH held AS (
  SELECT a.id, a.kind, a.details, substr(a.fact_key, 5, 32)::uuid AS payment FROM journal_act a
  WHERE a.firm_id = %(firm)s AND a.fact_key LIKE 'pay:%%' AND NOT a.kind = 'corrected' AND NOT EXISTS (
    SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)
), told AS (
  SELECT h.payment,
    coalesce(sum(p.net + p.tax) FILTER (WHERE p.target = 'cashed' OR h.kind = 'received'), 0)
      - coalesce(sum(p.net + p.tax) FILTER (WHERE h.kind = 'held_used'), 0) AS came,
    coalesce(sum(p.net + p.tax) FILTER (WHERE h.kind = 'bounced' AND p.source IN ('cashed', 'held')), 0)
      + coalesce(sum(p.net + p.tax) FILTER (WHERE h.kind = 'refunded'), 0) AS gone
  FROM held h JOIN journal_posting p ON p.firm_id = %(firm)s AND p.act_id = h.id GROUP BY 1
)
"""

FAULTS: dict[str, str] = {
    "payments are in the journal to the cent": _TOLD
    + """
      SELECT coalesce(p.id, t.payment)::text, concat(p.amount, ' / ', t.came)
      FROM (SELECT * FROM payments_payment WHERE firm_id = %(firm)s) p FULL JOIN told t ON t.payment = p.id
      WHERE p.amount IS DISTINCT FROM t.came""",
    "what bounced or was given back is in the journal": _TOLD
    + """
      , rows AS (
        SELECT payment_id, amount FROM payments_bounce WHERE firm_id = %(firm)s
        UNION ALL SELECT payment_id, amount FROM payments_helduse WHERE firm_id = %(firm)s AND payment_id IS NOT NULL
      ), gone AS (SELECT payment_id, sum(amount) AS amount FROM rows GROUP BY 1)
      SELECT coalesce(g.payment_id, t.payment)::text, concat(g.amount, ' / ', t.gone)
      FROM gone g FULL JOIN told t ON t.payment = g.payment_id
      WHERE coalesce(g.amount, 0) <> coalesce(t.gone, 0)""",
    "invoices received what was allocated to them": _TOLD
    + """
      , acts AS (
        SELECT payment, details ->> 'document' AS document, sum((details ->> 'amount')::numeric) AS amount FROM held
        WHERE kind IN ('paid', 'penalty_paid') GROUP BY 1, 2
      ), given AS (
        SELECT payment_id, invoice_id::text AS document, sum(amount) AS amount FROM payments_allocation
        WHERE firm_id = %(firm)s GROUP BY 1, 2
      )
      SELECT coalesce(g.payment_id, a.payment)::text, concat(g.amount, ' / ', a.amount)
      FROM given g FULL JOIN acts a ON a.payment = g.payment_id AND a.document = g.document
      WHERE g.amount IS DISTINCT FROM a.amount""",
    "matched lines are payments of their amount": """
      WITH used AS (
        SELECT line_id, sum(amount - fee) AS amount FROM payments_payment
        WHERE firm_id = %(firm)s AND line_id IS NOT NULL GROUP BY 1
        UNION ALL SELECT line_id, -sum(amount) FROM payments_bounce
        WHERE firm_id = %(firm)s AND line_id IS NOT NULL GROUP BY 1
        UNION ALL SELECT line_id, -sum(amount) FROM payments_helduse
        WHERE firm_id = %(firm)s AND line_id IS NOT NULL GROUP BY 1
      )
      SELECT l.id::text, concat(l.amount, ' / ', u.amount) FROM payments_bankline l
      LEFT JOIN (SELECT line_id, sum(amount) AS amount FROM used GROUP BY 1) u ON u.line_id = l.id
      WHERE l.firm_id = %(firm)s
        AND CASE l.state WHEN 'matched' THEN u.amount IS DISTINCT FROM l.amount ELSE u.amount IS NOT NULL END""",
    "lines set aside say when, and no others do": """
      SELECT l.id::text, l.state FROM payments_bankline l
      LEFT JOIN payments_setaside s ON s.firm_id = l.firm_id AND s.line_id = l.id
      WHERE l.firm_id = %(firm)s AND (l.state = 'set_aside') <> (s.id IS NOT NULL)""",
    "accounts are their party's": """
      SELECT a.id::text, d.ref FROM payments_accountdeal a
      JOIN deals_deal d ON d.firm_id = a.firm_id AND d.id = a.deal_id
      WHERE a.firm_id = %(firm)s AND (d.party_id <> a.party_id OR d.currency <> a.currency)""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of payments, one after the other; a fault names up to three."""
    yield from asked(firm, FAULTS)
