"""Invoices to be paid, and what stands where, for the tests of payments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from tests.world import MONDAY, House

ISSUED = MONDAY + timedelta(days=1)
CENTS = Decimal("0.01")


def invoiced(
    house: House, number: str, gross: str = "1200.00", *, party: Party | None = None, on: date = ISSUED, **more: Any
) -> Invoice:
    """An invoice at 20 %, with a deal of its own, due thirty days later."""
    party = party or next(iter(house.clients.values()))
    total = Decimal(gross)
    net = Decimal(more.pop("net", total / Decimal("1.2"))).quantize(CENTS)
    deal = Deal.objects.create(
        firm=house.firm, ref=f"invoice {number}", title=number, party=party, currency=house.firm.currency
    )
    invoice: Invoice = Invoice.objects.create(
        firm=house.firm, deal=deal, party=party, number=number, kind="invoice", issued_on=on,
        due_on=on + timedelta(days=30), net=net, tax=total - net, open_net=net, open_tax=total - net,
        currency=house.firm.currency,
    )  # fmt: skip
    details = {
        "document": str(invoice.id), "number": number, "kind": "invoice", "net": str(net), "tax": str(total - net),
        "due_on": invoice.due_on.isoformat(), **more,
    }  # fmt: skip
    record(house.firm, {deal.id: [Fact("invoiced", house.at(on), details, f"invoice:{number}:issued")]})
    return invoice


def credited(house: House, invoice: Invoice, gross: str, on: date, number: str = "AV-1") -> None:
    """A credit note answers a part of an invoice."""
    total = Decimal(gross)
    net = (total / Decimal("1.2")).quantize(CENTS)
    note = Invoice.objects.create(
        firm=house.firm, deal=invoice.deal, party=invoice.party, number=number, kind="credit_note", issued_on=on,
        due_on=on, net=net, tax=total - net, open_net=0, open_tax=0, currency=invoice.currency, corrects=invoice,
    )  # fmt: skip
    details = {
        "document": str(invoice.id), "credit_note": str(note.id), "number": number, "net": str(net),
        "tax": str(total - net),
    }  # fmt: skip
    record(house.firm, {invoice.deal_id: [Fact("credited", house.at(on), details, f"invoice:{number}:credited")]})


def standing(house: House, invoice: Invoice) -> dict[str, str]:
    """Gross, by account, of one document; zeros left out."""
    return _balances(house, "document = %s", [invoice.id])


def held(house: House, party: Party | None = None) -> str:
    """Gross, what stands on the parties' accounts."""
    return _balances(house, "document = '00000000-0000-0000-0000-000000000000' AND account = 'held'", []).get(
        "held", "0"
    )


def whole(house: House) -> dict[str, str]:
    """Gross, by account, of the whole firm; zeros left out."""
    return _balances(house, "true", [])


def _balances(house: House, where: str, values: list[Any]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account, sum(net + tax) FROM journal_balance WHERE firm_id = %s AND {where} GROUP BY 1 ORDER BY 1",
            [house.firm.id, *values],
        )
        return {account: str(gross) for account, gross in cursor.fetchall() if gross}
