"""Proves what is open of each invoice and when it falls due, against the journal. Reads only.

Each check is a query that returns what is wrong: no row, no fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked

_OPEN = """
WITH claimed AS (
  SELECT document, sum(net) AS net, sum(tax) AS tax, sum(net + tax) FILTER (WHERE account = 'invoiced') AS ahead
  FROM journal_balance
  WHERE firm_id = %(firm)s AND account IN ('invoiced', 'overdue', 'disputed', 'doubtful') GROUP BY 1
)
"""

FAULTS: dict[str, str] = {
    "invoices are open for what stands in the journal": _OPEN
    + """
      SELECT i.number, concat(i.open_net, ' + ', i.open_tax)
      FROM invoices_invoice i LEFT JOIN claimed c ON c.document = i.id
      WHERE i.firm_id = %(firm)s AND (i.open_net <> coalesce(c.net, 0) OR i.open_tax <> coalesce(c.tax, 0))""",
    "invoices fall due the day after their last day": _OPEN
    + """
      SELECT i.number, coalesce(i.next_on::text, 'never')
      FROM invoices_invoice i LEFT JOIN claimed c ON c.document = i.id
      WHERE i.firm_id = %(firm)s
        AND i.next_on IS DISTINCT FROM CASE WHEN c.ahead > 0 THEN i.due_on + 1 END""",
    "invoices are settled on the day they were paid": """
      WITH held AS (
        SELECT a.id, a.kind, a.details, a.occurred_on FROM journal_act a
        WHERE a.firm_id = %(firm)s AND a.kind <> 'corrected' AND NOT EXISTS (
          SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
      ), unpaid AS (
        SELECT document FROM journal_balance
        WHERE firm_id = %(firm)s AND account IN ('invoiced', 'overdue', 'disputed', 'doubtful', 'written_off')
        GROUP BY 1 HAVING sum(net + tax) > 0
      ), paid AS (
        SELECT (details ->> 'document')::uuid AS document,
          max(occurred_on) FILTER (WHERE details ->> 'amount' IS NULL) AS in_full
        FROM held WHERE kind = 'paid' GROUP BY 1
      ), closed AS (
        SELECT p.document, max(h.occurred_on) AS day FROM journal_posting p JOIN held h ON h.id = p.act_id
        WHERE p.firm_id = %(firm)s AND p.target IN ('cashed', 'cancelled', 'billable')
          AND p.source IN ('invoiced', 'overdue', 'disputed', 'doubtful', 'written_off') GROUP BY 1
      )
      SELECT i.number, coalesce(i.settled_on::text, 'never') FROM invoices_invoice i
      LEFT JOIN paid ON paid.document = i.id LEFT JOIN closed ON closed.document = i.id
      WHERE i.firm_id = %(firm)s AND i.settled_on IS DISTINCT FROM CASE
        WHEN paid.document IS NOT NULL AND i.id NOT IN (SELECT document FROM unpaid)
        THEN greatest(paid.in_full, closed.day) END""",
    "every cent of a document stands somewhere": """
      WITH stands AS (
        SELECT document, sum(net) AS net, sum(tax) AS tax FROM journal_balance
        WHERE firm_id = %(firm)s AND document <> '00000000-0000-0000-0000-000000000000' GROUP BY 1
      ), again AS (
        SELECT document, sum(CASE target WHEN 'billable' THEN net ELSE -net END) AS net,
          sum(CASE target WHEN 'billable' THEN tax ELSE -tax END) AS tax
        FROM journal_posting
        WHERE firm_id = %(firm)s AND document IS NOT NULL AND (
          (target = 'billable' AND NOT is_correction AND source IN ('invoiced', 'overdue', 'disputed', 'doubtful'))
          OR (source = 'billable' AND is_correction AND target IN ('invoiced', 'overdue', 'disputed', 'doubtful')))
        GROUP BY 1
      )
      SELECT i.number, concat(coalesce(s.net, 0), ' + ', coalesce(s.tax, 0)) FROM invoices_invoice i
      LEFT JOIN stands s ON s.document = i.id LEFT JOIN again a ON a.document = i.id
      WHERE i.firm_id = %(firm)s AND i.kind <> 'credit_note' AND (
        coalesce(s.net, 0) + coalesce(a.net, 0) <> i.net OR coalesce(s.tax, 0) + coalesce(a.tax, 0) <> i.tax)""",
    "every document of the journal is an invoice of its deal": """
      SELECT b.document::text, b.deal_id::text FROM journal_balance b
      LEFT JOIN invoices_invoice i ON i.firm_id = b.firm_id AND i.id = b.document
      WHERE b.firm_id = %(firm)s AND b.document <> '00000000-0000-0000-0000-000000000000'
        AND (i.id IS NULL OR i.deal_id <> b.deal_id)""",
    "each invoice and credit note is told by one act": """
      WITH told AS (
        SELECT a.kind, count(*) AS acts, min(a.details ->> 'document') AS claims,
          (a.details ->> CASE a.kind WHEN 'credited' THEN 'credit_note' ELSE 'document' END)::uuid AS document
        FROM journal_act a
        WHERE a.firm_id = %(firm)s AND a.kind IN ('invoiced', 'credited') AND NOT EXISTS (
          SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
        GROUP BY a.kind, document
      )
      SELECT i.number, coalesce(sum(t.acts), 0)::text FROM invoices_invoice i
      LEFT JOIN told t ON t.document = i.id
      WHERE i.firm_id = %(firm)s
      GROUP BY i.id, i.number, i.kind, i.corrects_id
      HAVING coalesce(sum(t.acts), 0) <> 1
        OR min(t.kind) <> CASE i.kind WHEN 'credit_note' THEN 'credited' ELSE 'invoiced' END
        OR min(t.claims) <> coalesce(i.corrects_id, i.id)::text""",
    "invoices claim what the journal was told": """
      SELECT i.number, concat(i.net, ' + ', i.tax) FROM invoices_invoice i
      JOIN journal_act a ON a.firm_id = i.firm_id AND a.deal_id = i.deal_id AND a.kind = 'invoiced'
        AND a.details ->> 'document' = i.id::text
      WHERE i.firm_id = %(firm)s AND NOT EXISTS (
          SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
        AND ((a.details ->> 'net')::numeric <> i.net OR (a.details ->> 'tax')::numeric <> i.tax
          OR (a.details ->> 'due_on')::date <> i.due_on OR a.details ->> 'number' <> i.number)""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of the invoices, one after the other; a fault names up to three documents."""
    yield from asked(firm, FAULTS)
