"""Two people at once: one outcome, and the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from comptant.ground.journal.models import Act
from comptant.ground.mail.models import Message
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.actions import accept_offer, ask_code, decline_offer, deliver, send_offer, wrong_code
from comptant.journey.offers.models import Agreement, Milestone, Offer, Signature, SigningCode
from tests.offers.selling import TUESDAY, accepted, code_of, drafted, identified, sent
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
WEDNESDAY = TUESDAY + timedelta(days=1)
SIGNER = {
    "name": "Paul Marchetti", "function": "Président", "consent": "J’accepte.", "ip": None, "user_agent": "",
}  # fmt: skip


@pytest.fixture
def house(transactional_db: None) -> House:
    lune = atelier_lune()
    with lune.open():
        return identified(lune)


def at_once(house: House, *acts: Callable[[], object]) -> list[str]:
    """Each act in a transaction of its own, begun together; what came of each: done, or the code of its refusal."""
    barrier = Barrier(len(acts))

    def act(one: Callable[[], object]) -> str:
        try:
            with house.open():
                barrier.wait(30)
                one()
            return "done"
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return sorted(people.map(act, acts))


def offered(house: House) -> Offer:
    with house.open():
        offer = sent(house, house.opens("marchetti", MONDAY, "17700"))
        ask_code(offer, at=house.at(WEDNESDAY))
        return offer


def test_accepted_twice_it_is_signed_once(house: House) -> None:
    offer, at = offered(house), house.at(WEDNESDAY, 10, 2)
    with house.open():
        code = code_of(offer)
    signs = [lambda: accept_offer(offer, code=code, at=at, **SIGNER)] * 3
    assert at_once(house, *signs) == ["already_answered", "already_answered", "done"]
    with house.open():
        assert Signature.objects.count() == Agreement.objects.count() == 1
        assert Act.objects.filter(kind="won").count() == 1
        assert Message.objects.filter(kind="offer_accepted").count() == 1


def test_yes_and_no_at_once_is_one_of_them(house: House) -> None:
    offer, at = offered(house), house.at(WEDNESDAY, 10, 2)
    with house.open():
        code = code_of(offer)
    told = at_once(
        house,
        lambda: accept_offer(offer, code=code, at=at, **SIGNER),
        lambda: decline_offer(offer, why="competitor", at=at),
    )
    assert told == ["already_answered", "done"]
    with house.open():
        place = queries.place_of(offer.deal)
        assert (place == "signed") == Agreement.objects.exists()
        assert place in ("signed", "lost")


def test_signed_while_we_close_the_deal_is_one_of_them(house: House) -> None:
    offer, at = offered(house), house.at(WEDNESDAY, 10, 2)
    with house.open():
        code = code_of(offer)
    told = at_once(
        house,
        lambda: accept_offer(offer, code=code, at=at, **SIGNER),
        lambda: house.says(offer.deal, "declined", at + timedelta(seconds=1)),
    )
    assert told in (["done", "not_open"], ["done", "offer_ended"])
    with house.open():
        assert (queries.place_of(offer.deal) == "signed") == Signature.objects.exists()


def test_wrong_codes_at_once_are_all_counted(house: House) -> None:
    offer, at = offered(house), house.at(WEDNESDAY, 10, 2)
    with house.open():
        wrong = f"{(int(code_of(offer)) + 1) % 10**6:06d}"
    at_once(house, *[lambda: wrong_code(offer, wrong, at=at)] * 4)
    with house.open():
        assert SigningCode.objects.get().wrong_tries == 4


def test_sent_twice_one_letter_leaves(house: House) -> None:
    with house.open():
        offer = drafted(house, house.opens("marchetti", MONDAY, "17700"))
    bilal = house.people["Bilal"]
    told = at_once(house, *[lambda: send_offer(offer, at=house.at(TUESDAY), by=bilal)] * 2)
    assert told == ["done", "offer_is_sent"]
    with house.open():
        assert Message.objects.filter(kind="offer").count() == Act.objects.filter(kind="offer_sent").count() == 1


def test_delivered_twice_it_is_delivered_once(house: House) -> None:
    offer = offered(house)
    with house.open():
        SigningCode.objects.all().delete()
        agreement = accepted(house, offer, house.at(WEDNESDAY, 11))
        milestone = Milestone.objects.select_related("agreement__deal").get(agreement=agreement, trigger="acceptance")
    ada, day = house.people["Ada"], WEDNESDAY + timedelta(days=9)
    told = at_once(house, *[lambda: deliver(milestone, on=day, at=house.at(day), by=ada)] * 2)
    assert told == ["done", "milestone_reached"]
    with house.open():
        assert Act.objects.filter(kind="delivered", details__title=milestone.title).count() == 1


def test_numbers_of_offers_drafted_at_once_differ(house: House) -> None:
    with house.open():
        deals = [house.opens(f"d{n}", MONDAY, "100") for n in range(3)]
    assert at_once(house, *[lambda deal=deal: drafted(house, deal) for deal in deals]) == ["done"] * 3
    with house.open():
        assert set(Offer.objects.values_list("number", flat=True)) == {f"D-2026-00{n}" for n in (1, 2, 3)}
