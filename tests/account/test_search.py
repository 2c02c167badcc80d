"""Searching the firm: what is found, by whom, in how many questions; and what can be asked for by name."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.ground.firms.models import User
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

SEARCH = "/f/atelier-lune/search/"
IN_PALETTE = {"HX-Request": "true", "HX-Target": "found"}


@pytest.fixture
def lune() -> House:
    """Atelier Lune with a deal of Bilal's and one of Ada's."""
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Comité de trésorerie")
        house.opens("D-2", MONDAY, "900.00", title="Plan de trésorerie", seller=house.people["Bilal"])
    return house


def found(client: Client, words: str, **more: str) -> str:
    """The page of what answers the words."""
    answer = client.get(SEARCH, {"q": words}, headers=more or None)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_party_a_deal_and_its_title_are_found(lune: House) -> None:
    ada = signed_in("ada", "atelier-lune")
    assert "Mercure SARL" in found(ada, "merc")
    assert "/f/atelier-lune/deals/D-1/" in found(ada, "d-1")
    text = found(ada, "trésorerie")
    assert "Comité de trésorerie" in text
    assert "Plan de trésorerie" in text
    assert "Rien ici ne répond" in found(ada, "zzzz") or "Nothing here answers" in found(ada, "zzzz")


def test_a_seller_finds_their_own_deals_alone(lune: House) -> None:
    bilal = signed_in("bilal", "atelier-lune")
    text = found(bilal, "trésorerie")
    assert "Plan de trésorerie" in text
    assert "Comité" not in text
    assert "Comité" not in found(bilal, "D-1")
    assert "Comité" not in found(bilal, "Mercure")


def test_another_firm_s_names_are_not_found(lune: House) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    text = zoe.get("/f/forge-nord/search/", {"q": "trésorerie"}).content.decode()
    assert "Plan" not in text


def test_what_can_be_asked_for_follows_the_role(lune: House) -> None:
    ada, odile = signed_in("ada", "atelier-lune"), signed_in("odile", "atelier-lune")
    assert "/f/atelier-lune/settings/" in found(ada, "")
    assert 'class="hit" href="/f/atelier-lune/settings/' not in found(odile, "")
    assert "/f/atelier-lune/imports/?target=deals" in found(ada, "import")
    assert 'class="hit" href="/f/atelier-lune/imports/' not in found(odile, "import")
    assert 'class="hit" href="/account/' in found(odile, "")


def test_the_palette_is_a_listbox_and_the_page_is_not(lune: House) -> None:
    ada = signed_in("ada", "atelier-lune")
    text = ada.get(SEARCH, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    assert 'role="combobox"' in text
    assert "<html" not in text
    text = found(ada, "merc", **IN_PALETTE)
    assert text.startswith('<div id="found"') or 'role="listbox"' in text
    assert "combobox" not in text
    assert 'role="option"' not in found(ada, "merc")


@pytest.mark.parametrize("words", ["\x00", "%_", "'; drop table", "a" * 5000, "😀", "\\", "  "])
def test_no_words_break_it(lune: House, words: str) -> None:
    found(signed_in("ada", "atelier-lune"), words)


def test_the_demonstration_s_offers_and_invoices_are_found_in_few_questions() -> None:
    assert demo.create_demo()
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    where = "/f/atelier-mercure-conseil/search/"
    client.get(where)
    for words, told in (("F-2026", "F-2026-"), ("mer", "")):
        with CaptureQueriesContext(connection) as asked:
            text = client.get(where, {"q": words}).content.decode()
        assert len(questions(asked)) <= MOST_QUERIES, len(questions(asked))
        assert told in text


def test_the_keys_are_listed(lune: House) -> None:
    ada = signed_in("ada", "atelier-lune")
    text = ada.get("/f/atelier-lune/keys/").content.decode()
    assert "<kbd>G</kbd> <kbd>P</kbd>" in text
