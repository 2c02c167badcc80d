"""Agreements made outside, extra requests, milestones, and what ends before it is invoiced."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from comptant.doors.nightly import catch_up
from comptant.ground.deals.models import Deal
from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.journal.models import Act
from comptant.ground.mail.models import Message
from comptant.ground.refusals import Refusal
from comptant.journey.offers.actions import (
    accept_extra,
    deliver,
    end_agreement,
    propose_extra,
    record_agreement,
    send_offer,
)
from comptant.journey.offers.models import Agreement, Milestone
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from comptant.journey.pipeline.models import Standing
from tests.offers.selling import SCHEDULE, TUESDAY, accepted, identified, sent, standing
from tests.world import MONDAY, House, atelier_lune

WEDNESDAY = TUESDAY + timedelta(days=1)
APRIL = date(2026, 4, 20)
EXTRA = [LineDraft("Journée de formation en plus", Decimal("900"), Decimal(20))]


@pytest.fixture
def scan(house: House) -> Document:
    return keep(house.firm, "bon-pour-accord.pdf", "application/pdf", b"%PDF-1.7 signed", at=house.at(TUESDAY))


@pytest.fixture
def agreement(house: House, deal: Deal, scan: Document) -> Agreement:
    return record_agreement(
        deal, net=Decimal("10000.00"), tax=Decimal("2000.00"), proof="scanned", document=scan, schedule=SCHEDULE,
        at=house.at(WEDNESDAY), by=house.people["Ada"],
    )  # fmt: skip


def test_a_scan_is_proof_too(house: House, deal: Deal, scan: Document, agreement: Agreement) -> None:
    won = Act.objects.get(kind="won")
    assert (won.details["proof"], bytes(won.document_sha256)) == ("scanned", bytes(scan.sha256))
    assert standing(deal) == {"signed": Decimal("8400.00"), "billable": Decimal("3600.00")}
    assert agreement.rates == [{"rate": "20", "net": "10000.00", "tax": "2000.00"}]


def test_without_a_schedule_all_is_payable_when_accepted(house: House, deal: Deal) -> None:
    bare = record_agreement(
        deal, net=Decimal(100), tax=Decimal("5.50"), proof="imported", at=house.at(WEDNESDAY), by=house.people["Ada"]
    )
    milestone = Milestone.objects.get(agreement=bare)
    assert (milestone.share, milestone.trigger, milestone.net) == (100, "acceptance", Decimal("100.00"))
    assert bare.rates[0]["rate"] == "5.5"


@pytest.mark.parametrize(
    ("proof", "code"), [("a word", "unknown_proof"), ("signature", "unknown_proof"), ("purchase_order", "proof_needed")]
)
def test_nothing_is_won_without_proof(house: House, deal: Deal, proof: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        record_agreement(
            deal, net=Decimal(1), tax=Decimal(0), proof=proof, at=house.at(WEDNESDAY), by=house.people["Ada"]
        )
    assert refused.value.code == code
    assert Standing.objects.get(deal=deal).place == "hoped"


def test_one_agreement_a_deal(house: House, deal: Deal, scan: Document, agreement: Agreement) -> None:
    with pytest.raises(Refusal) as refused:
        record_agreement(
            deal, net=Decimal(1), tax=Decimal(0), proof="scanned", document=scan, at=house.at(WEDNESDAY),
            by=house.people["Ada"],
        )  # fmt: skip
    assert refused.value.code == "already_agreed"


def test_a_deal_an_import_won_gets_its_agreement(house: House, deal: Deal) -> None:
    house.says(deal, "won", TUESDAY, amount="10000.00", tax="2000.00")
    at, ada = house.at(WEDNESDAY), house.people["Ada"]
    with pytest.raises(Refusal) as refused:
        record_agreement(deal, net=Decimal(9999), tax=Decimal(0), proof="imported", at=at, by=ada)
    assert refused.value.code == "agreement_other_amount"
    record_agreement(deal, net=Decimal(10000), tax=Decimal(2000), proof="imported", schedule=SCHEDULE, at=at, by=ada)
    assert Act.objects.filter(kind="won").count() == 1
    assert standing(deal) == {"signed": Decimal("8400.00"), "billable": Decimal("3600.00")}


def test_a_lost_deal_signed_after_all_is_reactivated_and_won_in_one_act(house: House, deal: Deal) -> None:
    house.says(deal, "lost", TUESDAY)
    record_agreement(
        deal, net=Decimal(500), tax=Decimal(100), proof="imported", at=house.at(WEDNESDAY), by=house.people["Ada"]
    )
    assert standing(deal) == {"signed": Decimal("600.00")}


def test_a_milestone_delivered_may_be_invoiced_once(house: House, deal: Deal, agreement: Agreement) -> None:
    milestone = Milestone.objects.get(agreement=agreement, trigger="acceptance")
    at, ada = house.at(APRIL), house.people["Ada"]
    deliver(milestone, on=APRIL - timedelta(days=3), at=at, by=ada)
    assert standing(deal) == {"signed": Decimal("3600.00"), "billable": Decimal("8400.00")}
    act = Act.objects.filter(kind="delivered").order_by("-occurred_at").first()
    assert act.occurred_on == APRIL - timedelta(days=3)
    with pytest.raises(Refusal) as refused:
        deliver(milestone, on=APRIL, at=at, by=ada)
    assert refused.value.code == "milestone_reached"


def test_an_agreement_ended_cancels_what_was_not_invoiced(house: House, deal: Deal, agreement: Agreement) -> None:
    ended = end_agreement(agreement, reason="Le client a fermé.", at=house.at(APRIL), by=house.people["Ada"])
    assert standing(deal) == {"cancelled": Decimal("12000.00")}
    assert (ended.ended_on, ended.end_reason) == (APRIL, "Le client a fermé.")
    for again in (
        lambda: end_agreement(agreement, reason="Encore.", at=house.at(APRIL), by=house.people["Ada"]),
        lambda: deliver(Milestone.objects.last(), on=APRIL, at=house.at(APRIL), by=house.people["Ada"]),
    ):
        with pytest.raises(Refusal) as refused:
            again()
        assert refused.value.code == "agreement_ended"


def test_an_extra_request_is_sent_and_signed_as_an_offer_is(house: House, deal: Deal, agreement: Agreement) -> None:
    at = house.at(APRIL)
    extra = propose_extra(deal, lines=EXTRA, decision_on=APRIL + timedelta(days=9), at=at, by=house.people["Bilal"])
    extra = send_offer(extra, at=at, by=house.people["Bilal"])
    added = accepted(house, extra, house.at(APRIL, 15))
    assert (added.kind, added.net, added.deal_id) == ("extra", Decimal("900.00"), deal.id)
    assert Act.objects.get(kind="extra_accepted").details["agreement"] == str(added.id)
    assert sum(standing(deal).values()) == Decimal("13080.00")
    assert Message.objects.filter(kind="offer_accepted", deal=deal).count() == 1
    assert Standing.objects.get(deal=deal).net == Decimal("10000.00"), "what was won is what was won"


def test_an_extra_request_may_be_accepted_outside(
    house: House, deal: Deal, agreement: Agreement, scan: Document
) -> None:
    at, ada = house.at(APRIL), house.people["Ada"]
    extra = propose_extra(deal, lines=EXTRA, at=at, by=ada)
    accept_extra(extra, proof="purchase_order", document=scan, at=at, by=ada)
    assert sum(standing(deal).values()) == Decimal("13080.00")


def test_an_extra_request_is_beside_an_agreement(house: House, deal: Deal) -> None:
    with pytest.raises(Refusal) as refused:
        propose_extra(deal, lines=EXTRA, at=house.at(APRIL), by=house.people["Ada"])
    assert refused.value.code == "extra_needs_agreement"


@pytest.mark.django_db(transaction=True)
def test_a_date_of_the_schedule_makes_its_part_billable_at_night_and_twice_does_no_harm() -> None:
    lune = atelier_lune()
    with lune.open():
        deal = identified(lune).opens("marchetti", MONDAY, "10000")
        plan = [
            PartDraft("Janvier", Decimal(50), "date", date(2026, 4, 1)),
            PartDraft("Fin", Decimal(50), "date", date(2026, 5, 1)),
        ]
        record_agreement(
            deal, net=Decimal(10000), tax=Decimal(2000), proof="imported", schedule=plan, at=lune.at(TUESDAY),
            by=lune.people["Ada"],
        )  # fmt: skip
    for _ in range(2):
        catch_up(lune.firm, date(2026, 4, 15))
    with lune.open():
        assert standing(deal) == {"signed": Decimal("6000.00"), "billable": Decimal("6000.00")}
        act = Act.objects.get(kind="delivered")
        assert (act.occurred_on, act.by_id) == (date(2026, 4, 1), None)
    catch_up(lune.firm, date(2026, 6, 15))
    with lune.open():
        assert standing(deal) == {"billable": Decimal("12000.00")}


def test_the_letter_of_an_offer_names_what_the_client_gains(house: House, deal: Deal) -> None:
    offer = sent(house, deal)
    letter = Message.objects.get(kind="offer")
    text = letter.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "118 000 €" in text and "20 mars 2026" in text
    assert offer.number in letter.subject
