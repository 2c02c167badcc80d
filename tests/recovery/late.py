"""Invoices that are late, made as a file would tell them: what the tests of recovery start from."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from comptant.ground.database.ids import uuid7
from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from tests.world import House

DUE = date(2026, 4, 30)


def invoiced(
    house: House,
    number: str = "F-1",
    gross: str = "12000.00",
    due_on: date = DUE,
    *,
    party: Party | None = None,
    issued_on: date | None = None,
    currency: str = "EUR",
) -> Invoice:
    """A claim of another tool, followed here; a sixth of it is tax."""
    firm = house.firm
    party = party or house.clients["mercure"]
    issued_on = issued_on or due_on - timedelta(days=30)
    total = Decimal(gross)
    tax = (total / 6).quantize(Decimal("0.01"))
    deal = Deal.objects.create(firm=firm, ref=f"deal of {number}", party=party, currency=currency)
    invoice: Invoice = Invoice.objects.create(
        firm=firm, deal=deal, party=party, number=number, kind="invoice", issued_on=issued_on, due_on=due_on,
        net=total - tax, tax=tax, currency=currency, open_net=total - tax, open_tax=tax,
    )  # fmt: skip
    tell(
        house, invoice, "invoiced", issued_on, kind="invoice", net=str(total - tax), tax=str(tax),
        due_on=due_on.isoformat(),
    )  # fmt: skip
    return invoice


def tell(house: House, invoice: Invoice, kind: str, day: date, /, **details: Any) -> None:
    """A fact of the invoice, said at ten in the morning."""
    said = {"document": str(invoice.id), "number": invoice.number, **details}
    record(house.firm, {invoice.deal_id: [Fact(kind, house.at(day), said, key=f"{kind}:{uuid7()}")]})
    invoice.refresh_from_db()


def pays(house: House, invoice: Invoice, day: date, amount: str | None = None) -> None:
    """Money came in."""
    tell(house, invoice, "paid", day, **({"amount": amount, "payment": str(uuid7())} if amount else {}))


def standing(invoice: Invoice) -> dict[str, Decimal]:
    """Where the invoice's euros stand, tax included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, net + tax FROM journal_balance"
            " WHERE firm_id = %s AND document = %s AND net + tax <> 0 ORDER BY account",
            [invoice.firm_id, invoice.id],
        )
        return dict(cursor.fetchall())
