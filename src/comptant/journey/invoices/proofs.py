"""Proves the documents issued here: numbers without a gap, contents as sealed, taxes that add up. Reads only.

Each check is a query that returns what is wrong: no row, no fault. The fingerprints are taken again in Python.
"""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.rules.content import fingerprint

FAULTS: dict[str, str] = {
    "the numbers of a series have no gap": """
      SELECT concat(s.prefix, '-', s.year), concat(count(i.id), ' of ', s.last_number)
      FROM invoices_series s
      LEFT JOIN invoices_invoice i ON i.firm_id = s.firm_id AND i.series_id = s.id
      WHERE s.firm_id = %(firm)s
      GROUP BY s.id, s.prefix, s.year, s.last_number, s.last_issued_on
      HAVING count(i.id) <> s.last_number
        OR count(DISTINCT i.number) FILTER (WHERE i.number = concat(s.prefix, '-', s.year, '-', lpad(
             substring(i.number FROM '\\d+$')::bigint::text, greatest(4, length(substring(i.number FROM '\\d+$'))),
             '0'))
             AND substring(i.number FROM '\\d+$')::bigint BETWEEN 1 AND s.last_number) <> s.last_number
        OR max(i.issued_on) IS DISTINCT FROM s.last_issued_on""",
    "a series goes forward in time": """
      SELECT later.number, later.issued_on::text FROM (
        SELECT i.number, i.issued_on, lag(i.issued_on) OVER (
          PARTITION BY i.series_id ORDER BY length(i.number), i.number) AS before
        FROM invoices_invoice i WHERE i.firm_id = %(firm)s AND i.series_id IS NOT NULL) later
      WHERE later.issued_on < later.before""",
    "documents issued here say what they claim": """
      SELECT i.number, concat(i.net, ' + ', i.tax) FROM invoices_invoice i
      LEFT JOIN (SELECT r.invoice_id, sum(r.tax) AS tax, sum(r.base) AS base, bool_and(r.name = 'vat') AS is_vat
                 FROM invoices_invoicerate r WHERE r.firm_id = %(firm)s GROUP BY 1) r ON r.invoice_id = i.id
      WHERE i.firm_id = %(firm)s AND i.series_id IS NOT NULL
        AND (i.content ->> 'number' <> i.number OR (i.content ->> 'net')::numeric <> i.net
          OR (i.content ->> 'tax')::numeric <> i.tax OR (i.content ->> 'issued_on')::date <> i.issued_on
          OR (i.content ->> 'due_on')::date <> i.due_on OR r.tax IS DISTINCT FROM i.tax
          OR (r.is_vat AND r.base <> i.net))""",
    "the journal sealed the documents issued here": """
      SELECT i.number, coalesce(encode(a.document_sha256, 'hex'), 'nothing') FROM invoices_invoice i
      LEFT JOIN journal_act a ON a.firm_id = i.firm_id AND a.deal_id = i.deal_id AND a.kind IN ('invoiced', 'credited')
        AND coalesce(a.details ->> 'credit_note', a.details ->> 'document') = i.id::text AND NOT EXISTS (
          SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
      WHERE i.firm_id = %(firm)s AND i.series_id IS NOT NULL AND a.document_sha256 IS DISTINCT FROM i.content_sha256""",
    "a draft becomes one invoice of its deal": """
      SELECT d.id::text, i.number FROM invoices_draft d
      JOIN invoices_invoice i ON i.firm_id = d.firm_id AND i.id = d.invoice_id
      WHERE d.firm_id = %(firm)s AND (i.deal_id <> d.deal_id OR i.series_id IS NULL OR EXISTS (
        SELECT FROM invoices_draft o WHERE o.firm_id = d.firm_id AND o.invoice_id = d.invoice_id AND o.id <> d.id))""",
}
SEALED = "the contents of documents are what was sealed"


def checks(firm: Firm) -> Iterator[Check]:
    """Every check, one after the other; a fault names up to three documents."""
    yield from asked(firm, FAULTS)
    yield _sealed(firm)


def _sealed(firm: Firm) -> Check:
    rows = Invoice.objects.filter(firm=firm, series__isnull=False).only("number", "content", "content_sha256")
    changed = [
        invoice.number
        for invoice in rows.iterator(chunk_size=1000)
        if fingerprint(invoice.content or {}) != bytes(invoice.content_sha256 or b"")
    ]
    return Check(SEALED, not changed, f"{len(changed)}: {'; '.join(changed[:3])}" if changed else "")
