"""Reads of invoices: one by its number, what a program is told of it, and the VAT due of a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.money.amounts import Money, share
from comptant.journey.invoices.models import Draft, Invoice, InvoiceKind, InvoiceRate

ZERO = Decimal("0.00")


def get_invoice(firm: Firm, number: str) -> Invoice:
    """The document of that number, ours or issued elsewhere; otherwise 404, telling nothing."""
    rows = Invoice.objects.select_related("deal__party", "party", "corrects", "agreement", "pdf")
    return get_object_or_404(rows, firm=firm, number=number)  # type: ignore[no-any-return]


def get_draft(firm: Firm, draft_id: object) -> Draft:
    """The draft of that id; otherwise 404."""
    return get_object_or_404(Draft.objects.select_related("deal__party"), firm=firm, id=draft_id)  # type: ignore[no-any-return]


def drafts_waiting(firm: Firm) -> QuerySet[Draft]:
    """Drafts not issued yet, the oldest first."""
    rows: QuerySet[Draft] = Draft.objects.filter(firm=firm, invoice=None).select_related("deal__party")
    return rows.order_by("made_at", "id")


def documents_of(deal: Deal) -> QuerySet[Invoice]:
    """Invoices and credit notes of a deal, in order of issue."""
    rows: QuerySet[Invoice] = Invoice.objects.filter(firm=deal.firm_id, deal=deal)
    return rows.order_by("issued_on", "id")


def invoice_document(invoice: Invoice) -> dict[str, Any]:
    """What a program is told of a document (docs/json.md); amounts as text, ``open`` tax included."""
    content: dict[str, Any] = invoice.content or {}
    notes = Invoice.objects.filter(firm=invoice.firm_id, corrects=invoice.id).order_by("issued_on", "id")
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "party": invoice.party.ref,
        "deal": invoice.deal.ref,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "currency": invoice.currency,
        "net": str(invoice.net),
        "tax": str(invoice.tax),
        "total": str(invoice.net + invoice.tax),
        "open": str(invoice.open_net + invoice.open_tax),
        "settled_on": invoice.settled_on.isoformat() if invoice.settled_on else None,
        "corrects": invoice.corrects.number if invoice.corrects else None,
        "credit_notes": [note.number for note in notes],
        "is_elsewhere": invoice.is_elsewhere,
        "lines": content.get("lines", []),
        "rates": content.get("rates", []),
        "mentions": content.get("mentions", []),
        "sha256": bytes(invoice.content_sha256).hex() if invoice.content_sha256 else None,
    }


@dataclass(frozen=True, slots=True)
class VatDue:
    """What is due at one rate. ``rate`` None: documents issued elsewhere whose rate we were not told."""

    rate: Decimal | None
    base: Decimal
    tax: Decimal


_RECEIPTS = """
SELECT (one ->> 1)::numeric AS rate, sum(a.sign * (one ->> 0)::numeric), sum(a.sign * (one ->> 2)::numeric)
FROM ({acts}) a CROSS JOIN jsonb_array_elements(a.rates) one
WHERE a.rates IS NOT NULL GROUP BY 1
UNION ALL
SELECT NULL, sum(a.sign * (p.net + p.tax)), sum(a.sign * p.tax)
FROM ({acts}) a JOIN journal_posting p ON p.firm_id = %(firm)s AND p.deal_id = a.deal_id AND p.act_id = a.id
  AND 'cashed' IN (p.source, p.target)
WHERE a.rates IS NULL
HAVING count(*) > 0
"""
_ACTS = """
SELECT a.id, a.deal_id, CASE a.kind WHEN 'paid' THEN 1 ELSE -1 END AS sign,
       CASE WHEN jsonb_typeof(a.details -> 'rates') = 'array' THEN a.details -> 'rates' END AS rates
FROM journal_act a JOIN invoices_invoice i ON i.firm_id = a.firm_id AND i.id = (a.details ->> 'document')::uuid
WHERE a.firm_id = %(firm)s AND a.kind IN ('paid', 'bounced') AND a.occurred_on BETWEEN %(first)s AND %(last)s
  AND NOT i.is_vat_on_debits AND NOT EXISTS (
    SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)
"""
_GIVEN_BACK = """
SELECT a.details ->> 'document', sum(p.net), sum(p.tax)
FROM journal_act a
JOIN journal_posting p ON p.firm_id = a.firm_id AND p.deal_id = a.deal_id AND p.act_id = a.id
JOIN invoices_invoice i ON i.firm_id = a.firm_id AND i.id = (a.details ->> 'document')::uuid
WHERE a.firm_id = %(firm)s AND a.kind IN ('refunded', 'held_used') AND p.source = 'held' AND p.target = 'cancelled'
  AND a.occurred_on BETWEEN %(first)s AND %(last)s AND NOT i.is_vat_on_debits AND NOT EXISTS (
    SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)
GROUP BY 1
"""


def vat_due(firm: Firm, first: date, last: date) -> list[VatDue]:
    """The VAT due of a period, both days included: the highest rate first, what is of unknown rate last.

    On cash, what was received, by rate, less what bounced, and less what was given back after a credit note, when it
    was. On debits, what was issued less credit notes, on their days.
    Source: CGI 269-2-c; our note of the law, 4.2, 4.3 (E1, E2) and 4.5.
    """
    sums: dict[Decimal | None, tuple[Decimal, Decimal]] = {}
    for rate, base, tax in (*_on_cash(firm, first, last), *_given_back(firm, first, last), *_issued(firm, first, last)):
        key = rate.normalize() if rate is not None else None
        had = sums.get(key, (ZERO, ZERO))
        sums[key] = had[0] + base, had[1] + tax
    rows = [VatDue(rate, base, tax) for rate, (base, tax) in sums.items() if base or tax]
    return sorted(rows, key=lambda row: (row.rate is None, -(row.rate or ZERO)))


Row = tuple[Decimal | None, Decimal, Decimal]
"""Rate, net and tax."""


def _on_cash(firm: Firm, first: date, last: date) -> Iterator[Row]:
    rows = _read(_RECEIPTS.format(acts=_ACTS), firm, first, last)
    return ((rate, gross - tax, tax) for rate, gross, tax in rows)


def _given_back(firm: Firm, first: date, last: date) -> Iterator[Row]:
    """Divided between the rates of the document as the document is."""
    for document, net, tax in _read(_GIVEN_BACK, firm, first, last):
        rates = list(InvoiceRate.objects.filter(firm=firm, invoice=document, name="vat"))
        if not rates:
            yield None, -net, -tax
            continue
        bases = share(Money(net, firm.currency), [one.base for one in rates])
        weights = [one.tax for one in rates]
        taxes = share(Money(tax, firm.currency), weights) if any(weights) else bases
        for one, base, part in zip(rates, bases, taxes, strict=True):
            yield one.rate, -base.amount, -part.amount if any(weights) else ZERO


def _issued(firm: Firm, first: date, last: date) -> Iterator[Row]:
    rows = InvoiceRate.objects.filter(
        firm=firm, name="vat", invoice__is_vat_on_debits=True, invoice__issued_on__range=(first, last)
    )
    for kind, rate, base, tax in rows.values_list("invoice__kind", "rate", "base", "tax"):
        sign = -1 if kind == InvoiceKind.CREDIT_NOTE else 1
        yield rate, sign * base, sign * tax


def _read(statement: str, firm: Firm, first: date, last: date) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": firm.id, "first": first, "last": last})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows
