"""The pipeline report: what stands now and what the acts tell agree; conversion, cycle, portfolio by cases."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptant.ground.journal.actions import load_cases, settle
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.models import Act
from comptant.ground.parties.models import Party
from comptant.outlook.reports.in_hand import InHand, standing_now, stands_now, told_again
from comptant.outlook.reports.outcomes import outcomes
from comptant.outlook.reports.paths import path
from comptant.outlook.reports.pipelines import pipeline
from comptant.outlook.reports.shapes import pipeline_document, pipeline_documents
from tests.reports.made_up import live, lived, undone
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
shared = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def lune(db: None) -> House:
    return atelier_lune()


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def in_order(deals: list[InHand]) -> list[InHand]:
    return sorted(deals, key=lambda deal: deal.ref)


@given(seed=st.integers(0, 10**6), ahead=st.integers(0, 12))
@shared
def test_both_ways_agree(db: None, seed: int, ahead: int) -> None:
    with undone():
        house = lived(seed)
        with house.open():
            assert house.firm.clock_on
            as_of = house.firm.clock_on + timedelta(days=ahead)
            assert stands_now(house.firm, as_of)
            assert in_order(list(standing_now(house.firm, as_of))) == in_order(list(told_again(house.firm, as_of)))


@given(seed=st.integers(0, 10**6), back=st.integers(0, 60))
@shared
def test_a_past_day_is_what_stood_then(db: None, seed: int, back: int) -> None:
    """With nothing said late, what is told of a past day is what one saw on it."""
    with undone():
        house = lived(seed, days=20)
        for _ in range(3):
            seen = house.firm.clock_on
            assert seen
            with house.open():
                then = pipeline(house.firm, seen)
                first = Act.objects.count()
            live(house, random.Random(back), 15)
            with house.open():
                was_late = any(act.occurred_on <= seen for act in Act.objects.order_by("id")[first:])
                if not was_late:
                    assert pipeline(house.firm, seen) == then


@given(seed=st.integers(0, 10**6), back=st.integers(-5, 80))
@shared
def test_its_value_is_the_paths_hope(db: None, seed: int, back: int) -> None:
    with undone():
        house = lived(seed)
        with house.open():
            assert house.firm.clock_on
            as_of = house.firm.clock_on - timedelta(days=back)
            (report,), (found,) = pipeline(house.firm, as_of), path(house.firm, as_of)
    stands = {one.account: one for one in found.balances}
    for account, net in (("hoped", report.value), ("stalled", report.stalled), ("waiting", report.waiting)):
        assert net == stands[account].net
        assert sum(line.account == account for line in report.deals) == stands[account].deals
    assert report.portfolio.live == stands["hoped"].deals


def test_a_silent_deal_is_told_with_its_reason(lune: House) -> None:
    with lune.open():
        lune.opens("D1", day(0), "900", stage="proposal", decision_on=None)
        lune.opens("D2", day(0), "1000", stage="contacted", decision_on=day(4))
        waiting = lune.opens("D3", day(0), "50")
        lune.says(waiting, "hold", day(3), wake_on=day(30).isoformat(), reason="budget")
    lune.sleeps_until(day(16))
    with lune.open():
        document = pipeline_document(pipeline(lune.firm, day(16))[0])
    assert document["deals"] == [
        {"ref": "D2", "account": "stalled", "stage": "contacted", "net": "1000.00", "last_buyer_move": "2026-03-02",
         "days_silent": 16, "threshold_days": 14, "stall_rule": "decision_date", "stalled_since": "2026-03-09",
         "decision_on": "2026-03-06", "wake_on": None, "p_won": 0.1},
        {"ref": "D1", "account": "hoped", "stage": "proposal", "net": "900.00", "last_buyer_move": "2026-03-02",
         "days_silent": 16, "threshold_days": 21, "stall_rule": None, "stalled_since": None,
         "decision_on": None, "wake_on": None, "p_won": 0.1},
        {"ref": "D3", "account": "waiting", "stage": "contacted", "net": "50.00", "last_buyer_move": "2026-03-02",
         "days_silent": 2, "threshold_days": 14, "stall_rule": None, "stalled_since": None,
         "decision_on": None, "wake_on": "2026-04-01", "p_won": 0.1},
    ]  # fmt: skip
    assert (document["value"], document["stalled"], document["waiting"]) == ("900.00", "1000.00", "50.00")
    assert document["portfolio"] == {
        "goal": 2, "by": "2026-06-30", "needed": 29, "live": 1, "missing": 28, "p_at_least_one": 0.1,
        "largest_share": 1.0,
    }  # fmt: skip
    assert document["conversion"] == {
        "won": 0, "lost": 0, "vanished": 0, "open": 3, "rate": None, "low": None, "high": None,
    }  # fmt: skip
    assert document["cycle_days"] == {"median": None, "q1": None, "q3": None, "raw_median": None}


def test_conversion_counts_the_year_before_and_what_had_ended_by_the_day(lune: House) -> None:
    with lune.open():
        for n, (opened, end, ended) in enumerate([
            (-366, "won", -300),  # opened more than a year before
            (-364, "won", -300), (-200, "lost", -100), (-200, "vanished", -150), (-90, "declined", -80),
            (-200, "lost", 5), (-20, None, 0),
        ]):  # fmt: skip
            deal = lune.opens(f"D{n}", day(opened), "100")
            if end:
                lune.says(deal, end, day(ended))
        then, later = (outcomes(lune.firm, on).conversion() for on in (day(0), day(5)))
    assert (then.won, then.lost, then.vanished, then.open) == (1, 1, 1, 2)
    assert then.rate == pytest.approx(1 / 3)
    assert then.low and then.high and then.low < 1 / 3 < then.high
    assert (later.won, later.lost, later.open) == (0, 2, 1)


def test_a_win_after_all_joins_the_year_in_which_the_deal_was_opened(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D1", day(-50), "100")
        lune.says(deal, "lost", day(-40))
        lune.says(deal, "won", day(-1))
        before, after = (outcomes(lune.firm, on).conversion() for on in (day(-2), day(0)))
    assert (before.won, before.lost) == (0, 1)
    assert (after.won, after.lost) == (1, 0)


def test_cycle_counts_only_days_that_moved(lune: House) -> None:
    with lune.open():
        paused = lune.opens("D1", day(-60), "100", stage="decision")
        lune.says(paused, "hold", day(-58), wake_on=day(-28).isoformat(), reason="budget")
        lune.says(paused, "won", day(-20))
        for n in range(2):
            lune.opens(f"C{n}", day(-100), "10", by=lune.people["Bilal"])
        found = outcomes(lune.firm, day(0))
    # opened, on hold on day 2, awake after 30 days, signed 8 days later: 10 days that count, of 40
    assert found.signed == {10: 1}
    assert found.raw_days == {40: 1}
    assert sum(found.censored.values()) == 2


def test_deals_that_came_in_closed_are_counted_and_raw_only(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D1", day(-90), "100")
        imported = Party.objects.create(firm=lune.firm, ref="imported", name="Imported")
        rows = [("won", 30), ("lost", 50)]
        for n, (end, days) in enumerate(rows):
            closed = type(deal).objects.create(
                firm=lune.firm, ref=f"I{n}", title="", party=imported, currency="EUR",
            )  # fmt: skip
            facts = [
                Fact("opened", lune.at(day(-90)), {"amount": "5.00", "stage": "proposal"}, "row:opened"),
                Fact(end, lune.at(day(-90 + days)), {}, "row:closed"),
            ]
            settle(lune.firm, load_cases(lune.firm, {closed.id: facts}))
        found = outcomes(lune.firm, day(0))
        cycle = found.cycle()
    assert (found.left_out, cycle.left_out) == (2, 2)
    assert (cycle.median, cycle.raw_median) == (None, 30)
    assert found.conversion().won == 1
    assert sum(found.signed.values()) == 0


def test_odds_are_the_rate_of_those_that_reached_the_stage(lune: House) -> None:
    with lune.open():
        for n in range(5):
            deal = lune.opens(f"D{n}", day(-50), "100")
            if n < 3:
                lune.says(deal, "stage", day(-49), stage="proposal")
            lune.says(deal, "won" if n < 2 else "lost", day(-45))
        lune.opens("L", day(-1), "100", stage="proposal")
        lune.opens("M", day(-1), "300", stage="contacted")
        (report,) = pipeline(lune.firm, day(0))
    odds = {line.stage: line.p_won for line in report.deals}
    assert odds["contacted"] == pytest.approx((2 + 1) / (5 + 10))
    assert odds["proposal"] == pytest.approx((2 + 1) / (3 + 10))
    assert report.portfolio.p_at_least_one == pytest.approx(1 - (1 - 3 / 15) * (1 - 3 / 13))
    assert report.portfolio.largest_share == 0.75
    assert report.portfolio.needed == 7  # P(at least 2 of 7 at 0.4) = 0.841


def test_each_currency_has_its_document(lune: House) -> None:
    with lune.open():
        lune.opens("D1", MONDAY, "100")
        lune.firm.currency = "CAD"
        lune.opens("D2", MONDAY, "300")
        lune.firm.currency = "EUR"
        documents = pipeline_documents(pipeline(lune.firm, MONDAY))
    assert isinstance(documents, list)
    assert [(one["currency"], one["value"], one["portfolio"]["live"]) for one in documents] == [
        ("EUR", "100.00", 2),
        ("CAD", "300.00", 2),
    ]


def test_what_is_said_of_a_later_day_does_not_count_before_it(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D1", MONDAY, "100")
        lune.says(deal, "buyer_move", day(2), channel="phone")
        assert not stands_now(lune.firm, day(0))
        assert stands_now(lune.firm, day(2))
        (today,), (later,) = pipeline(lune.firm, day(0)), pipeline(lune.firm, day(2))
    assert today.deals[0].last_buyer_move == MONDAY
    assert later.deals[0].last_buyer_move == day(2)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_known_at_says_what_was_printed_that_day() -> None:
    house = lived(7, days=60)
    assert house.firm.clock_on
    as_of = house.firm.clock_on - timedelta(days=3)
    with house.open():
        printed = pipeline_document(pipeline(house.firm, as_of)[0])
        deal = house.opens("late", MONDAY, "500.00")
        then = deal.acts.get(kind="opened").recorded_at - timedelta(microseconds=1)
    with house.open():
        house.says(deal, "buyer_move", as_of, channel="mail")
        again = pipeline_document(pipeline(house.firm, as_of, then)[0])
        now = pipeline_document(pipeline(house.firm, as_of)[0])
    assert again == printed
    assert now != printed
