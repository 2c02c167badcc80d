"""The path equals a fold of the journal made by hand, at any date; and is the shape that docs/json.md promises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptant.ground.journal.acts import ACCOUNTS
from comptant.ground.journal.rollup import roll_all
from comptant.ground.journal.sums import currencies_ever
from comptant.ground.parties.models import Party
from comptant.outlook.reports.queries import path, pipeline
from comptant.outlook.reports.shapes import path_document, path_documents, pipeline_documents
from tests.reports.made_up import fold, lived, undone
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
shared = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def lune(db: None) -> House:
    return atelier_lune()


def test_nothing_moved_is_one_document_in_the_firms_currency(lune: House) -> None:
    with lune.open():
        documents = path_documents(path(lune.firm, MONDAY))
    assert isinstance(documents, dict)
    assert list(documents["balances"]) == list(ACCOUNTS)
    assert documents["balances"]["hoped"] == {"net": "0.00", "tax": "0.00", "deals": 0, "stages": {}}
    assert (documents["currency"], documents["flows"], documents["sum"]) == ("EUR", [], "0.00")


def test_one_sale(lune: House) -> None:
    with lune.open():
        deal = lune.opens("D1", MONDAY, "70000", stage="discovery")
        lune.opens("D2", MONDAY, "50000", stage="contacted")
        lune.opens("D3", MONDAY)
        lune.says(deal, "won", MONDAY + timedelta(days=2), amount="60000", tax="12000")
        before = path_document(path(lune.firm, MONDAY + timedelta(days=1))[0])
        after = path_document(path(lune.firm, MONDAY + timedelta(days=2), MONDAY + timedelta(days=1))[0])
    assert before["balances"]["hoped"] == {
        "net": "120000.00", "tax": "0.00", "deals": 3, "stages": {"contacted": "50000.00", "discovery": "70000.00"},
    }  # fmt: skip
    assert before["balances"]["origin"] == {"net": "-120000.00", "tax": "0.00", "deals": 0}
    assert after["balances"]["signed"] == {"net": "60000.00", "tax": "12000.00", "deals": 1}
    assert after["flows"] == [
        {"from": "origin", "to": "signed", "net": "0.00", "tax": "12000.00", "deals": 1},
        {"from": "hoped", "to": "origin", "net": "10000.00", "tax": "0.00", "deals": 1},
        {"from": "hoped", "to": "signed", "net": "60000.00", "tax": "0.00", "deals": 1},
    ]
    assert after["sum"] == "0.00"


def test_a_deal_without_an_amount_flows_as_a_deal(lune: House) -> None:
    with lune.open():
        lune.opens("D1", MONDAY)
        (found,) = path(lune.firm, MONDAY)
    assert [(flow.source, flow.target, flow.net, flow.deals) for flow in found.flows] == [("origin", "hoped", 0, 1)]


def test_each_currency_has_its_document_the_firms_first(lune: House) -> None:
    with lune.open():
        lune.opens("D1", MONDAY, "100")
        lune.firm.currency = "CAD"
        elsewhere = Party.objects.create(firm=lune.firm, ref="abroad", name="Elsewhere", country="CA")
        lune.opens("D2", MONDAY, "300", party=elsewhere)
        lune.firm.currency = "EUR"
        documents = path_documents(path(lune.firm, MONDAY))
    assert isinstance(documents, list)
    assert [(one["currency"], one["balances"]["hoped"]["net"]) for one in documents] == [
        ("EUR", "100.00"),
        ("CAD", "300.00"),
    ]


def test_the_day_asked_does_not_change_which_currencies_there_are(lune: House) -> None:
    with lune.open():
        lune.opens("D1", MONDAY, "100")
        lune.firm.currency = "CAD"
        elsewhere = Party.objects.create(firm=lune.firm, ref="abroad", name="Elsewhere", country="CA")
        lune.opens("D2", MONDAY + timedelta(days=9), "300", party=elsewhere)
        lune.firm.currency = "EUR"
        for is_rolled in (False, True):
            if is_rolled:
                roll_all(lune.firm)
            assert currencies_ever(lune.firm) == {"EUR", "CAD"}
            for days in (-1, 0, 9):
                day = MONDAY + timedelta(days=days)
                assert [one.currency for one in path(lune.firm, day)] == ["EUR", "CAD"]
                assert [one.currency for one in pipeline(lune.firm, day)] == ["EUR", "CAD"]
            (early,) = path(lune.firm, MONDAY, currencies=())
            assert early.currency == "EUR"
        documents = pipeline_documents(pipeline(lune.firm, MONDAY))
    assert isinstance(documents, list)
    assert [(one["currency"], one["value"], one["deals"] == []) for one in documents] == [
        ("EUR", "100.00", False),
        ("CAD", "0.00", True),
    ]


@given(seed=st.integers(0, 10**6), days=st.tuples(st.integers(-30, 100), st.integers(-30, 100)))
@shared
def test_it_equals_a_fold_by_hand(db: None, seed: int, days: tuple[int, int]) -> None:
    since, until = sorted(MONDAY + timedelta(days=day) for day in days)
    with undone():
        house = lived(seed)
        with house.open():
            naive = fold(since, until)
            (found,) = path(house.firm, until, since)
            (known,) = path(house.firm, until, since, known_at=datetime(2999, 1, 1, tzinfo=UTC))
            (uncounted,) = path(house.firm, until, since, count_flow_deals=False)
    balances = {one.account: (one.net, one.tax) for one in found.balances}
    assert balances == {account: naive.balances[account] for account in ACCOUNTS}
    assert {one.account: one.deals for one in found.balances if one.deals} == {
        k: n for k, n in naive.deals.items() if n
    }
    assert {(flow.source, flow.target): (flow.net, flow.tax) for flow in found.flows} == naive.flows
    assert {(flow.source, flow.target): flow.deals for flow in found.flows} == naive.flow_deals
    assert found.total == 0
    assert sum(found.balances[1].stages.values(), Decimal(0)) == found.balances[1].net
    assert (known.balances, known.flows) == (found.balances, found.flows)
    assert [(f.source, f.target, f.net, f.tax) for f in uncounted.flows] == [
        (f.source, f.target, f.net, f.tax) for f in found.flows if f.net or f.tax
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_known_at_says_what_was_printed_that_day() -> None:
    house, day = lived(7, days=60), MONDAY + timedelta(days=40)
    with house.open():
        printed = [path_document(path(house.firm, day, on)[0]) for on in (None, date(2026, 3, 20))]
        deal = house.opens("late", MONDAY, "500.00")
        then = deal.acts.get(kind="opened").recorded_at - timedelta(microseconds=1)
    with house.open():
        house.says(deal, "lost", MONDAY + timedelta(days=10), competitor="x")
        again = [path_document(path(house.firm, day, on, known_at=then)[0]) for on in (None, date(2026, 3, 20))]
        now = path_document(path(house.firm, day)[0])
    assert [{**one, "known_at": None} for one in again] == printed
    assert now["balances"] != printed[0]["balances"]
