"""Reminders that go: the letters, what they say, the evidence they leave; once, whoever approves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from comptant.ground.firms.models import Identity, LinkKey
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Contact, Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery.actions import open_dispute
from comptant.journey.recovery.dunning import planned, prepare_reminders
from comptant.journey.recovery.models import Letter, Policy, Reminder, Step
from comptant.journey.recovery.sending import Sent, approve_reminders, drop_reminder
from tests.recovery.late import invoiced, pays, standing
from tests.world import House, atelier_lune

DUE = date(2026, 5, 31)
DAY = date(2026, 6, 24)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def house(db: None) -> Iterator[House]:
    made = atelier_lune(today=DAY)
    with made.open():
        Party.objects.filter(ref="mercure").update(email="compta@mercure.example", street="3 rue Haute", city="Lyon")
        Identity.objects.create(firm=made.firm, legal_name="Atelier Lune SAS", phone="04 00 00 00 00")
        yield made


def approve(house: House, day: date = DAY) -> Sent:
    """Prepare what is due and approve all of it, as Ada."""
    prepare_reminders(house.firm, day)
    ids = [row.id for row in Reminder.objects.filter(state="prepared")]
    return approve_reminders(house.firm, ids, at=house.at(day), by=house.people["Ada"])


def kinds(house: House, invoice: Invoice) -> list[str]:
    return [act.kind for act in recorded_acts(house.firm, [invoice.deal_id])[invoice.deal_id]]


def test_a_party_gets_one_letter_for_all_its_late_invoices_with_three_answers(house: House) -> None:
    one, two = invoiced(house, due_on=DUE), invoiced(house, "F-2", "600.00", date(2026, 6, 1))
    sent = approve(house)
    [letter], [message] = sent.letters, Message.objects.all()
    assert (message.to, message.kind, letter.message) == ("compta@mercure.example", "reminder", message)
    assert message.subject.startswith("2 ")
    assert f"12{NBSP}780,46{NBSP}€" in message.subject
    for text in (message.text, message.html):
        assert all(f"/{answer}/" in text for answer in ("promise", "payment", "dispute"))
        assert all(number in text for number in ("F-1", "F-2"))
    assert LinkKey.objects.get().subject_id == letter.id
    assert [row.state for row in Reminder.objects.all()] == ["sent", "sent"]
    for invoice in (one, two):
        assert kinds(house, invoice)[-2:] == ["reminded", "penalty_claimed"]
        assert list(standing(invoice)) == ["overdue"]


def test_approved_twice_it_goes_once(house: House) -> None:
    invoiced(house, due_on=DUE)
    assert [len(approve(house).letters) for _ in range(2)] == [1, 0]
    ids = list(Reminder.objects.values_list("id", flat=True))
    assert approve_reminders(house.firm, ids, at=house.at(DAY), by=None).letters == []
    assert Message.objects.count() == 1


def test_the_amounts_are_those_of_the_day_it_goes_and_what_is_contested_meanwhile_is_left_out(house: House) -> None:
    invoice = invoiced(house, due_on=DUE)
    prepare_reminders(house.firm, DAY)
    open_dispute(
        invoice, amount=Decimal("2000.00"), category="price", reason="", owner=house.people["Bilal"],
        at=house.at(DAY, 11), by=None,
    )  # fmt: skip
    later = date(2026, 6, 26)
    [row] = Reminder.objects.all()
    approve_reminders(house.firm, [row.id], at=house.at(later), by=house.people["Ada"])
    row.refresh_from_db()
    # 10 000 for 26 days at 12.15 %.
    assert (row.open_amount, row.days_late, row.interest) == (10000, 26, Decimal("86.55"))
    assert "12" + NBSP + "000" not in Message.objects.get().text


def test_paid_meanwhile_it_does_not_go(house: House) -> None:
    invoice = invoiced(house, due_on=DUE)
    prepare_reminders(house.firm, DAY)
    pays(house, invoice, DAY)
    sent = approve(house)
    assert (sent.letters, sent.held_back, Message.objects.count()) == ([], 1, 0)


def test_without_an_address_it_waits_and_a_contact_s_will_do(house: House) -> None:
    invoiced(house, due_on=DUE)
    party = house.clients["mercure"]
    Party.objects.filter(id=party.id).update(email="")
    assert approve(house).without_address == ["Mercure SARL"]
    assert Reminder.objects.get().state == "prepared"
    Contact.objects.create(firm=house.firm, party=party, name="Mme Roche", email="roche@mercure.example")
    assert len(approve(house).letters) == 1
    assert Message.objects.get().to == "roche@mercure.example"


def test_a_formal_notice_is_a_letter_on_paper_with_the_working_of_its_interest(house: House) -> None:
    invoice = invoiced(house, due_on=DUE)
    approve(house)
    [letter] = approve(house, date(2026, 7, 9)).letters
    assert (letter.level, letter.channel) == (3, "letter")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(letter.document.content)).pages)
    for part in ("F-1", "3 rue Haute", "Mercure SARL", "Atelier Lune SAS", "12,15", "12,40", "L441-10"):
        assert part in text
    acts = recorded_acts(house.firm, [invoice.deal_id])[invoice.deal_id]
    reminded = next(act for act in reversed(acts) if act.kind == "reminded")
    assert reminded.document_sha256 == bytes(letter.document.sha256)
    message = Message.objects.get(id=letter.message_id)
    assert [one.document_id for one in message.attachments.all()] == [letter.document_id]


def test_before_the_due_date_it_is_a_note_without_penalties(house: House) -> None:
    invoice = invoiced(house, due_on=date(2026, 6, 28))
    approve(house)
    assert Letter.objects.get().level == 0
    assert kinds(house, invoice) == ["invoiced", "reminded"]
    assert "12,15" not in Message.objects.get().text


@pytest.mark.parametrize(("language", "country", "word"), [("en", "FR", "overdue"), ("fr", "FR", "F-1")])
def test_the_letter_speaks_the_client_s_language(house: House, language: str, country: str, word: str) -> None:
    Party.objects.filter(ref="mercure").update(language=language)
    invoiced(house, due_on=DUE)
    approve(house)
    message = Message.objects.get()
    assert word in message.subject
    assert f'lang="{language}"' in message.html


def test_what_a_policy_sends_by_itself_goes_without_a_person(house: House) -> None:
    policy = Policy.objects.create(firm=house.firm, name="by itself", tag="")
    Step.objects.create(firm=house.firm, policy=policy, level=1, days=7, channel="email", is_automatic=True)
    invoiced(house, due_on=DUE)
    prepare_reminders(house.firm, DAY)
    assert Reminder.objects.get().is_automatic


def test_dropped_it_is_not_prepared_again(house: House) -> None:
    invoiced(house, due_on=DUE)
    prepare_reminders(house.firm, DAY)
    drop_reminder(Reminder.objects.get(), why="they called", at=house.at(DAY), by=house.people["Ada"])
    assert prepare_reminders(house.firm, DAY) == 0
    assert Reminder.objects.get().why_dropped == "Ada: they called"
    assert planned(house.firm, DAY)[0].plan.skip == "not_due"
