"""One deal closed by two at the same moment: one outcome, and the second is told clearly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.journal.models import Act, Balance
from comptant.ground.refusals import Refusal
from comptant.journey.pipeline.actions import say
from comptant.journey.pipeline.models import Standing
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
CLOSED_ON = MONDAY + timedelta(days=3)


def closed_by_two(house: House, deal: Deal, kinds: tuple[str, str], minutes: tuple[int, int]) -> list[str]:
    """Ada and Bilal each say their word, begun at the same moment: what was recorded, or the code of the refusal."""
    gate = Barrier(2)

    def one(name: str, kind: str, minute: int) -> str:
        try:
            gate.wait(timeout=20)
            with firm_scope(house.firm.id):
                say(deal, kind, at=house.at(CLOSED_ON, 10, minute), by=house.people[name])
            return kind
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, ("Ada", "Bilal"), kinds, minutes))


@pytest.fixture
def house() -> House:
    return atelier_lune()


def stands(house: House, deal: Deal) -> tuple[str, dict[str, Decimal], list[str]]:
    """Where the deal stands, where its euros are, and what its timeline says beside its opening."""
    with house.open():
        balances = Balance.objects.filter(firm=house.firm, deal=deal).exclude(account="origin").exclude(net=0)
        sums = dict(balances.values_list("account", "net"))
        kinds = Act.objects.filter(firm=house.firm, deal=deal).exclude(kind="opened").values_list("kind", flat=True)
        return Standing.objects.get(firm=house.firm, deal=deal).place, sums, list(kinds)


@pytest.mark.parametrize("kinds", [("lost", "lost"), ("won", "won"), ("lost", "vanished")])
def test_a_deal_closed_by_two_is_closed_once(house: House, kinds: tuple[str, str]) -> None:
    with house.open():
        deal = house.opens("D-1", MONDAY, "12000.00")
    told = closed_by_two(house, deal, kinds, (0, 0))
    [done] = [word for word in told if word in kinds]
    assert told[told.index(done) - 1] == ("already_won" if done == "won" else "not_open")
    place = "signed" if done == "won" else done
    assert stands(house, deal) == (place, {place: Decimal("12000.00")}, [done])


def test_a_deal_lost_and_won_by_two_is_one_or_the_other(house: House) -> None:
    """Won at ten, lost a minute later: who comes second is told that the deal is closed, whichever it is."""
    with house.open():
        deal = house.opens("D-1", MONDAY, "12000.00")
    told = closed_by_two(house, deal, ("lost", "won"), (1, 0))
    assert told in (["lost", "not_open"], ["not_open", "won"])
    place = "lost" if told[0] == "lost" else "signed"
    assert stands(house, deal) == (place, {place: Decimal("12000.00")}, [word for word in told if word != "not_open"])


def test_a_deal_lost_then_won_after_all_is_signed_whoever_came_first(house: House) -> None:
    """Lost at ten, won a minute later: both may be said of one deal, and the later word stands."""
    with house.open():
        deal = house.opens("D-1", MONDAY, "12000.00")
    assert closed_by_two(house, deal, ("lost", "won"), (0, 1)) == ["lost", "won"]
    place, sums, kinds = stands(house, deal)
    assert (place, sums, kinds[-2:]) == ("signed", {"signed": Decimal("12000.00")}, ["lost", "won"])
