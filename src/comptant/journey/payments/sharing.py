"""Payments told by files meet the invoices they name, in whatever order the files come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.payments.actions import open_accounts
from comptant.journey.payments.models import Allocation, AllocationKind, HeldUse, Payment
from comptant.journey.payments.queries import issued_at
from comptant.journey.payments.rules.sharing import CREDIT, OTHER, SHARED, Taking, shared_out
from comptant.journey.payments.writing import write_allocations


def share_out_again(firm: Firm, numbers: Iterable[str], others: Iterable[UUID] = ()) -> list[UUID]:
    """Give anew, to the invoices of these numbers that are here, what the payments that name them bring.

    Only payments that files told are given anew; those of people stay as they are. ``others`` are payments that no
    longer name such an invoice. What changes is written in rows; the payments to tell come back, in id order.
    """
    invoices = {
        one.number: one
        for one in Invoice.objects.filter(firm=firm, number__in=list(numbers))
        .exclude(kind=InvoiceKind.CREDIT_NOTE)
        .defer("content", "custom")
    }
    payments = list(
        Payment.objects.filter(firm=firm, invoice_number__in=list(numbers)).exclude(ref="").select_related("party")
    )
    loose = list(Payment.objects.filter(firm=firm, id__in=list(others)).select_related("party"))
    ids = {one.id for one in (*payments, *loose)}
    documents = [one.id for one in invoices.values()]
    rows = Allocation.objects.filter(firm=firm)
    given = list(rows.filter(what=AllocationKind.INVOICE, invoice_id__in=documents))
    given += rows.filter(payment_id__in=ids).exclude(id__in=[one.id for one in given])
    named = {one.id: one.invoice_number for one in payments}
    ours = [one for one in given if _is_ours(one, named, invoices)]
    own = {one.id for one in ours}
    others_given = [one for one in given if one.id not in own]
    kept = [one for one in others_given if one.payment_id in ids]
    free = _free(firm, [*payments, *loose], kept)
    fresh = _wanted(firm, invoices, payments, others_given, free)
    _write(ours, fresh)
    open_accounts(firm, [*payments, *loose], [*kept, *fresh])
    return sorted(ids)


def _is_ours(one: Allocation, named: Mapping[UUID, str], invoices: Mapping[str, Invoice]) -> bool:
    """Given because the file named that invoice."""
    invoice = invoices.get(named.get(one.payment_id, ""))
    return invoice is not None and invoice.id == one.invoice_id


def _free(firm: Firm, payments: Sequence[Payment], kept: Sequence[Allocation]) -> dict[UUID, Decimal]:
    """What of each payment people gave nowhere else."""
    free = {one.id: one.amount for one in payments}
    for one in kept:
        free[one.payment_id] -= one.amount
    refunds = HeldUse.objects.filter(firm=firm, payment_id__in=list(free)).values_list("payment_id", "amount")
    for payment, amount in refunds:
        free[payment] -= amount
    return {payment: max(amount, ZERO) for payment, amount in free.items()}


def _wanted(
    firm: Firm,
    invoices: Mapping[str, Invoice],
    payments: Sequence[Payment],
    others: Sequence[Allocation],
    free: Mapping[UUID, Decimal],
) -> list[Allocation]:
    """The allocations as they should be."""
    documents = {one.id: one for one in invoices.values()}
    starts = issued_at(firm, documents)
    takings: dict[UUID, list[Taking]] = {known: [] for known in documents}
    for document, at, gross in _credits(firm, documents):
        takings[document].append(Taking(at, CREDIT, "", gross))
    for one in others:
        if one.invoice_id in takings:
            takings[one.invoice_id].append(Taking(one.at, OTHER, one.id, one.amount + one.discount))
    moments: dict[UUID, datetime] = {}
    for payment in payments:
        invoice = invoices.get(payment.invoice_number)
        if invoice is not None and invoice.currency == payment.currency and invoice.id in starts:
            came = firm.midnight(payment.received_on)
            moments[payment.id] = max(came, starts[invoice.id])
            takings[invoice.id].append(Taking(moments[payment.id], SHARED, payment.id, free[payment.id]))
    return [
        Allocation(firm=firm, payment_id=key, invoice=invoice, amount=amount, at=moments[key])  # type: ignore[misc, index]
        for known, invoice in documents.items()
        for key, amount in shared_out(invoice.net + invoice.tax, takings[known]).items()
        if amount
    ]


def _credits(firm: Firm, documents: Iterable[UUID]) -> list[tuple[UUID, datetime, Decimal]]:
    """The credit notes on these documents as the journal holds them: (document, instant, gross)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, a.occurred_at, (a.details ->> 'net')::numeric + (a.details ->> 'tax')::numeric"
            " FROM invoices_invoice i JOIN journal_act a ON a.firm_id = i.firm_id AND a.deal_id = i.deal_id"
            "  AND a.kind = 'credited' AND a.details ->> 'document' = i.id::text"
            " WHERE i.firm_id = %s AND i.id = ANY(%s) AND NOT EXISTS (SELECT FROM journal_act c"
            "  WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)",
            [firm.id, list(documents)],
        )
        return list(cursor.fetchall())


def _write(held: Sequence[Allocation], fresh: list[Allocation]) -> None:
    """Keep what is the same, take away what is no more, add what is new; ``fresh`` then holds what stands."""
    same = {(one.payment_id, one.invoice_id, one.amount, one.at): one for one in held}
    new = [one for one in fresh if (one.payment_id, one.invoice_id, one.amount, one.at) not in same]
    wanted = {(one.payment_id, one.invoice_id, one.amount, one.at) for one in fresh}
    gone = [one.id for key, one in same.items() if key not in wanted]
    if gone:
        Allocation.objects.filter(id__in=gone).delete()
    write_allocations(new)
