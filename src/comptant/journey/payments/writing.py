"""How payments and their parts reach their tables: many rows in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comptant.ground.database.bulk import insert_rows, refresh_statistics
from comptant.journey.payments.models import Allocation, Payment

PAYMENT = """
id firm_id ref party_id received_on amount fee currency label iban invoice_number line_id by_id taken_at custom
"""
PAYMENT_COLUMNS = tuple(PAYMENT.split())
ALLOCATION = "id firm_id payment_id invoice_id what amount discount discount_tax at"
ALLOCATION_COLUMNS = tuple(ALLOCATION.split())


MANY = 200
"""Rows from which PostgreSQL is let look at a table again: it would check each reference to it by a poor plan."""


def write_payments(payments: Iterable[Payment]) -> None:
    """The payments, new."""
    written = insert_rows(
        "payments_payment",
        PAYMENT_COLUMNS,
        (
            (
                one.id, one.firm_id, one.ref, one.party_id, one.received_on, one.amount, one.fee, one.currency,
                one.label.replace("\x00", ""), one.iban, one.invoice_number, one.line_id, one.by_id, one.taken_at,
                one.custom,
            )
            for one in payments
        ),
    )  # fmt: skip
    look_again("payments_payment", written)


def write_allocations(allocations: Sequence[Allocation]) -> None:
    """Their parts, new."""
    insert_rows(
        "payments_allocation",
        ALLOCATION_COLUMNS,
        (
            (
                one.id, one.firm_id, one.payment_id, one.invoice_id, str(one.what), one.amount, one.discount,
                one.discount_tax, one.at,
            )
            for one in allocations
        ),
    )  # fmt: skip


def look_again(table: str, written: int) -> None:
    """New statistics of a table that has just grown by many rows."""
    if written >= MANY:
        refresh_statistics((table,))
