"""An agreement ready to be invoiced: what the tests of this room share."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from comptant.ground.deals.models import Deal
from comptant.ground.documents.actions import keep
from comptant.ground.firms.describing import describe
from comptant.ground.journal.models import Balance
from comptant.journey.invoices.actions import draft_invoice
from comptant.journey.invoices.models import Draft, Invoice
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.offers.actions import record_agreement
from comptant.journey.offers.models import Agreement
from comptant.journey.offers.rules.drafts import PartDraft
from tests.world import MONDAY, House

TUESDAY = MONDAY + timedelta(days=1)
SCHEDULE = [
    PartDraft("Acompte", Decimal(30), "signature"),
    PartDraft("Livraison", Decimal(40), "acceptance"),
    PartDraft("Solde", Decimal(30), "acceptance"),
]


def able_to_bill(house: House) -> House:
    """The firm says who it is and its clients where they are: nothing the law wants is missing."""
    if house.firm.country == "CA":
        describe(
            house.firm, legal_name="Atelier Lune inc.", street="4200, boulevard Saint-Laurent",
            city="Montréal (Québec)", postcode="H2W 2R2", neq="1170000000", gst_number="123456782 RT0001",
            qst_number="1234567890 TQ0001",
        )  # fmt: skip
    else:
        describe(
            house.firm, legal_name="Atelier Lune", legal_form="SAS", capital="10 000 €", street="12 rue des Capucins",
            postcode="69001", city="Lyon", siren="123 456 782", register="RCS Lyon", vat_number="FR11 123456782",
            email="compta@lune.example", iban="FR76 3000 6000 0112 3456 7890 189", bic="AGRIFRPP",
        )  # fmt: skip
    for party in house.clients.values():
        party.street, party.postcode, party.city = "3 quai Rambaud", "69002", "Lyon"
        party.save()
    return house


def agreed(house: House, deal: Deal, net: str = "10000.00", tax: str = "2000.00", **more: Any) -> Agreement:
    """What the client signed on paper, won with it."""
    proof = keep(house.firm, "bon.pdf", "application/pdf", b"%PDF-1.7 signed", at=house.at(TUESDAY))
    return record_agreement(
        deal, net=Decimal(net), tax=Decimal(tax), proof="scanned", document=proof, at=house.at(TUESDAY),
        by=house.people["Ada"], **more,
    )  # fmt: skip


def drafted(house: House, deal: Deal, *lines: Line, **more: Any) -> Draft:
    """A draft of these lines, or of one of 1 000.00 at 20 %."""
    written = lines or (Line("Diagnostic", Decimal("1000.00"), Decimal(20)),)
    return draft_invoice(deal, lines=written, at=house.at(TUESDAY), by=house.people["Ada"], **more)


def standing(deal: Deal) -> dict[str, Decimal]:
    """What stands in the deal's accounts, tax included, but for what is empty."""
    sums: dict[str, Decimal] = {}
    for row in Balance.objects.filter(deal=deal).exclude(account="origin"):
        if row.net or row.tax:
            sums[row.account] = sums.get(row.account, Decimal(0)) + row.net + row.tax
    return sums


def amounts(invoice: Invoice) -> tuple[str, str]:
    """Net and tax, as text."""
    return str(invoice.net), str(invoice.tax)


def content(invoice: Invoice) -> dict[str, Any]:
    """What the document says."""
    kept: dict[str, Any] | None = invoice.content
    assert kept is not None
    return kept


def day(number: int) -> date:
    """So many days after the first Monday."""
    return MONDAY + timedelta(days=number)
