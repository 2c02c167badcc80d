"""The client's answer: with a code, once, and what each answer makes of the deal."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptant.ground.deals.models import Deal
from comptant.ground.journal.models import Act
from comptant.ground.mail.models import Message
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.actions import accept_offer, ask_code, decline_offer, note_opening, wrong_code
from comptant.journey.offers.models import Agreement, Milestone, Offer, Signature, SigningCode
from comptant.journey.offers.shown import consent_for
from comptant.journey.pipeline.models import Standing
from tests.offers.selling import DECISION, TUESDAY, accepted, code_of, drafted, secret_of, sent, standing
from tests.world import House

WEDNESDAY = TUESDAY + timedelta(days=1)
SIGNER = {
    "name": "Paul Marchetti", "function": "Président", "consent": "J’accepte.", "ip": None, "user_agent": "",
}  # fmt: skip


@pytest.fixture
def offer(house: House, deal: Deal) -> Offer:
    return sent(house, deal)


def test_accepting_signs_agrees_and_wins_the_deal(house: House, deal: Deal, offer: Offer) -> None:
    agreement = accepted(house, offer, house.at(WEDNESDAY))
    signature, act = Signature.objects.get(), Act.objects.get(kind="won")
    assert (agreement.net, agreement.tax, agreement.proof) == (Decimal("17700.00"), Decimal("3540.00"), "signature")
    assert bytes(signature.document_sha256) == bytes(offer.document.sha256) == bytes(act.document_sha256)
    assert (signature.name, signature.version, signature.email) == ("Paul Marchetti", 1, "paul@mercure.example")
    assert signature.code_sent_at < signature.code_verified_at == signature.accepted_at
    assert (signature.ip, signature.consent) == ("192.0.2.7", consent_for(offer))
    assert act.details["agreement"] == str(agreement.id)
    assert Standing.objects.get(deal=deal).place == "signed"
    # 30 % are payable at signature: 6 372.00 of 21 240.00.
    assert standing(deal) == {"signed": Decimal("14868.00"), "billable": Decimal("6372.00")}
    assert queries.state_of(queries.get_offer(house.firm, offer.number), DECISION) == "accepted"


def test_milestones_add_up_and_know_their_rates(house: House, deal: Deal, offer: Offer) -> None:
    agreement = accepted(house, offer, house.at(WEDNESDAY))
    milestones = list(Milestone.objects.filter(agreement=agreement))
    assert [milestone.reached_on for milestone in milestones] == [WEDNESDAY, None, None]
    assert sum(milestone.net for milestone in milestones) == agreement.net
    assert sum(milestone.tax for milestone in milestones) == agreement.tax
    assert milestones[0].rates == [{"rate": "20", "net": "5310.00", "tax": "1062.00"}]


def test_both_are_told(house: House, offer: Offer) -> None:
    accepted(house, offer, house.at(WEDNESDAY))
    told = {message.kind: message for message in Message.objects.all()}
    assert told["offer_accepted"].to == "paul@mercure.example"
    assert bytes(offer.document.sha256).hex() in told["offer_accepted"].text
    assert told["offer_accepted"].attachments.get().document_id == offer.document_id
    assert told["offer_signed"].to == f"bilal@{house.firm.ref}.example"


def test_an_option_that_is_taken_is_signed_too(house: House, deal: Deal, offer: Offer) -> None:
    option = next(line for line in queries.lines_of(offer) if line.is_optional)
    agreement = accepted(house, offer, house.at(WEDNESDAY), options=[str(option.id)])
    assert (agreement.net, agreement.tax) == (Decimal("18600.00"), Decimal("3720.00"))
    assert sum(standing(deal).values()) == Decimal("22320.00")
    assert [line.title for line in queries.agreed_lines(agreement)][-1] == "Formation"


def test_a_line_that_is_no_option_cannot_be_left_out_or_added(house: House, offer: Offer) -> None:
    plain = queries.lines_of(offer)[0]
    with pytest.raises(Refusal) as refused:
        accepted(house, offer, house.at(WEDNESDAY), options=[str(plain.id)])
    assert refused.value.code == "unknown_option"


def test_a_wrong_code_counts_and_five_are_too_many(house: House, offer: Offer) -> None:
    at = house.at(WEDNESDAY)
    ask_code(offer, at=at)
    wrong = f"{(int(code_of(offer)) + 1) % 10**6:06d}"
    told = [wrong_code(offer, wrong, at=at) for _ in range(6)]
    assert [refusal.code for refusal in told if refusal] == ["code_wrong"] * 4 + ["code_too_many"] * 2
    assert wrong_code(offer, code_of(offer), at=at).code == "code_too_many"
    with pytest.raises(Refusal):
        accept_offer(offer, code=code_of(offer), at=at, **SIGNER)
    assert not Agreement.objects.exists()


def test_a_stale_code_is_worth_nothing_nor_is_one_before_the_last(house: House, offer: Offer) -> None:
    at = house.at(WEDNESDAY)
    assert wrong_code(offer, "123456", at=at).code == "code_needed"
    ask_code(offer, at=at)
    first = code_of(offer)
    assert wrong_code(offer, first, at=at + timedelta(minutes=10)).code == "code_expired"
    with pytest.raises(Refusal) as soon:
        ask_code(offer, at=at + timedelta(seconds=30))
    assert soon.value.code == "code_too_soon"
    SigningCode.objects.update(code_hash=bytes(32))  # whatever the first was, it is another now
    ask_code(offer, at=at + timedelta(minutes=2))
    assert wrong_code(offer, code_of(offer), at=at + timedelta(minutes=3)) is None


def test_the_code_is_not_in_the_tables(house: House, offer: Offer) -> None:
    ask_code(offer, at=house.at(WEDNESDAY))
    row = SigningCode.objects.get()
    assert code_of(offer).encode() not in bytes(row.code_hash)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"name": " "}, "signer_needed"), ({"function": ""}, "signer_needed"), ({"consent": ""}, "consent_needed")],
)
def test_what_signing_needs(house: House, offer: Offer, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        accepted(house, offer, house.at(WEDNESDAY), **changes)
    assert refused.value.code == code
    assert not Signature.objects.exists()


def test_once_answered_it_is_answered(house: House, deal: Deal, offer: Offer) -> None:
    accepted(house, offer, house.at(WEDNESDAY))
    later = house.at(WEDNESDAY, 12)
    for again in (
        lambda: ask_code(offer, at=later),
        lambda: decline_offer(offer, why="price", at=later),
        lambda: accept_offer(offer, code="000000", at=later, **SIGNER),
    ):
        with pytest.raises(Refusal) as refused:
            again()
        assert refused.value.code == "already_answered"
    assert Act.objects.filter(kind="won").count() == 1


def test_closed_by_us_it_can_no_longer_be_signed(house: House, deal: Deal, offer: Offer) -> None:
    ask_code(offer, at=house.at(WEDNESDAY))
    house.says(deal, "declined", house.at(WEDNESDAY, 10, 5))
    with pytest.raises(Refusal) as refused:
        accept_offer(offer, code=code_of(offer), at=house.at(WEDNESDAY, 10, 6), **SIGNER)
    assert refused.value.code == "offer_ended"
    assert not Agreement.objects.exists() and standing(deal) == {"declined": Decimal("17700.00")}


def test_after_its_date_it_can_be_read_and_no_more(house: House, offer: Offer) -> None:
    with pytest.raises(Refusal) as refused:
        ask_code(offer, at=house.at(DECISION + timedelta(days=1), 0))
    assert refused.value.code == "offer_expired"
    ask_code(offer, at=house.at(DECISION, 23))


def test_a_draft_cannot_be_answered(house: House, deal: Deal) -> None:
    with pytest.raises(Refusal) as refused:
        decline_offer(drafted(house, deal), why="price", at=house.at(WEDNESDAY))
    assert refused.value.code == "offer_not_sent"


@pytest.mark.parametrize(
    ("why", "place"),
    [("competitor", "lost"), ("no_need", "vanished"), ("not_now", "vanished"), ("price", "hoped"), ("other", "hoped")],
)
def test_each_refusal_says_what_becomes_of_the_deal(
    house: House, deal: Deal, offer: Offer, why: str, place: str
) -> None:
    decline_offer(offer, why=why, comment="Trop tard cette année.", at=house.at(WEDNESDAY))
    held = Standing.objects.get(deal=deal)
    assert held.place == place
    assert Act.objects.filter(kind="offer_refused").count() == 1
    fresh = queries.get_offer(house.firm, offer.number)
    assert (queries.state_of(fresh, WEDNESDAY), fresh.declined_why) == ("declined", why)
    letter = Message.objects.get(kind="offer_refused")
    assert "Trop tard cette année." in letter.text
    if place == "hoped":
        assert held.last_move_on == WEDNESDAY, "a no is an answer, and ends the silence"
    else:
        assert held.reason == "Trop tard cette année."


def test_an_unknown_reason_is_no_answer(house: House, offer: Offer) -> None:
    with pytest.raises(Refusal) as refused:
        decline_offer(offer, why="maybe", at=house.at(WEDNESDAY))
    assert refused.value.code == "unknown_reason"


def test_the_opening_is_noted_once_and_moves_nothing(house: House, deal: Deal, offer: Offer) -> None:
    before = Standing.objects.get(deal=deal).last_move_on
    for hour in (9, 10):
        note_opening(queries.get_offer(house.firm, offer.number), at=house.at(WEDNESDAY, hour))
    assert Act.objects.filter(kind="offer_opened").count() == 1
    assert Standing.objects.get(deal=deal).last_move_on == before


def test_the_link_is_found_by_its_secret_alone(house: House, offer: Offer) -> None:
    from comptant.ground.firms.models import LinkKey
    from comptant.ground.mail.links import find_link

    found = find_link("offer", secret_of(offer), now=house.at(WEDNESDAY))
    assert found is not None and found.subject_id == offer.id
    assert find_link("reminder", secret_of(offer), now=house.at(WEDNESDAY)) is None
    assert find_link("offer", secret_of(offer), now=house.at(WEDNESDAY) + timedelta(days=400)) is None
    assert secret_of(offer).encode() not in bytes(LinkKey.objects.get().key_hash)
