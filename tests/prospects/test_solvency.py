"""Can they pay: the light, what they owe, and who may go beyond the limit."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from comptant.ground.deals.models import Deal
from comptant.ground.journal.models import Act
from comptant.ground.refusals import Refusal
from comptant.journey.offers.actions import record_agreement, send_offer
from comptant.journey.offers.models import Offer
from comptant.journey.prospects.actions import assess, may_commit, override_limit
from comptant.journey.prospects.queries import current_assessment, exposure
from comptant.journey.prospects.rules import Exposure
from tests.offers.selling import SCHEDULE, TUESDAY, drafted, identified
from tests.world import MONDAY, House, atelier_lune


@pytest.fixture
def house(db: None) -> Iterator[House]:
    lune = atelier_lune()
    with lune.open():
        yield identified(lune)


@pytest.fixture
def deal(house: House) -> Deal:
    return house.opens("marchetti", MONDAY, "1000")


def judged(house: House, light: str = "green", limit: str | None = None, day: date = MONDAY) -> None:
    assess(
        house.clients["mercure"], light=light, reason="Comptes vus.", credit_limit=Decimal(limit) if limit else None,
        at=house.at(day), by=house.people["Ada"],
    )  # fmt: skip


def owes(house: House, ref: str, net: str, day: date = TUESDAY) -> Deal:
    """A deal signed for a net amount, with tax at 20 %."""
    deal = house.opens(ref, day, net)
    record_agreement(
        deal, net=Decimal(net), tax=Decimal(net) / 5, proof="imported", at=house.at(day, 12), by=house.people["Ada"]
    )
    return deal


def test_the_latest_assessment_holds_and_the_others_stay(house: House) -> None:
    party = house.clients["mercure"]
    judged(house, "red", "100", TUESDAY)
    judged(house, "green", "5000", MONDAY)
    held = current_assessment(party)
    assert (held.light, held.credit_limit, held.is_imported) == ("red", Decimal("100.00"), False)
    assert party.assessments.count() == 2


def test_what_a_file_said_counts_until_somebody_judged(house: House) -> None:
    party = house.clients["mercure"]
    assert current_assessment(party).light == ""
    party.credit_limit = Decimal(800)
    party.save()
    said = current_assessment(party)
    assert (said.light, said.credit_limit, said.is_imported) == ("", Decimal(800), True) and said.reason
    judged(house, "amber", None)
    assert current_assessment(party).credit_limit is None
    party.insolvent_on = TUESDAY
    party.save()
    red = current_assessment(party)
    assert red.light == "red" and TUESDAY.isoformat() in red.reason
    judged(house, "amber", "10", TUESDAY)
    assert current_assessment(party).light == "amber", "somebody knew of it, and judged again"


@pytest.mark.parametrize(
    ("light", "reason", "limit", "code"),
    [("blue", "x", None, "unknown_light"), ("red", " ", None, "reason_needed"), ("red", "x", "-1", "bad_amount")],
)
def test_an_assessment_says_why(house: House, light: str, reason: str, limit: str | None, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        assess(
            house.clients["mercure"], light=light, reason=reason, credit_limit=Decimal(limit) if limit else None,
            at=house.at(MONDAY), by=house.people["Ada"],
        )  # fmt: skip
    assert refused.value.code == code


def test_exposure_is_gross_by_account_and_as_of_a_day(house: House) -> None:
    party, other = house.clients["mercure"], house.clients["boreal"]
    judged(house, "green", "3000")
    owes(house, "one", "1000")
    owes(house, "two", "500", TUESDAY + timedelta(days=2))
    house.opens("hoped", TUESDAY, "90000")
    now = exposure(house.firm, [party.id, other.id])
    assert (now[party.id].signed, now[party.id].total) == (Decimal("1800.00"), Decimal("1800.00"))
    assert (now[party.id].share, now[party.id].alert) == (Decimal(60), 50)
    assert (now[other.id].total, now[other.id].limit, now[other.id].alert) == (Decimal(0), None, 0)
    then = exposure(house.firm, [party.id], TUESDAY)[party.id]
    assert then.total == Decimal("1200.00")
    assert exposure(house.firm, [party.id], MONDAY)[party.id].total == 0


def test_what_is_held_for_them_is_not_owed() -> None:
    assert Exposure(invoiced=Decimal(100), held=Decimal(30)).total == Decimal(70)
    assert Exposure(held=Decimal(30)).total == 0


@pytest.mark.parametrize(("gross", "code"), [("1800.00", ""), ("1800.01", "over_limit")])
def test_the_limit_itself_is_within_it(house: House, deal: Deal, gross: str, code: str) -> None:
    judged(house, "green", "3000")
    owes(house, "one", "1000")
    try:
        may_commit(deal, Decimal(gross))
    except Refusal as refused:
        assert refused.code == code
    else:
        assert code == ""


def test_beyond_the_limit_an_offer_needs_a_deposit_or_an_owner(house: House, deal: Deal) -> None:
    judged(house, "green", "1000")
    bilal, ada = house.people["Bilal"], house.people["Ada"]
    offer = drafted(house, deal, schedule=[])
    with pytest.raises(Refusal) as refused:
        send_offer(offer, at=house.at(TUESDAY), by=bilal)
    assert refused.value.code == "over_limit"
    with pytest.raises(Refusal) as not_hers:
        override_limit(deal, reason="Je la connais.", at=house.at(TUESDAY), by=bilal)
    assert not_hers.value.code == "owner_only"
    with pytest.raises(Refusal) as silent:
        override_limit(deal, reason=" ", at=house.at(TUESDAY), by=ada)
    assert silent.value.code == "reason_needed"
    override_limit(deal, reason="Je la connais.", at=house.at(TUESDAY), by=ada)
    assert Act.objects.get(kind="override").details["reason"] == "Je la connais."
    assert send_offer(offer, at=house.at(TUESDAY, 11), by=bilal).sent_at is not None


def test_a_deposit_at_signature_is_enough(house: House, deal: Deal) -> None:
    judged(house, "red", "1000")
    sent = send_offer(drafted(house, deal, schedule=SCHEDULE), at=house.at(TUESDAY), by=house.people["Bilal"])
    assert isinstance(sent, Offer)


def test_a_red_party_signs_nothing_without_one(house: House, deal: Deal) -> None:
    from comptant.ground.documents.actions import keep

    judged(house, "red")
    scan = keep(house.firm, "scan.pdf", "application/pdf", b"%PDF", at=house.at(MONDAY))
    with pytest.raises(Refusal) as refused:
        record_agreement(
            deal, net=Decimal(10), tax=Decimal(2), proof="scanned", document=scan, at=house.at(TUESDAY),
            by=house.people["Ada"],
        )  # fmt: skip
    assert refused.value.code == "red_party"
