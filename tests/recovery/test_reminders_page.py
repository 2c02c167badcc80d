"""The reminders of the day on screen: prepared, approved one by one or all at once, dropped, held back and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptant.ground.firms.models import Identity
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.actions import add_cost
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.models import Reminder
from comptant.outlook.reports.making_up import sales_to_make_up
from tests.recovery.late import invoiced, pays, tell
from tests.web.test_pages import signed_in
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 24)
HERE = "/f/atelier-lune/invoices/"
APPROVAL = "/f/atelier-lune/reminders/approval/"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def house() -> Iterator[House]:
    """One invoice 24 days late, one 50; one promised, one contested, one not due for five days."""
    made = atelier_lune(today=TODAY, fixed_today=TODAY)
    with made.open():
        Party.objects.update(email="compta@client.example", street="3 rue Haute", city="Lyon")
        Identity.objects.create(firm=made.firm, legal_name="Atelier Lune SAS")
        invoiced(made, "F-1", "1200.00", TODAY - timedelta(days=24))
        invoiced(made, "F-2", "600.00", TODAY - timedelta(days=50), party=made.clients["boreal"])
        contested = invoiced(made, "F-3", "240.00", TODAY - timedelta(days=40))
        tell(made, contested, "disputed", TODAY - timedelta(days=9), amount="240.00")
        invoiced(made, "F-4", "360.00", TODAY + timedelta(days=12))
        made.sleeps_until(TODAY)
    yield made


@pytest.fixture
def ada(house: House) -> Client:
    return signed_in("ada", "atelier-lune")


def prepared(house: House) -> dict[str, Reminder]:
    """The reminders that wait, by number."""
    with house.open():
        prepare_reminders(house.firm, TODAY)
        rows = Reminder.objects.filter(firm=house.firm, state="prepared").select_related("invoice")
        return {row.invoice.number: row for row in rows}


def states(house: House) -> dict[str, str]:
    """What became of each reminder."""
    with house.open():
        rows = Reminder.objects.filter(firm=house.firm).select_related("invoice").order_by("level")
        return {row.invoice.number: row.state for row in rows}


def test_what_is_due_held_back_and_to_come_is_told(house: House, ada: Client) -> None:
    prepared(house)
    page = ada.get(HERE).content.decode()
    section = page.split('id="reminders"')[1].split("</section>")[0]
    assert "Relance 2, aujourd’hui" in section
    assert f"Retenue{NBSP}: 240{NBSP}€ contestés sur 240" in section
    assert "Rappel courtois, le" in section
    assert "2 à faire, 1 retenue" in section.replace(NBSP, " ")


def test_they_are_prepared_from_the_page_when_the_night_did_not(house: House, ada: Client) -> None:
    with house.open():
        Reminder.objects.filter(firm=house.firm).delete()
    assert "/reminders/preparation/" in ada.get(HERE).content.decode()
    assert ada.post("/f/atelier-lune/reminders/preparation/").status_code == 302
    assert states(house) == {"F-1": "prepared", "F-2": "prepared"}


def test_one_is_approved_with_its_amount_once(house: House, ada: Client) -> None:
    one = prepared(house)["F-1"]
    address = f"{APPROVAL}?reminder={one.id}"
    assert f"1{NBSP}200{NBSP}€" in ada.get(address).content.decode()
    said = {"reminders": str(one.id), "once": "once"}
    assert ada.post(address, said).status_code == 302
    assert ada.post(address, said).status_code == 409
    assert states(house) == {"F-1": "sent", "F-2": "prepared"}
    with house.open():
        assert Message.objects.filter(firm=house.firm, kind="reminder").count() == 1


def test_all_are_approved_at_once_by_count_and_sum(house: House, ada: Client) -> None:
    rows = prepared(house)
    dialog = ada.get(APPROVAL).content.decode()
    assert f"1{NBSP}800{NBSP}€" in dialog
    answer = ada.post(APPROVAL, {"reminders": ",".join(str(row.id) for row in rows.values())}, follow=True)
    assert states(house) == {"F-1": "sent", "F-2": "sent"}
    assert "2 envois partis" in answer.content.decode().replace(NBSP, " ")


def test_two_people_approve_and_it_leaves_once(house: House, ada: Client) -> None:
    one = prepared(house)["F-1"]
    said = {"reminders": str(one.id)}
    chloe = signed_in("chloé", "atelier-lune")
    assert chloe.post(f"{APPROVAL}?reminder={one.id}", said).status_code == 302
    ada.post(f"{APPROVAL}?reminder={one.id}", said)
    with house.open():
        assert Message.objects.filter(firm=house.firm, kind="reminder").count() == 1


def test_what_was_paid_meanwhile_waits_no_more(house: House, ada: Client) -> None:
    prepared(house)
    with house.open():
        pays(house, prepared(house)["F-1"].invoice, TODAY)
    page = ada.get(HERE).content.decode()
    assert "F-1" not in page.split('id="reminders"')[1].split("</section>")[0]


def test_one_is_dropped_with_its_reason(house: House, ada: Client) -> None:
    one = prepared(house)["F-2"]
    address = f"/f/atelier-lune/reminders/{one.id}/dropping/"
    assert ada.post(address, {"reason": " "}).status_code == 422
    assert ada.post(address, {"reason": "Je déjeune avec eux"}).status_code == 302
    assert states(house)["F-2"] == "dropped"
    assert ada.get(address).status_code == 404


def test_a_seller_recovers_their_own_deals_alone(house: House) -> None:
    one = prepared(house)["F-1"]
    bilal = signed_in("bilal", "atelier-lune")
    assert 'id="reminders"' not in bilal.get(HERE).content.decode()
    assert bilal.get(f"{APPROVAL}?reminder={one.id}").status_code == 404
    bilal.post(APPROVAL, {"reminders": str(one.id)})
    assert states(house)["F-1"] == "prepared"
    assert bilal.post(f"/f/atelier-lune/reminders/{one.id}/dropping/", {"reason": "x"}).status_code == 404


def test_a_mentor_sees_and_approves_nothing(house: House) -> None:
    prepared(house)
    odile = signed_in("odile", "atelier-lune")
    page = odile.get(HERE).content.decode()
    assert "Relance 2" in page and "/reminders/" not in page
    assert odile.get(APPROVAL).status_code == 403


@pytest.mark.parametrize("named", ["nothing", "\x00", "00000000-0000-0000-0000-000000000007"])
def test_a_reminder_that_does_not_exist(ada: Client, named: str) -> None:
    assert ada.get(APPROVAL, {"reminder": named}).status_code == 404


def test_how_many_sales_make_up_for_it_is_known_from_the_costs(house: House, ada: Client) -> None:
    with house.open():
        deal = house.opens("D-1", TODAY - timedelta(days=60), "1000.00")
        assert sales_to_make_up(house.firm, [deal.id]) == {}
        add_cost(
            deal, label="Sous-traitance", amount=Decimal("900.00"), on=TODAY, at=house.at(TODAY),
            by=house.people["Ada"],
        )  # fmt: skip
        assert sales_to_make_up(house.firm, [deal.id]) == {}
