"""“The client answered”: one tap on a card, a row or the deal; changed, taken back, or kept while offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import recorded_acts
from comptant.journey.pipeline.models import Standing
from tests.web.test_board import BOARD, column, hx
from tests.web.test_pages import signed_in
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db

F = "/f/atelier-lune"
TAP = f"{F}/deals/D-1/buyer-moves/"
TODAY = MONDAY + timedelta(days=20)


@pytest.fixture
def lune() -> House:
    """Atelier Lune with a stalled deal of Bilal's."""
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Vieux devis", seller=house.people["Bilal"])
        house.sleeps_until(TODAY - timedelta(days=1))
    return house


@pytest.fixture
def bilal(lune: House) -> Iterator[Client]:
    """Signed in as the seller."""
    yield signed_in("bilal", "atelier-lune")


def moves(house: House, ref: str = "D-1") -> list[Any]:
    with house.open():
        deal = Standing.objects.select_related("deal").get(deal__ref=ref).deal
        return [act for act in effective(recorded_acts(house.firm, [deal.id])[deal.id]) if act.kind == "buyer_move"]


def place(house: House) -> str:
    with house.open():
        return str(Standing.objects.get(deal__ref="D-1").place)


def test_one_tap_brings_a_stalled_deal_back_into_the_total(lune: House, bilal: Client) -> None:
    text = bilal.post(TAP, headers=hx()).content.decode()
    assert place(lune) == "hoped"
    assert "is-stalled" not in column(text, "contacted")
    assert "12\xa0000\xa0€" in column(text, "contacted").split("</header>")[0]
    assert 'id="line" hx-swap-oob="true"' in text
    toast = text.split("toast--answered")[1]
    assert "Mercure SARL a répondu, par téléphone" in toast
    assert "Courriel" in toast
    assert "Rendez-vous" in toast
    assert "Annuler" in toast


def test_a_row_of_the_list_is_replaced(lune: House, bilal: Client) -> None:
    text = bilal.post(TAP, headers=hx(f"{F}/deals/?q=vieux")).content.decode()
    assert text.startswith('<template><tr hx-swap-oob="true"')
    assert "À l’arrêt" not in text.split("</tr>")[0]


def test_without_script_it_comes_back_with_its_undo(lune: House, bilal: Client) -> None:
    answer = bilal.post(TAP, headers={"Referer": f"http://testserver{BOARD}"})
    assert answer.headers["Location"] == BOARD
    told = bilal.get(BOARD).content.decode()
    undo = told.split('class="toast"')[1].split('action="')[1].split('"')[0]
    bilal.post(undo)
    assert place(lune) == "stalled"
    assert moves(lune) == []


def test_the_toast_changes_the_channel_and_keeps_the_hour(lune: House, bilal: Client) -> None:
    text = bilal.post(TAP, headers=hx()).content.decode()
    [before] = moves(lune)
    change = text.split("toast--answered")[1].split('action="')[1].split('"')[0]
    changed = bilal.post(change, {"channel": "email"}, headers=hx()).content.decode()
    [after] = moves(lune)
    assert (after.details["channel"], after.at) == ("email", before.at)
    assert "par courriel" in changed
    assert bilal.post(change, {"channel": "phone"}, headers=hx()).status_code == 422
    assert bilal.post(change, {"channel": "pigeon"}).status_code == 404
    again = changed.split("toast--answered")[1].split('action="')[2].split('"')[0]
    bilal.post(again, headers=hx())
    assert moves(lune) == []


def test_the_usual_channel_is_the_last_one(lune: House, bilal: Client) -> None:
    bilal.post(TAP, {"channel": "meeting"})
    bilal.post(TAP)
    assert [act.details["channel"] for act in moves(lune)] == ["meeting", "meeting"]


def test_a_tap_sent_twice_is_recorded_once(lune: House, bilal: Client) -> None:
    assert bilal.post(TAP, {"once": "tap-1"}, headers=hx()).status_code == 200
    assert bilal.post(TAP, {"once": "tap-1"}, headers=hx()).status_code == 409
    assert len(moves(lune)) == 1


def test_what_was_kept_offline_bears_its_own_hour() -> None:
    house = atelier_lune()
    with house.open():
        deal = house.opens("D-1", MONDAY, "12000.00")
    ada = signed_in("ada", "atelier-lune")
    ada.post(TAP, {"once": "a", "occurred_at": "2026-03-04T08:15:00.000Z"}, headers=hx())
    ada.post(TAP, {"once": "b", "occurred_at": "2026-03-05T08:15:00.000Z"}, headers=hx())
    assert [act.at for act in moves(house)] == [
        datetime.fromisoformat("2026-03-04T08:15:00+00:00"), datetime.fromisoformat("2026-03-05T08:15:00+00:00"),
    ]  # fmt: skip
    with house.open():
        assert Standing.objects.get(deal=deal).last_move_on.isoformat() == "2026-03-05"


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-03-04T08:15:00", "9999-01-01T00:00:00Z", "\x00", "0001-01-01T00:00:00Z"]
)
def test_an_hour_that_cannot_be_is_now(said: str) -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    ada = signed_in("ada", "atelier-lune")
    assert ada.post(TAP, {"occurred_at": said}, headers=hx()).status_code == 200
    [act] = moves(house)
    assert abs(act.at - datetime.now(act.at.tzinfo)) < timedelta(minutes=1)


def test_before_the_deal_was_there_nobody_answered() -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    answer = signed_in("ada", "atelier-lune").post(TAP, {"occurred_at": "2026-02-01T08:00:00Z"}, headers=hx())
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#announce"
    assert moves(house) == []


def test_another_seller_s_deal_is_not_there(lune: House) -> None:
    with lune.open():
        lune.opens("D-2", TODAY - timedelta(days=1), "1.00", seller=lune.people["Ada"])
    bilal = signed_in("bilal", "atelier-lune")
    assert bilal.post(f"{F}/deals/D-2/buyer-moves/").status_code == 404


def test_undo_of_someone_else_s_deal_or_act_is_refused(lune: House, bilal: Client) -> None:
    bilal.post(TAP)
    [act] = moves(lune)
    with lune.open():
        lune.opens("D-2", TODAY - timedelta(days=1), "1.00", seller=lune.people["Bilal"])
    assert bilal.post(f"{F}/deals/D-2/acts/{act.id}/undo/").status_code == 422
    assert signed_in("odile", "atelier-lune").post(f"{F}/deals/D-1/acts/{act.id}/undo/").status_code == 403
    assert len(moves(lune)) == 1


def test_what_someone_else_said_is_not_for_taking_back(lune: House, bilal: Client) -> None:
    bilal.post(TAP)
    [act] = moves(lune)
    ada = signed_in("ada", "atelier-lune")
    assert ada.post(f"{F}/deals/D-1/acts/{act.id}/undo/").status_code == 422
    assert ada.post(f"{F}/deals/D-1/acts/{act.id}/channel/", {"channel": "email"}).status_code == 422
    assert moves(lune) == [act]
