"""Two firms with a row in every table: Atelier Lune, and Forge Nord, who must never meet."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.documents.actions import keep
from comptant.ground.firms.actions import found_firm
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import load_cases, post, settle
from comptant.ground.journal.acts import Fact
from comptant.ground.mail.actions import put
from comptant.ground.parties.models import Contact, Party
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.pipeline.actions import lay_stages, open_deal, say
from comptant.journey.pipeline.models import Closure, Threshold

TODAY = date(2026, 6, 30)


def claim(deal: Deal, number: str, issued_on: date, due_on: date, net: str, tax: str = "0.00") -> Invoice:
    """An invoice issued elsewhere, made known to the journal."""
    invoice = Invoice.objects.create(
        firm=deal.firm, deal=deal, party=deal.party, number=number, kind=InvoiceKind.INVOICE, issued_on=issued_on,
        due_on=due_on, net=Decimal(net), tax=Decimal(tax), currency=deal.currency, open_net=0, open_tax=0,
    )  # fmt: skip
    details = {
        "document": str(invoice.id), "number": number, "net": net, "tax": tax, "due_on": due_on.isoformat(),
    }  # fmt: skip
    fact = Fact("invoiced", deal.firm.midnight(issued_on), details)
    settle(deal.firm, load_cases(deal.firm, {deal.id: [fact]}))
    return invoice


def furnish(name: str, ref: str) -> Firm:
    """A firm with at least one row in every table of a firm's rows."""
    firm = found_firm(name, today=TODAY, ref=ref)
    at = datetime(2026, 5, 4, 10, tzinfo=firm.tz)
    with firm_scope(firm.id):
        lay_stages(firm)
        Closure.objects.create(firm=firm, first_on=date(2026, 8, 3), last_on=date(2026, 8, 21))
        Threshold.objects.create(firm=firm, stage="contacted", from_on=date(2026, 6, 1), days=14, gaps=0)
        ada = Member.objects.create(firm=firm, name="Ada", role="owner")
        party = Party.objects.create(firm=firm, ref="P1", name="Verger Bio", country="FR")
        Contact.objects.create(firm=firm, party=party, name="Paul")
        deal = open_deal(party, "D1", "Audit", stage="contacted", at=at, by=ada, amount="1000.00")
        say(deal, "won", {"amount": "1200.00", "tax": "240.00"}, at=at.replace(day=11), by=ada)
        claim(deal, "F-1", date(2026, 5, 12), date(2026, 6, 11), "700.00", "140.00")
        post(deal, act="met", at=at.replace(month=6, day=20), by=ada)
        page = keep(firm, "Facture F-1.pdf", "application/pdf", b"%PDF-1.7", at=at)
        put(
            firm,
            to="paul@verger.example",
            subject="Facture F-1",
            text="Bonjour",
            attachments=[page],
            kind="invoice",
            key="invoice F-1",
            at=at,
            deal=deal,
            party=party,
            by=ada,
        )
        open_deal(party, "D2", "Paie", stage="contacted", at=at, by=ada, amount="300.00")
    return firm


@pytest.fixture
def lune(db) -> Firm:
    """Atelier Lune."""
    return furnish("Atelier Lune", "lune")


@pytest.fixture
def forge(db) -> Firm:
    """Forge Nord."""
    return furnish("Forge Nord", "forge")
