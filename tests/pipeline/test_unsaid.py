"""Taking back what was said: the act stays, a later one corrects it, and the clock concludes as if it had not been."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from comptant.ground.deals.models import Deal
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.journal.replay import Refused
from comptant.ground.refusals import Refusal
from comptant.journey.pipeline.actions import unsay
from comptant.journey.pipeline.models import Standing
from tests.ground.doctors import faults
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=3)


def days(count: int) -> date:
    return MONDAY + timedelta(days=count)


@pytest.fixture
def lune() -> House:
    return atelier_lune()


def must_be_well(house: House) -> None:
    """Every doctor finds nothing wrong."""
    assert faults(house.firm) == {}


def takes_back(house: House, deal: Deal, act: UUID, day: date) -> None:
    unsay(deal, act, at=house.at(day, 12), by=house.people["Ada"])


def stands(deal: Deal) -> dict[str, Decimal]:
    rows = deal.balances.filter(firm_id=deal.firm_id).exclude(net=0).values_list("account", "net")
    return {account: net for account, net in rows if account != "origin"}


def standing(deal: Deal) -> Standing:
    row: Standing = Standing.objects.get(deal=deal)
    return row


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("lost", {"competitor": "FinAxis"}),
        ("vanished", {"reason": "Sans réponse"}),
        ("declined", {}),
        ("hold", {"wake_on": days(40).isoformat(), "reason": "budget"}),
        ("estimate", {"amount": "18000.00"}),
        ("stage", {"stage": "decision"}),
        ("buyer_move", {"channel": "phone"}),
        ("maybe", {}),
        ("meeting_accepted", {"meeting_on": days(9).isoformat()}),
    ],
)
def test_every_balance_and_the_standing_are_as_before(lune: House, kind: str, details: dict[str, str]) -> None:
    with lune.open():
        deal, twin = lune.opens("D-1", MONDAY, "12000.00"), lune.opens("D-2", MONDAY, "12000.00")
        act = lune.says(deal, kind, LATER, **details)
        takes_back(lune, deal, act, days(4))
        assert stands(deal) == {"hoped": Decimal("12000.00")}
        ours, untouched = standing(deal), standing(twin)
        for field in (
            "place",
            "stage",
            "net",
            "last_move_on",
            "decision_on",
            "wake_on",
            "next_on",
            "closed_on",
            "competitor",
        ):
            assert getattr(ours, field) == getattr(untouched, field), field
        must_be_well(lune)


def test_the_clock_concludes_again(lune: House) -> None:
    """Without the answer the deal had been silent for more than its stage allows: it is stalled since then."""
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        act = lune.says(deal, "buyer_move", days(10))
        lune.sleeps_until(days(20))
        assert standing(deal).place == "hoped"
        takes_back(lune, deal, act, days(20))
        assert standing(deal).place == "stalled"
        assert standing(deal).stalled_on == days(15)
        assert stands(deal) == {"stalled": Decimal("12000.00")}
        must_be_well(lune)


def test_a_stalled_deal_that_an_answer_brought_back_stalls_again(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        lune.sleeps_until(days(20))
        since = standing(deal).stalled_on
        act = lune.says(deal, "buyer_move", days(20))
        assert standing(deal).place == "hoped"
        takes_back(lune, deal, act, days(20))
        assert (standing(deal).place, standing(deal).stalled_on) == ("stalled", since)
        must_be_well(lune)


def test_a_loss_taken_back_lets_time_go_on(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        act = lune.says(deal, "lost", LATER)
        lune.sleeps_until(days(30))
        takes_back(lune, deal, act, days(30))
        assert standing(deal).place == "stalled"
        must_be_well(lune)


def test_the_act_stays_and_a_later_one_says_who_took_it_back(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        act = lune.says(deal, "lost", LATER)
        takes_back(lune, deal, act, days(4))
        acts = recorded_acts(lune.firm, [deal.id])[deal.id]
        assert act in {one.id for one in acts}
        assert act not in {one.id for one in effective(acts)}
        told = next(one for one in acts if one.kind == "undone")
        assert told.details == {"kind": "lost", "act": str(act)}
        assert told.by == lune.people["Ada"].id


def test_taken_back_twice_is_refused(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        act = lune.says(deal, "lost", LATER)
        takes_back(lune, deal, act, days(4))
        with pytest.raises(Refusal) as refused:
            takes_back(lune, deal, act, days(4))
        assert refused.value.code == "nothing_to_undo"


def test_what_a_client_signed_is_not_for_taking_back(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        won = lune.says(deal, "won", LATER, amount="12000.00")
        sent = lune.opens("D-2", MONDAY, "1.00")
        offer = lune.says(sent, "offer_sent", LATER, decision_on=days(9).isoformat())
        opened = recorded_acts(lune.firm, [sent.id])[sent.id][0].id
        for of, act in ((deal, won), (sent, offer), (sent, opened), (sent, won), (sent, uuid4())):
            with pytest.raises(Refusal) as refused:
                takes_back(lune, of, act, days(4))
            assert refused.value.code == "nothing_to_undo"
        assert stands(deal) == {"signed": Decimal("12000.00")}


def test_what_the_clock_concluded_is_not_for_taking_back(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        lune.sleeps_until(days(20))
        stalled = next(one for one in recorded_acts(lune.firm, [deal.id])[deal.id] if one.is_clock)
        with pytest.raises(Refusal) as refused:
            takes_back(lune, deal, stalled.id, days(20))
        assert refused.value.code == "nothing_to_undo"


def test_what_was_said_since_and_needs_it_refuses(lune: House) -> None:
    """A deal reactivated cannot be without its loss."""
    with lune.open():
        deal = lune.opens("D-1", MONDAY, "12000.00")
        lost = lune.says(deal, "lost", LATER)
        lune.says(deal, "reactivated", days(5))
        with pytest.raises(Refused):
            takes_back(lune, deal, lost, days(6))
        assert stands(deal) == {"hoped": Decimal("12000.00")}
        must_be_well(lune)


def test_another_firm_takes_nothing_back(lune: House) -> None:
    with lune.open():
        deal, other = lune.opens("D-1", MONDAY, "12000.00"), lune.opens("D-2", MONDAY, "5.00")
        act = lune.says(other, "lost", LATER)
        with pytest.raises(Refusal):
            takes_back(lune, deal, act, days(4))
        assert standing(other).place == "lost"
