"""Invoices on screen: what is owed, by whom and since when, what waits to be invoiced; the list of them all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.doors.demo import cast
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import User
from comptant.ground.firms.queries import OPERATOR, find_membership, get_firm
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.waiting import waiting
from comptant.journey.offers.actions import deliver
from comptant.journey.offers.models import Milestone
from comptant.journey.recovery.ageing import owed_by_age
from tests.invoices.billing import SCHEDULE, able_to_bill, agreed
from tests.recovery.late import invoiced
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
NBSP = "\N{NO-BREAK SPACE}"
HERE = "/f/atelier-lune/invoices/"
TODAY = date(2026, 6, 24)


@pytest.fixture
def late() -> Iterator[House]:
    """Three clients' invoices: not due, 24 days late, 60 days late."""
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    with house.open():
        invoiced(house, "F-1", "1200.00", date(2026, 7, 31), issued_on=date(2026, 6, 1))
        invoiced(house, "F-2", "600.00", date(2026, 5, 31))
        invoiced(house, "F-3", "240.00", date(2026, 4, 25), party=house.clients["boreal"])
        house.sleeps_until(TODAY)
    yield house


@pytest.fixture
def billable() -> Iterator[House]:
    """A deal with a schedule, of which the second part was accepted."""
    house = atelier_lune()
    with house.open():
        able_to_bill(house)
        deal = house.opens("D-1", MONDAY, "10000.00", title="Comité")
        agreement = agreed(house, deal, schedule=SCHEDULE)
        part = Milestone.objects.get(agreement=agreement, title="Livraison")
        part.firm = agreement.firm = house.firm
        deliver(part, on=date(2026, 3, 4), at=house.at(date(2026, 3, 4)), by=house.people["Ada"])
    yield house


def demo_client() -> Client:
    client = Client()
    client.force_login(User.objects.get(email=cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_demonstration_owes_what_the_journal_says() -> None:
    assert demo.create_demo()
    page = demo_client().get(f"/f/{cast.REF}/invoices/").content.decode()
    for figure in ("75 696 €", "46 464", "19 512 €", "8 280 €", "1 440 €", "12 600", "15 192", "21 850 €"):
        assert figure.replace(" ", NBSP) in page, figure
    found = find_membership(OPERATOR, cast.REF)
    assert found is not None
    with firm_scope(found.firm_id):
        firm = get_firm(found.firm_id)
        rows = owed_by_age(firm, cast.TODAY)
        standing = sum((one.open_net + one.open_tax for one in Invoice.objects.filter(firm=firm)), Decimal(0))
    assert sum((row.gross for row in rows), Decimal(0)) == standing == Decimal("75696.00")


def test_what_is_owed_is_told_by_age(late: House) -> None:
    with late.open():
        rows = owed_by_age(late.firm, TODAY)
    assert {(row.ref, row.bucket, row.account): row.gross for row in rows} == {
        ("mercure", 0, "invoiced"): Decimal("1200.00"),
        ("mercure", 1, "overdue"): Decimal("600.00"),
        ("boreal", 2, "overdue"): Decimal("240.00"),
    }


@pytest.mark.parametrize(("days", "bucket"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)])
def test_a_bucket_begins_the_day_after(days: int, bucket: int) -> None:
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    with house.open():
        invoiced(house, due_on=date.fromordinal(TODAY.toordinal() - days))
        assert [row.bucket for row in owed_by_age(house.firm, TODAY)] == [bucket]


def test_clients_past_the_largest_are_told_together(late: House) -> None:
    with late.open():
        rows = owed_by_age(late.firm, TODAY, most=1)
    assert {(row.ref, row.gross) for row in rows if row.party is None} == {("", Decimal("240.00"))}


def test_the_page_says_who_owes_and_asks_little(late: House) -> None:
    ada = signed_in("ada", "atelier-lune")
    ada.get(HERE)
    with CaptureQueriesContext(connection) as asked:
        page = ada.get(HERE).content.decode()
    assert f"2{NBSP}040{NBSP}€" in page
    assert "Mercure SARL" in page
    assert len(questions(asked)) <= MOST_QUERIES, "\n".join(words[:300] for words in questions(asked))


def test_other_currencies_are_told_apart(late: House) -> None:
    with late.open():
        invoiced(late, "F-9", "50.00", date(2026, 7, 31), issued_on=date(2026, 6, 1), currency="CAD")
    page = signed_in("ada", "atelier-lune").get(HERE).content.decode()
    assert f"2{NBSP}040{NBSP}€" in page
    assert f"50{NBSP}${NBSP}CA" in page


def test_nothing_owed_is_said_with_a_next_step() -> None:
    atelier_lune()
    page = signed_in("ada", "atelier-lune").get(HERE).content.decode()
    assert "Rien ne vous est dû" in page
    assert 'id="ageing"' not in page
    assert 'id="reminders"' not in page


def test_a_seller_sees_what_is_owed_on_their_own_deals(late: House) -> None:
    page = signed_in("bilal", "atelier-lune").get(HERE).content.decode()
    assert f"2{NBSP}040" not in page
    assert "F-2" not in signed_in("bilal", "atelier-lune").get(f"{HERE}?show=all").content.decode()


def test_a_mentor_reads_and_has_no_button(billable: House) -> None:
    odile = signed_in("odile", "atelier-lune")
    page = odile.get(HERE).content.decode()
    assert "Livraison" in page
    assert "/invoices/new/" not in page
    assert 'type="checkbox"' not in page


def test_the_list_is_found_by_number_client_and_state(late: House) -> None:
    ada = signed_in("ada", "atelier-lune")
    assert all(number in ada.get(f"{HERE}?show=all").content.decode() for number in ("F-1", "F-2", "F-3"))
    found = ada.get(f"{HERE}?show=all&q=boréal").content.decode()
    assert "F-3" in found and "F-2" not in found
    overdue = ada.get(f"{HERE}?show=all&state=overdue").content.decode()
    assert "F-2" in overdue and "F-1" not in overdue


@pytest.mark.parametrize("query", ["q=%00", "state=nothing", "after=x", "after=2026-01-01_x", "show=all&q=%25"])
def test_an_address_that_makes_no_sense_shows_the_list(late: House, query: str) -> None:
    assert signed_in("ada", "atelier-lune").get(f"{HERE}?show=all&{query}").status_code == 200


def test_what_was_accepted_waits_to_be_invoiced(billable: House) -> None:
    with billable.open():
        found = [(one.title, one.net, one.tax) for one in waiting(billable.firm)]
    assert found == [
        ("Acompte", Decimal("3000.00"), Decimal("600.00")), ("Livraison", Decimal("4000.00"), Decimal("800.00"))
    ]  # fmt: skip


def batch(house: House) -> str:
    """The address that asks for all that waits."""
    with house.open():
        items = [f"item=milestone:{one.milestone}" for one in waiting(house.firm)]
    return f"{HERE}batch/?{'&'.join(items)}"


def test_several_are_confirmed_by_count_and_sum_then_issued_once(billable: House) -> None:
    ada, address = signed_in("ada", "atelier-lune"), batch(billable)
    dialog = ada.get(address).content.decode()
    assert f"Créer 2 factures, 7{NBSP}000{NBSP}€" in dialog.replace(f"2{NBSP}factures", "2 factures")
    once = {"once": "a-word"}
    assert ada.post(address, once).status_code == 302
    assert ada.post(address, once).status_code == 409
    with billable.open():
        issued = list(Invoice.objects.filter(firm=billable.firm).order_by("number"))
        assert [one.net for one in issued] == [Decimal("3000.00"), Decimal("4000.00")]
        assert waiting(billable.firm) == []
    assert all(one.number in ada.get(f"{HERE}?show=all").content.decode() for one in issued)


def test_what_was_issued_meanwhile_is_not_issued_again(billable: House) -> None:
    ada, address = signed_in("ada", "atelier-lune"), batch(billable)
    assert ada.post(address).status_code == 302
    again = ada.post(address)
    assert again.status_code == 422
    with billable.open():
        assert Invoice.objects.filter(firm=billable.firm).count() == 2


def test_what_the_law_misses_is_told_and_nothing_is_issued(billable: House) -> None:
    with billable.open():
        party = billable.clients["mercure"]
        party.street = ""
        party.save()
    answer = signed_in("ada", "atelier-lune").post(batch(billable))
    assert answer.status_code == 422
    assert "rue du client" in answer.content.decode() or "du client" in answer.content.decode()
    with billable.open():
        assert not Invoice.objects.filter(firm=billable.firm).exists()


def test_an_accountant_may_and_a_seller_may_not(billable: House) -> None:
    address = batch(billable)
    assert signed_in("bilal", "atelier-lune").post(address).status_code == 403
    assert signed_in("chloé", "atelier-lune").post(address).status_code == 302


def test_zoe_sees_nothing(billable: House) -> None:
    forge_nord()
    assert signed_in("zoé", "forge-nord").get(batch(billable)).status_code == 404
