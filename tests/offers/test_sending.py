"""Making, presenting and sending an offer: what is kept, what leaves, what is refused."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader

from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.journal.models import Act
from comptant.ground.journal.replay import Refused
from comptant.ground.mail.models import Attachment, Message
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.actions import expire_offers, present_offer, revise_offer, send_offer
from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from comptant.journey.pipeline.models import Standing
from tests.offers.selling import BENEFITS, DAF, DECISION, TUESDAY, drafted, sent
from tests.world import MONDAY, House


def test_totals_leave_options_out_and_numbers_follow(house: House, deal: Deal) -> None:
    offer, other = drafted(house, deal), drafted(house, deal)
    assert (offer.net, offer.tax) == (Decimal("17700.00"), Decimal("3540.00"))
    assert (offer.number, other.number) == ("D-2026-001", "D-2026-002")
    assert queries.state_of(offer, MONDAY) == "draft"


def test_the_margin_is_not_told_while_a_cost_is_missing(house: House, deal: Deal) -> None:
    assert queries.predicted_margin(drafted(house, deal)) is None
    told = drafted(house, deal, lines=[DAF[0]])
    assert queries.predicted_margin(told) == Decimal("2320.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": []}, "offer_without_lines"),
        ({"lines": [LineDraft(" ", Decimal(1), Decimal(20))]}, "line_without_title"),
        ({"lines": [LineDraft("a", Decimal(-1), Decimal(20))]}, "line_amount"),
        ({"lines": [LineDraft("a", Decimal(1), Decimal(20), discount=Decimal(101))]}, "line_rate"),
        ({"schedule": [PartDraft("a", Decimal(30), "signature")]}, "schedule_not_whole"),
        ({"schedule": [PartDraft("a", Decimal(100), "date")]}, "schedule_undated"),
        ({"schedule": [PartDraft("a", Decimal(100), "when the moon is full")]}, "schedule_part"),
    ],
)
def test_what_is_not_an_offer_is_refused(house: House, deal: Deal, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        drafted(house, deal, **changes)
    assert refused.value.code == code
    assert not Offer.objects.exists()


def test_sending_seals_a_pdf_and_puts_a_letter_with_it(house: House, deal: Deal) -> None:
    offer = sent(house, deal)
    document = Document.objects.get(id=offer.document_id)
    letter = Message.objects.get(kind="offer")
    act = Act.objects.get(kind="offer_sent")
    assert document.name == "D-2026-001-v1.pdf"
    assert bytes(document.sha256) == sha256(bytes(document.content)).digest() == bytes(act.document_sha256)
    assert (letter.to, letter.deal_id) == ("paul@mercure.example", deal.id)
    assert offer.link in letter.text and offer.link in letter.html
    assert Attachment.objects.get(message=letter).document_id == document.id
    assert Act.objects.filter(kind="offer_presented").count() == 1
    standing = Standing.objects.get(deal=deal)
    assert (standing.presented, standing.decision_on) == ("in_person", DECISION)
    assert queries.live_offer(deal, TUESDAY) == offer


def test_the_pdf_opens_on_the_benefits_and_holds_lines_and_totals(house: House, deal: Deal) -> None:
    reader = PdfReader(BytesIO(bytes(sent(house, deal).document.content)))
    first = reader.pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
    whole = "\n".join(page.extract_text() for page in reader.pages).replace("\N{NO-BREAK SPACE}", " ")
    for benefit in BENEFITS:
        title, figure = benefit.split(" | ")
        assert title in first and figure in first
    for words in ("Diagnostic", "6 mois", "12 900,00 €", "17 700,00 €", "3 540,00 €", "21 240,00 €",
                  "6 372,00 €", "Formation", "900,00 €", "20 mars 2026", "Mercure SARL"):  # fmt: skip
        assert words in whole, words
    assert "2 480" not in whole, "our cost is not the client's business"


def test_the_pdf_is_the_same_for_the_same_offer(house: House, deal: Deal) -> None:
    from comptant.journey.offers.paper import offer_pdf

    offer = drafted(house, deal)
    assert offer_pdf(offer, at=house.at(TUESDAY)) == offer_pdf(offer, at=house.at(TUESDAY))


def test_in_quebec_the_two_taxes_are_told_apart(house: House) -> None:
    house.firm.country, house.firm.currency, house.firm.language = "CA", "CAD", "fr-ca"
    house.firm.save()
    deal = house.opens("boreal", MONDAY, "1250", party=house.clients["boreal"])
    offer = drafted(house, deal, lines=[LineDraft("Tenue de livres", Decimal(1250), Decimal("14.975"))])
    assert offer.tax == Decimal("187.19")
    offer = send_offer(offer, to="daf@boreal.example", at=house.at(TUESDAY), by=house.people["Ada"])
    text = PdfReader(BytesIO(bytes(offer.document.content))).pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "62,50 $" in text and "124,69 $" in text and "1 437,19 $" in text


@pytest.mark.parametrize(
    ("changes", "to", "code"),
    [
        ({"decision_on": None}, "", "decision_date_needed"),
        ({"decision_on": TUESDAY}, "", "decision_date_needed"),
        ({}, "nobody", "bad_address"),
    ],
)
def test_what_cannot_be_sent(house: House, deal: Deal, changes: dict[str, object], to: str, code: str) -> None:
    offer = drafted(house, deal, **changes)
    with pytest.raises(Refusal) as refused:
        send_offer(offer, to=to, at=house.at(TUESDAY), by=house.people["Bilal"])
    assert refused.value.code == code
    assert not Message.objects.exists() and not Document.objects.exists()


def test_nobody_to_send_it_to(house: House, deal: Deal) -> None:
    deal.party.email = ""
    deal.party.save()
    with pytest.raises(Refusal) as refused:
        send_offer(drafted(house, deal), at=house.at(TUESDAY), by=house.people["Bilal"])
    assert refused.value.code == "email_needed"


def test_sent_it_stays_as_it_is_and_the_next_version_takes_its_place(house: House, deal: Deal) -> None:
    first, bilal = sent(house, deal), house.people["Bilal"]
    with pytest.raises(Refusal) as refused:
        send_offer(first, at=house.at(TUESDAY), by=bilal)
    assert refused.value.code == "offer_is_sent"
    second = revise_offer(first, lines=DAF[:1], at=house.at(TUESDAY), by=bilal)
    assert (second.number, second.version, second.net) == (first.number, 2, Decimal("4800.00"))
    assert queries.live_offer(deal, TUESDAY) == first, "the client can still sign what they have"
    again = revise_offer(first, title="Autre titre", at=house.at(TUESDAY), by=bilal)
    assert (again.version, again.net, again.title) == (2, Decimal("4800.00"), "Autre titre")
    send_offer(again, at=house.at(TUESDAY, 17), by=bilal)
    assert queries.live_offer(deal, TUESDAY).version == 2
    assert queries.state_of(queries.get_offer(house.firm, first.number, 1), TUESDAY) == "ended"
    assert len(queries.lines_of(first)) == 3


def test_a_date_may_be_agreed_twice(house: House, deal: Deal) -> None:
    offer, bilal = sent(house, deal), house.people["Bilal"]
    for later in range(1, 3):
        offer = revise_offer(offer, decision_on=DECISION + timedelta(days=later), at=house.at(TUESDAY), by=bilal)
        offer = send_offer(offer, at=house.at(TUESDAY, 16, later), by=bilal)
    offer = revise_offer(offer, decision_on=DECISION + timedelta(days=9), at=house.at(TUESDAY), by=bilal)
    with pytest.raises(Refused) as refused:
        send_offer(offer, at=house.at(TUESDAY, 18), by=bilal)
    assert refused.value.code == "decision_moved_too_often"


def test_closing_the_deal_ends_its_offer_and_reopening_does_not_bring_it_back(house: House, deal: Deal) -> None:
    offer, wednesday = sent(house, deal), TUESDAY + timedelta(days=1)
    house.says(deal, "lost", wednesday, competitor="Autre")
    assert queries.state_of(offer, wednesday) == "ended"
    house.says(deal, "reactivated", wednesday + timedelta(days=1))
    assert queries.state_of(offer, wednesday + timedelta(days=1)) == "ended"
    with pytest.raises(Refusal):
        house.says(deal, "lost", wednesday + timedelta(days=2))
        drafted(house, deal)


def test_unanswered_it_expires_and_was_not_refused(house: House, deal: Deal) -> None:
    offer = sent(house, deal)
    assert expire_offers(house.firm, DECISION) == 0
    assert expire_offers(house.firm, DECISION + timedelta(days=1)) == 1
    assert expire_offers(house.firm, DECISION + timedelta(days=1)) == 0
    fresh = queries.get_offer(house.firm, offer.number)
    assert (queries.state_of(fresh, date(2026, 4, 1)), fresh.end_reason) == ("expired", "expired")
    assert fresh.declined_at is None


def test_how_it_was_presented_is_one_of_four(house: House, deal: Deal) -> None:
    with pytest.raises(Refusal) as refused:
        present_offer(drafted(house, deal), how="by pigeon", on=MONDAY, at=house.at(MONDAY), by=house.people["Ada"])
    assert refused.value.code == "unknown_manner"
