"""Proves the room's records against the journal: what is contested, given up, doubtful, reminded. Reads only.

Each check is a query that returns what is wrong: no row, no fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked

FAULTS: dict[str, str] = {
    "disputes are open for what stands in the journal": """
      WITH contested AS (
        SELECT document, sum(net + tax) AS amount FROM journal_balance
        WHERE firm_id = %(firm)s AND account = 'disputed' GROUP BY 1
      ), disputes AS (
        SELECT invoice_id, sum(open_amount) AS amount FROM recovery_dispute WHERE firm_id = %(firm)s GROUP BY 1
      ), unnamed AS (
        SELECT DISTINCT (a.details ->> 'document')::uuid AS document FROM journal_act a
        WHERE a.firm_id = %(firm)s AND a.kind = 'disputed' AND coalesce(a.details ->> 'dispute', '') = ''
      )
      SELECT i.number, concat(d.amount, ' / ', coalesce(c.amount, 0))
      FROM disputes d JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = d.invoice_id
      LEFT JOIN contested c ON c.document = d.invoice_id
      LEFT JOIN unnamed u ON u.document = d.invoice_id
      WHERE d.amount > coalesce(c.amount, 0) OR (d.amount < coalesce(c.amount, 0) AND u.document IS NULL)
      UNION ALL
      SELECT i.number, concat('0 / ', c.amount)
      FROM contested c JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = c.document
      LEFT JOIN disputes d ON d.invoice_id = c.document
      LEFT JOIN unnamed u ON u.document = c.document
      WHERE c.amount > 0 AND d.invoice_id IS NULL AND u.document IS NULL""",
    "each dispute is told by one act": """
      WITH told AS (
        SELECT a.details ->> 'dispute' AS dispute, count(*) AS acts, min(a.details ->> 'document') AS document,
               min((a.details ->> 'amount')::numeric) AS amount
        FROM journal_act a
        WHERE a.firm_id = %(firm)s AND a.kind = 'disputed' AND coalesce(a.details ->> 'dispute', '') <> ''
          AND NOT EXISTS (SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
        GROUP BY 1
      )
      SELECT coalesce(d.id::text, t.dispute), coalesce(t.acts, 0)::text
      FROM (SELECT * FROM recovery_dispute WHERE firm_id = %(firm)s) d FULL JOIN told t ON t.dispute = d.id::text
      WHERE d.id IS NULL OR t.acts IS DISTINCT FROM 1 OR t.document <> d.invoice_id::text OR t.amount <> d.amount""",
    "what is given up stands in the journal": """
      WITH written AS (
        SELECT p.document, sum(p.net + p.tax) AS amount FROM journal_posting p
        WHERE p.firm_id = %(firm)s AND p.target = 'written_off' AND NOT p.is_correction GROUP BY 1
      ), undone AS (
        SELECT p.document, sum(p.net + p.tax) AS amount FROM journal_posting p
        WHERE p.firm_id = %(firm)s AND p.source = 'written_off' AND p.is_correction GROUP BY 1
      ), kept AS (
        SELECT invoice_id, sum(amount) AS amount FROM recovery_writeoff WHERE firm_id = %(firm)s GROUP BY 1
      )
      SELECT i.number, concat(k.amount, ' / ', coalesce(w.amount, 0) - coalesce(u.amount, 0))
      FROM kept k JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = k.invoice_id
      LEFT JOIN written w ON w.document = k.invoice_id LEFT JOIN undone u ON u.document = k.invoice_id
      WHERE k.amount > coalesce(w.amount, 0) - coalesce(u.amount, 0)""",
    "an insolvent debtor owes nothing but doubtful from before the judgment": """
      SELECT y.ref, i.number FROM recovery_insolvency n
      JOIN parties_party y ON y.firm_id = n.firm_id AND y.id = n.party_id
      JOIN invoices_invoice i ON i.firm_id = n.firm_id AND i.party_id = n.party_id AND i.issued_on < n.judged_on
      JOIN journal_balance b ON b.firm_id = n.firm_id AND b.deal_id = i.deal_id AND b.document = i.id
      WHERE n.firm_id = %(firm)s AND b.account IN ('invoiced', 'overdue', 'disputed') AND b.net + b.tax > 0
        AND EXISTS (
          SELECT FROM journal_act a WHERE a.firm_id = n.firm_id AND a.deal_id = i.deal_id AND a.kind = 'insolvency')""",
    "an insolvent debtor is not reminded": """
      SELECT y.ref, i.number FROM recovery_reminder r
      JOIN parties_party y ON y.firm_id = r.firm_id AND y.id = r.party_id
      JOIN invoices_invoice i ON i.firm_id = r.firm_id AND i.id = r.invoice_id
      JOIN recovery_insolvency n ON n.firm_id = r.firm_id AND n.party_id = r.party_id
      WHERE r.firm_id = %(firm)s AND r.state = 'sent' AND r.sent_on > n.declared_on""",
    "each reminder that went is told by an act of its deal": """
      SELECT i.number, r.level::text FROM recovery_reminder r
      JOIN invoices_invoice i ON i.firm_id = r.firm_id AND i.id = r.invoice_id
      WHERE r.firm_id = %(firm)s AND (r.party_id <> i.party_id OR (r.state = 'sent' AND NOT EXISTS (
        SELECT FROM journal_act a WHERE a.firm_id = r.firm_id AND a.deal_id = i.deal_id AND a.kind = 'reminded'
          AND a.details ->> 'document' = i.id::text AND a.details ->> 'letter' = r.letter_id::text)))""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of the room, one after the other; a fault names up to three rows."""
    yield from asked(firm, FAULTS)
