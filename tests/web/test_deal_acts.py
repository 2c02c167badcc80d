"""What is recorded on a deal from its page: one form an act, refused beside its field, undone from its toast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.journey.pipeline.models import Cost, Standing
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db

F = "/f/atelier-lune"
DEAL = f"{F}/deals/D-1/"
TODAY = MONDAY + timedelta(days=5)


@pytest.fixture
def lune() -> House:
    """Atelier Lune with one deal."""
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Comité de trésorerie", seller=house.people["Bilal"])
    return house


@pytest.fixture
def bilal(lune: House) -> Iterator[Client]:
    """Signed in as the seller."""
    yield signed_in("bilal", "atelier-lune")


def standing(house: House) -> Standing:
    with house.open():
        row: Standing = Standing.objects.get(deal__ref="D-1")
        return row


def test_the_page_offers_what_makes_sense_where_the_deal_stands(lune: House, bilal: Client) -> None:
    text = bilal.get(DEAL).content.decode()
    for noun in ("stage", "closing", "estimates", "decision-date", "meetings", "maybes", "hold", "facts", "costs"):
        assert f"{DEAL}{noun}/" in text, noun
    assert "reactivation/" not in text
    bilal.post(f"{DEAL}closing/", {"outcome": "lost"})
    closed = bilal.get(DEAL).content.decode()
    assert f"{DEAL}reactivation/" in closed
    for noun in ("stage", "closing", "estimates", "hold", "buyer-moves"):
        assert f"{DEAL}{noun}/" not in closed, noun


@pytest.mark.parametrize(
    "noun",
    [
        "estimates",
        "decision-date",
        "meetings",
        "maybes",
        "hold",
        "facts",
        "costs",
        "reactivation",
        "stage",
        "closing",
        "declining",
    ],
)
def test_every_form_is_a_page_of_its_own_without_script(bilal: Client, noun: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = bilal.get(f"{DEAL}{noun}/").content.decode()
    assert "<h1" in page or 'id="dialog-title"' in page
    assert f'action="{DEAL}{noun}/"' in page
    assert len(questions(asked)) <= MOST_QUERIES
    part = bilal.get(f"{DEAL}{noun}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_an_estimate_as_people_write_it(lune: House, bilal: Client) -> None:
    assert bilal.post(f"{DEAL}estimates/", {"amount": "24 000,50 €"}).status_code == 302
    assert standing(lune).net == Decimal("24000.50")
    bilal.post(f"{DEAL}estimates/", {"amount": ""})
    assert standing(lune).has_amount is False
    assert "sans montant" in bilal.get(DEAL).content.decode()


@pytest.mark.parametrize(
    "said", ["douze", "-5", "1,2,3", "1e9", "24 000 ou 30 000", "0,001", "9" * 20, "\x00", "٣", "NaN"]
)
def test_what_is_no_amount_is_kept_and_told(lune: House, bilal: Client, said: str) -> None:
    answer = bilal.post(f"{DEAL}estimates/", {"amount": said})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'aria-invalid="true"' in text
    assert "n’est pas un montant" in text
    assert standing(lune).net == Decimal("12000.00")


def test_a_hold_needs_a_day_and_what_will_have_changed(lune: House, bilal: Client) -> None:
    assert bilal.post(f"{DEAL}hold/", {"wake_on": "2026-04-01", "reason": " "}).status_code == 422
    assert bilal.post(f"{DEAL}hold/", {"wake_on": "", "reason": "Budget"}).status_code == 422
    past = bilal.post(f"{DEAL}hold/", {"wake_on": TODAY.isoformat(), "reason": "Budget voté"})
    assert past.status_code == 422
    assert "Budget voté" in past.content.decode()
    assert bilal.post(f"{DEAL}hold/", {"wake_on": "2026-04-01", "reason": "Budget voté"}).status_code == 302
    assert (standing(lune).place, standing(lune).wake_on) == ("waiting", date(2026, 4, 1))


def test_a_hold_is_extended_once_then_woken(lune: House, bilal: Client) -> None:
    for day, status in (("2026-04-01", 302), ("2026-05-01", 302), ("2026-06-01", 422)):
        assert bilal.post(f"{DEAL}hold/", {"wake_on": day, "reason": "Budget"}).status_code == status
    assert "Prolonger" in bilal.get(DEAL).content.decode()
    assert bilal.post(f"{DEAL}wake/").status_code == 302
    assert standing(lune).place == "hoped"
    assert bilal.post(f"{DEAL}closing/", {"outcome": "lost"}).status_code == 302
    assert bilal.post(f"{DEAL}wake/").status_code == 422


def test_a_decision_date_moves_twice_at_most(lune: House, bilal: Client) -> None:
    for day, status in (("2026-03-20", 302), ("2026-03-27", 302), ("2026-04-03", 302), ("2026-04-10", 422)):
        assert bilal.post(f"{DEAL}decision-date/", {"decision_on": day, "agreed_with": "M. Brun"}).status_code == status
    assert standing(lune).decision_on == date(2026, 4, 3)
    text = bilal.get(DEAL).content.decode()
    assert "Date de réponse convenue" in text
    assert "convenue avec M. Brun" in text
    assert "Réponse attendue, oui ou non" in text


def test_no_client_agrees_to_answer_on_a_day_gone_by(lune: House, bilal: Client) -> None:
    said = {"decision_on": (TODAY - timedelta(days=1)).isoformat(), "agreed_with": "M. Brun"}
    answer = bilal.post(f"{DEAL}decision-date/", said)
    assert answer.status_code == 422
    assert "M. Brun" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert bilal.post(f"{DEAL}decision-date/", {**said, "decision_on": TODAY.isoformat()}).status_code == 302


def test_a_meeting_suspends_silence_and_a_maybe_does_not(lune: House, bilal: Client) -> None:
    assert bilal.post(f"{DEAL}meetings/", {"meeting_on": "2026-03-01"}).status_code == 422
    bilal.post(f"{DEAL}meetings/", {"meeting_on": "2026-03-20"})
    assert standing(lune).suspensions[-1] == date(2026, 3, 20)
    moved = standing(lune).last_move_on
    bilal.post(f"{DEAL}maybes/", {"note": "peut-être au printemps"})
    assert standing(lune).last_move_on == moved
    assert "peut-être au printemps" in bilal.get(DEAL).content.decode()


def test_a_closed_deal_comes_back_to_the_stage_said(lune: House, bilal: Client) -> None:
    bilal.post(f"{DEAL}closing/", {"outcome": "lost"})
    assert bilal.post(f"{DEAL}reactivation/", {"stage": "nowhere"}).status_code == 422
    assert bilal.post(f"{DEAL}reactivation/", {"stage": "proposal"}).status_code == 302
    assert (standing(lune).place, standing(lune).stage) == ("hoped", "proposal")
    assert bilal.post(f"{DEAL}reactivation/", {"stage": "proposal"}).status_code == 422


def test_the_client_s_sign_restarts_the_delay_and_ours_does_not(lune: House, bilal: Client) -> None:
    said = {"who": "us", "channel": "email", "on": "2026-03-06", "note": "Relancé par courriel"}
    assert bilal.post(f"{DEAL}facts/", said).status_code == 302
    assert standing(lune).last_move_on == MONDAY
    assert bilal.post(f"{DEAL}facts/", said | {"who": "client", "note": "Ils rappellent"}).status_code == 302
    assert standing(lune).last_move_on == date(2026, 3, 6)
    text = bilal.get(DEAL).content.decode()
    assert "Relancé par courriel" in text
    assert "Ils rappellent" in text
    ahead = bilal.post(f"{DEAL}facts/", said | {"on": "2026-03-30"})
    assert ahead.status_code == 422
    assert "Relancé par courriel" in ahead.content.decode()


def test_costs_make_the_margin_on_cash(lune: House, bilal: Client) -> None:
    assert bilal.post(f"{DEAL}costs/", {"label": "Train", "amount": "180,40", "on": "2026-03-04"}).status_code == 302
    assert (
        bilal.post(f"{DEAL}costs/", {"label": "Remboursé", "amount": "-80,40", "on": "2026-03-05"}).status_code == 302
    )
    for wrong in ({"amount": "0"}, {"amount": ""}, {"label": ""}, {"on": "2026-03-30"}, {"on": "x"}):
        said = {"label": "Train", "amount": "1", "on": "2026-03-04"} | wrong
        assert bilal.post(f"{DEAL}costs/", said).status_code == 422, wrong
    with lune.open():
        assert sum(Cost.objects.values_list("amount", flat=True)) == Decimal("100.00")
    text = bilal.get(DEAL).content.decode()
    assert "−100\xa0€" in text.split("margin-title")[2]
    assert "Train" in text


def test_the_accountant_adds_costs_and_nothing_else(lune: House) -> None:
    chloe = signed_in("chloé", "atelier-lune")
    assert chloe.post(f"{DEAL}costs/", {"label": "Train", "amount": "10", "on": "2026-03-04"}).status_code == 302
    assert chloe.post(f"{DEAL}estimates/", {"amount": "1"}).status_code == 403
    text = chloe.get(DEAL).content.decode()
    assert f"{DEAL}costs/" in text
    assert f"{DEAL}facts/" not in text
    assert f"{DEAL}costs/" not in signed_in("odile", "atelier-lune").get(DEAL).content.decode()


def test_a_stale_form_does_nothing_and_says_who_was_faster(lune: House, bilal: Client) -> None:
    ada = signed_in("ada", "atelier-lune")
    seen = bilal.get(f"{DEAL}estimates/").content.decode().split('name="seen" value="')[1].split('"')[0]
    ada.post(f"{DEAL}hold/", {"wake_on": "2026-04-01", "reason": "Budget"})
    answer = bilal.post(f"{DEAL}estimates/", {"amount": "1", "seen": seen})
    assert answer.status_code == 409
    assert "Ada" in answer.content.decode()
    assert standing(lune).net == Decimal("12000.00")


def test_the_page_asks_few_queries(lune: House, bilal: Client) -> None:
    bilal.get(DEAL)
    with CaptureQueriesContext(connection) as asked:
        assert bilal.get(DEAL).status_code == 200
    assert len(questions(asked)) <= MOST_QUERIES
