"""Files said again, in another order, or with rows that cannot be: what stands is what was said, whoever came first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from comptant.doors.imports.loading import Outcome, load
from comptant.doors.imports.reading import Firm as ReadingFirm
from comptant.doors.imports.reading import open_reading
from comptant.ground.journal.doctor import checks
from comptant.ground.journal.sums import sums
from comptant.journey.pipeline import doctor as pipeline
from comptant.journey.pipeline.models import Standing, Threshold
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture
def house() -> House:
    return atelier_lune(today=TODAY)


def bring(house: House, target: str, text: str, **options: Any) -> Outcome:
    firm = house.firm
    reading = open_reading(text.encode(), target, ReadingFirm(firm.tz, None, TODAY))
    return load(firm, reading, today=TODAY, **options)


def stands(house: House, day: date = TODAY) -> dict[tuple[str, str], str]:
    with house.open():
        balances: dict[tuple[str, str], Any] = {}
        for (currency, source, target, *_), (net, _) in sums(house.firm, day).flows.items():
            balances[currency, source] = balances.get((currency, source), 0) - net
            balances[currency, target] = balances.get((currency, target), 0) + net
        faults = [check for check in (*checks(house.firm), *pipeline.checks(house.firm)) if not check.ok]
    assert not faults
    return {key: str(amount) for key, amount in sorted(balances.items()) if amount and key[1] != "origin"}


DEALS = "ref,party_ref,amount,opened_on,status,closed_on\n"
WON = DEALS + "W,P,10000,2026-02-02,won,2026-04-01\n"
WON_EVENT = "deal_ref,at,kind,value\nW,2026-04-01,won,12000\n"


@pytest.mark.parametrize("order", [("deals", "events"), ("events", "deals")])
def test_the_event_states_the_amount_signed_whichever_came_first(house: House, order: tuple[str, str]) -> None:
    files = {"deals": WON, "events": WON_EVENT}
    for target in order:
        assert not bring(house, target, files[target]).errors.count
    assert stands(house) == {("EUR", "signed"): "12000.00"}
    again = bring(house, "deals", WON)
    assert again.changed_nothing


def test_events_do_not_choose_the_currency_of_their_deal(house: House) -> None:
    bring(house, "events", "deal_ref,at,kind\nU,2026-10-01,buyer_move\n")
    deal = "ref,party_ref,amount,currency,opened_on,status\nU,P,500,USD,2026-09-30,open\n"
    assert not bring(house, "deals", deal).errors.count
    assert stands(house, date(2026, 10, 2)) == {("USD", "hoped"): "500.00"}


PARTIES = "ref,name,country\nNORD,Nord,CA\n"
SILENT = DEALS + "D,NORD,100,2026-04-16,open,\n"
MOVED = "deal_ref,at,kind\nD,2026-04-16,buyer_move\n"


@pytest.mark.parametrize("order", ["parties deals events", "parties events deals", "events deals parties"])
def test_working_days_are_those_of_the_client_whatever_the_order(house: House, order: str) -> None:
    files = {"parties": PARTIES, "deals": SILENT, "events": MOVED}
    for target in order.split():
        bring(house, target, files[target])
    with house.open():
        assert Standing.objects.get(deal__ref="D").stalled_on == date(2026, 5, 1)  # a holiday in France, not in Québec
    stands(house)


def test_another_party_by_update_draws_the_stall_again(house: House) -> None:
    for target, text in (("parties", PARTIES), ("deals", SILENT)):
        bring(house, target, text)
    bring(house, "deals", SILENT.replace("NORD", "mercure"), update=True)
    with house.open():
        assert Standing.objects.get(deal__ref="D").stalled_on == date(2026, 5, 4)
    stands(house)


def test_a_blank_in_an_update_says_nothing(house: House) -> None:
    full = "ref,title,party_ref,seller,source,amount,opened_on,decision_on,status,closed_on\n"
    bring(house, "deals", full + "D,Audit,P,Zed,web,4000,2026-02-02,2026-02-27,lost,2026-03-02\n")
    outcome = bring(house, "deals", "ref,party_ref,opened_on\nD,P,2026-02-02\n", update=True)
    assert outcome.changed_nothing and not outcome.differences
    assert stands(house) == {("EUR", "lost"): "4000.00"}


def test_thresholds_are_learnt_from_what_was_loaded(house: House) -> None:
    deals = DEALS + "".join(f"G{n},P,100,2026-01-05,won,2026-02-20\n" for n in range(20))
    moves = "deal_ref,at,kind,value\n" + "".join(f"G{n},2026-01-25,buyer_move,\n" for n in range(20))
    bring(house, "deals", deals)
    bring(house, "events", moves + "G3,2026-02-21,stage,decision\n", skip_bad=True)
    with house.open():
        row = Threshold.objects.get(stage="contacted", from_on=date(2026, 3, 1), replaced_at=None)
    assert (row.gaps, row.p90_days) == (40, 26)


def test_the_row_that_makes_a_story_impossible_is_the_one_refused(house: House) -> None:
    bring(house, "deals", DEALS + "U,P,100,2026-10-01,open,\n")
    bring(house, "events", "deal_ref,at,kind,value\nU,2026-10-12,estimate,150\n")
    late = "deal_ref,at,kind,value\nU,2026-10-08,buyer_move,\nU,2026-10-10,lost,Rival\n"
    outcome = bring(house, "events", late, skip_bad=True)
    assert [(error.line, error.column, error.value) for error in outcome.errors] == [(3, "kind", "lost")]
    assert outcome.counts["added"] == 1


def test_an_update_that_cannot_be_is_refused_with_its_line(house: House) -> None:
    bring(house, "deals", DEALS + "U,P,100,2026-10-01,lost,2026-10-05\n")
    bring(house, "events", "deal_ref,at,kind,value\nU,2026-10-20,reactivated,discovery\n")
    outcome = bring(house, "deals", DEALS + "U,P,100,2026-10-01,open,\n", update=True)
    assert [(error.line, error.column, error.code) for error in outcome.errors] == [(2, "status", "not_closed")]
