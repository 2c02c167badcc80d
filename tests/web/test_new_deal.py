"""A new prospect: a name is enough; a known one is recognised; what is wrong is said beside its field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptant.ground.deals.models import Deal
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.models import Standing
from tests.web.test_pages import signed_in
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db

NEW = "/f/atelier-lune/deals/new/"
TODAY = MONDAY + timedelta(days=1)


@pytest.fixture
def lune() -> House:
    return atelier_lune(fixed_today=TODAY)


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    """Signed in as the owner."""
    yield signed_in("ada", "atelier-lune")


def only_deal(house: House) -> tuple[Deal, Standing]:
    with house.open():
        row = Standing.objects.select_related("deal__party", "seller").get()
        return row.deal, row


def test_a_name_is_enough(lune: House, ada: Client) -> None:
    answer = ada.post(NEW, {"name": "Scierie du Pilat"})
    deal, row = only_deal(lune)
    assert answer.headers["Location"] == f"/f/atelier-lune/deals/{deal.ref}/"
    assert (deal.party.name, row.place, row.stage, row.has_amount) == ("Scierie du Pilat", "hoped", "contacted", False)
    assert row.seller == lune.people["Ada"]
    assert row.opened_on == TODAY


def test_everything_said_is_kept(lune: House, ada: Client) -> None:
    bilal = str(lune.people["Bilal"].id)
    said = {"name": "Pilat", "title": "Trésorerie", "amount": "9 100", "stage": "discovery",
            "decision_on": "2026-04-10", "source": "Recommandation", "seller": bilal}  # fmt: skip
    assert ada.post(NEW, said).status_code == 302
    deal, row = only_deal(lune)
    assert (deal.title, row.net, row.stage, row.decision_on) == (
        "Trésorerie", Decimal("9100.00"), "discovery", date(2026, 4, 10),
    )  # fmt: skip
    assert (row.source, str(row.seller_id)) == ("Recommandation", bilal)


def test_a_known_party_is_taken_by_name_or_by_choice(lune: House, ada: Client) -> None:
    ada.post(NEW, {"name": "Mercure SARL"})
    ada.post(NEW, {"name": "merc", "party": "mercure"})
    with lune.open():
        assert Party.objects.count() == 2
        assert {deal.party.ref for deal in Deal.objects.select_related("party")} == {"mercure"}


def test_known_ones_are_suggested(ada: Client) -> None:
    text = ada.get(NEW, {"name": "merc"}, headers={"HX-Request": "true", "HX-Target": "parties"}).content.decode()
    assert "Mercure SARL" in text
    assert 'value="mercure"' in text
    none = ada.get(NEW, {"name": "zzz\x00"}, headers={"HX-Request": "true", "HX-Target": "parties"}).content.decode()
    assert "Mercure" not in none
    assert "Mercure SARL" in ada.get(NEW, {"party": "mercure"}).content.decode()
    assert ada.get(NEW, {"party": "no\x00one"}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "a\x00b"}, {"amount": "beaucoup"}, {"stage": "nowhere"}, {"decision_on": "2026-02-30"},
     {"name": "x" * 301},
     {"seller": "nobody"}, {"decision_on": "2020-01-01"}],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_kept(lune: House, ada: Client, wrong: dict[str, str]) -> None:
    said = {"name": "Scierie du Pilat", "title": "Trésorerie d’hiver"} | wrong
    answer = ada.post(NEW, said)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'aria-invalid="true"' in text
    assert "Trésorerie d’hiver" in text
    with lune.open():
        assert not Deal.objects.exists()


def test_sent_twice_it_opens_one(lune: House, ada: Client) -> None:
    said = {"name": "Scierie du Pilat", "once": "k"}
    assert ada.post(NEW, said).status_code == 302
    assert ada.post(NEW, said).status_code == 409
    only_deal(lune)


def test_a_seller_follows_what_they_open(lune: House) -> None:
    bilal = signed_in("bilal", "atelier-lune")
    assert 'name="seller"' not in bilal.get(NEW).content.decode()
    bilal.post(NEW, {"name": "Pilat", "seller": str(lune.people["Ada"].id)})
    assert only_deal(lune)[1].seller == lune.people["Bilal"]


def test_who_reads_alone_opens_nothing(lune: House) -> None:
    assert signed_in("odile", "atelier-lune").post(NEW, {"name": "Pilat"}).status_code == 403
