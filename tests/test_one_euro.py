"""A sale from hello to cash. After each act, where every euro stands.

Read this first: it is the product in one page. Ada owns Atelier Lune, Bilal sells, Chloé keeps the books. Paul Mercure
is the client. Amounts in the sentences are before tax unless they say otherwise; VAT is 20 %.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from uuid import UUID

import pytest
from django.utils import timezone

from comptant.doors.cli.doctor import of_firm
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.describing import describe
from comptant.ground.mail.links import find_link
from comptant.ground.mail.sending import send_waiting
from comptant.journey.invoices.actions import issue_balance, issue_milestone
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.actions import accept_offer, ask_code, deliver, draft_offer, present_offer, send_offer
from comptant.journey.offers.models import Milestone, Offer, Signature
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from comptant.journey.payments.actions import refund
from comptant.journey.payments.bank import import_statement
from comptant.journey.payments.match import choice_of, confirm, match
from comptant.journey.payments.models import BankLine
from comptant.journey.pipeline.actions import add_cost
from comptant.journey.prospects.actions import assess
from comptant.journey.prospects.queries import exposure
from comptant.journey.recovery.actions import open_dispute, settle_dispute
from comptant.journey.recovery.dunning import planned, prepare_reminders
from comptant.journey.recovery.models import Reminder
from comptant.journey.recovery.sending import approve_reminders
from comptant.outlook.reports.margins import margins
from tests.mailing import PostOffice
from tests.payments.statements import Entry, camt
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)

TWENTY = Decimal(20)


@pytest.fixture
def house() -> House:
    """Atelier Lune, which has said who it is, and Mercure, which has an address."""
    lune = atelier_lune()
    with lune.open():
        describe(
            lune.firm, legal_name="Atelier Lune", legal_form="SARL", capital="10 000 €", street="12 rue des Capucins",
            postcode="69001", city="Lyon", siren="123456782", register="RCS Lyon", vat_number="FR11123456782",
            email="bonjour@lune.example", iban="FR7630006000011234567890189", bic="AGRIFRPP",
        )  # fmt: skip
        mercure = lune.clients["mercure"]
        mercure.street, mercure.postcode, mercure.city = "3 quai Rambaud", "69002", "Lyon"
        mercure.email = "paul@mercure.example"
        mercure.save()
    return lune


def test_one_euro(house: House, post_office: PostOffice) -> None:
    ada, bilal, chloe = (house.people[who] for who in ("Ada", "Bilal", "Chloé"))
    mercure, firm = house.clients["mercure"], house.firm

    # Monday 2 March. A name, and can they pay?
    with house.open():
        assess(
            mercure, light="green", reason="Ten years old, pays its suppliers on time.",
            credit_limit=Decimal("12000.00"), at=house.at(MONDAY), by=ada,
        )  # fmt: skip
        deal = house.opens("mercure-1", MONDAY, "9000.00", by=bilal, title="Shorter delays")
        assert standing(deal) == {"hoped": "9000.00"}

    # They talk. Nothing is signed: it is hoped for, and only as long as the client moves.
    with house.open():
        house.says(deal, "stage", date(2026, 3, 6), stage="discovery")
        house.says(deal, "buyer_move", date(2026, 3, 9), channel="phone")
    house.sleeps_until(date(2026, 4, 5))
    with house.open():
        assert standing(deal) == {"stalled": "9000.00"}, "no sign from the client for a fortnight"
        house.says(deal, "buyer_move", date(2026, 4, 6), channel="email")
        assert standing(deal) == {"hoped": "9000.00"}, "the client answered: it is back by itself"

    # The offer is presented, then sent: a PDF, a link, and a day by which to say yes or no.
    with house.open():
        offer = draft_offer(
            deal, title="Shorter delays", problem="“Our clients pay after 78 days.”",
            lines=[
                LineDraft("Diagnosis", Decimal("4000.00"), TWENTY, direct_cost=Decimal("900.00")),
                LineDraft("Dashboard", Decimal("6000.00"), TWENTY),
                LineDraft("Training", Decimal("800.00"), TWENTY, is_optional=True),
            ],
            benefits=["118 000 € of cash set free"], decision_on=date(2026, 4, 24),
            schedule=[PartDraft("Deposit", Decimal(30), "signature"), PartDraft("Balance", Decimal(70), "acceptance")],
            at=house.at(date(2026, 4, 7)), by=bilal,
        )  # fmt: skip
        present_offer(offer, how="video", on=date(2026, 4, 8), at=house.at(date(2026, 4, 8)), by=bilal)
        send_offer(offer, at=house.at(date(2026, 4, 8), 16), by=bilal)
        assert standing(deal) == {"hoped": "9000.00"}, "an offer is not a signature"
    letter = posted(house, post_office)
    assert "paul@mercure.example" in letter["To"]
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]

    # Paul follows the link, asks for a code, and signs. What was not taken, the training, stays out.
    found = find_link("offer", secret_in(letter), now=house.at(date(2026, 4, 14)))
    assert found is not None
    with firm_scope(found.firm_id):
        ask_code(Offer.objects.get(id=found.subject_id), at=house.at(date(2026, 4, 14)))
    code = code_in(posted(house, post_office))
    with firm_scope(found.firm_id):
        agreement = accept_offer(
            Offer.objects.get(id=found.subject_id), name="Paul Mercure", function="Président", code=code,
            consent="I accept this offer and sign it.", ip="192.0.2.7", user_agent="A browser",
            at=house.at(date(2026, 4, 14), 10, 4),
        )  # fmt: skip
        signature = Signature.objects.get(offer_id=offer.id)
        assert signature.document_sha256 == Offer.objects.get(id=offer.id).document.sha256
        assert standing(deal) == {"signed": "8400.00", "billable": "3600.00"}, "12 000.00 with tax; the deposit is due"
        assert exposure(firm, [mercure.id])[mercure.id].alert == 90, "12 000.00 of 12 000.00"

    # The deposit is invoiced, and paid on time: the bank's file is matched by its number and amount.
    with house.open():
        first, balance = Milestone.objects.filter(agreement=agreement).order_by("position")
        deposit = issue_milestone(first, at=house.at(date(2026, 4, 15)), by=chloe)
        assert deposit.number == "FA-2026-0001"
        assert standing(deal) == {"signed": "8400.00", "invoiced": "3600.00"}
        add_cost(
            deal, amount=Decimal("900.00"), on=date(2026, 4, 15), label="Subcontractor",
            at=house.at(date(2026, 4, 15), 18), by=ada,
        )  # fmt: skip
        assert margin(house, deal) == "-900.00", "until the cash is in, a sale has only cost money"
    line = credited(house, "3600.00", date(2026, 5, 11), "VIR MERCURE FA-2026-0001")
    with house.open():
        (proposed,) = match(firm, now=timezone.now())
        assert proposed.is_posted and proposed.line.id == line.id
        assert standing(deal) == {"signed": "8400.00", "cashed": "3600.00"}
        assert margin(house, deal) == "2100.00"

    # The work is delivered and accepted, the balance invoiced: it takes the deposit back.
    with house.open():
        deliver(balance, on=date(2026, 5, 29), at=house.at(date(2026, 5, 29)), by=bilal)
        assert standing(deal) == {"billable": "8400.00", "cashed": "3600.00"}
        final = issue_balance(agreement, at=house.at(date(2026, 6, 1)), by=chloe)
        assert (final.number, final.net, final.tax, final.due_on) == (
            "FA-2026-0002", Decimal("7000.00"), Decimal("1400.00"), date(2026, 7, 1),
        )  # fmt: skip
        assert standing(deal) == {"invoiced": "8400.00", "cashed": "3600.00"}

    # Nobody pays. Time moves the euro, and reminders go out on time.
    house.sleeps_until(date(2026, 7, 10))
    with house.open():
        assert standing(deal) == {"overdue": "8400.00", "cashed": "3600.00"}
        assert prepare_reminders(firm, date(2026, 7, 10)) == 1
        approve_reminders(firm, prepared(house), at=house.at(date(2026, 7, 10)), by=chloe)
    reminder = posted(house, post_office)
    assert "FA-2026-0002" in text_of(reminder) and "8 400,00" in text_of(reminder).replace("\xa0", " ")

    # Paul contests 2 400.00: that part is never reminded, the rest stays due.
    with house.open():
        dispute = open_dispute(
            final, amount=Decimal("2400.00"), category="quality", reason="Two charts are wrong.", owner=bilal,
            at=house.at(date(2026, 7, 13)), by=bilal,
        )  # fmt: skip
        assert standing(deal) == {"overdue": "6000.00", "disputed": "2400.00", "cashed": "3600.00"}
    house.sleeps_until(date(2026, 8, 10))
    with house.open():
        (item,) = planned(firm, date(2026, 8, 10))
        assert item.plan.amount == Decimal("6000.00")

    # He is right for all of it: a credit note. He pays the rest in two parts, and 120.00 too much.
    with house.open():
        settle_dispute(dispute, outcome="founded", at=house.at(date(2026, 8, 12)), by=ada)
        assert standing(deal) == {"overdue": "6000.00", "cancelled": "2400.00", "cashed": "3600.00"}
        assert Invoice.objects.get(firm=firm, corrects=final).number == "FA-2026-0003"
    for amount, day in (("2500.00", date(2026, 8, 20)), ("3620.00", date(2026, 9, 3))):
        line = credited(house, amount, day, "VIREMENT PAUL MERCURE")
        with house.open():
            confirm(line, choice_of(firm, line, [final.number]), at=house.at(day), by=chloe)
    with house.open():
        assert standing(deal) == {"cancelled": "2400.00", "cashed": "9600.00"}
        assert exposure(firm, [mercure.id])[mercure.id].held == Decimal("120.00")
        refund(mercure, Decimal("120.00"), at=house.at(date(2026, 9, 10)), by=chloe)
        assert exposure(firm, [mercure.id])[mercure.id].total == Decimal("0.00")

    # Paid: a client at last, and what they really brought, before tax.
    with house.open():
        assert margin(house, deal) == "7100.00"
        assert not [check for check in of_firm(firm) if not check.ok]


def standing(deal: Deal) -> dict[str, str]:
    """What stands in each account of the deal, tax included once it is signed; nothing of what is empty."""
    sums: dict[str, Decimal] = {}
    for row in deal.balances.exclude(account="origin"):
        sums[row.account] = sums.get(row.account, Decimal(0)) + row.net + row.tax
    return {account: str(gross) for account, gross in sums.items() if gross}


def margin(house: House, deal: Deal) -> str:
    """Cash in before tax, less what it cost."""
    (told,) = margins(house.firm, deal_ids=[deal.id])
    return str(told.margin)


def posted(house: House, post_office: PostOffice) -> EmailMessage:
    """The worker sends what waits; the last letter that left."""
    before = len(post_office.letters)
    assert send_waiting(house.firm, now=timezone.now() + timedelta(days=3650))
    assert len(post_office.letters) > before
    return post_office.letters[-1]


def text_of(letter: EmailMessage) -> str:
    """What the letter says, in plain text."""
    body = letter.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def secret_in(letter: EmailMessage) -> str:
    """What only the one who got the letter knows."""
    found = re.search(r"/o/([\w-]+)/", text_of(letter))
    assert found
    return found[1]


def code_in(letter: EmailMessage) -> str:
    """Six digits."""
    found = re.search(r"^(\d{3})\s(\d{3})\s*$", text_of(letter), re.MULTILINE)
    assert found
    return found[1] + found[2]


def credited(house: House, amount: str, day: date, label: str) -> BankLine:
    """The bank's file says that money came."""
    firm = house.firm
    with house.open():
        statement = camt([Entry(amount, label, day)])
        imported = import_statement(firm, statement, f"{day}.xml", at=house.at(day), by=house.people["Chloé"])
        assert imported.added == 1
        line: BankLine = BankLine.objects.get(firm=firm, booked_on=day)
        return line


def prepared(house: House) -> list[UUID]:
    """Reminders that wait for somebody's yes."""
    return list(Reminder.objects.filter(firm=house.firm, state="prepared").values_list("id", flat=True))
