"""The pages as a browser receives them: who may see them, in which words, under which policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.ground.firms.models import User
from tests.world import MONDAY, PASSWORD, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

PAGES = ("", "path/", "deals/", "deals/D-1/", "receivables/", "imports/")
MOST_QUERIES = 15
CONTROL = ("BEGIN", "COMMIT", "SET LOCAL", "SAVEPOINT", "RELEASE")
"""What opens and closes a transaction asks nothing."""


def questions(asked: CaptureQueriesContext) -> list[str]:
    """The queries among the statements of a page, as the bench counts them."""
    said = [query["sql"] for query in asked.captured_queries]
    return [words for words in said if not words.startswith(CONTROL)]


@pytest.fixture
def lune() -> House:
    """Atelier Lune with a deal signed, one stalled, one without an amount."""
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Comité de trésorerie")
        house.opens("D-2", MONDAY, None)
        signed = house.opens("D-3", MONDAY, "900.50")
        house.says(signed, "won", date(2026, 3, 3), amount="900.50", proof="bon pour accord")
    return house


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    """Signed in as the owner."""
    yield signed_in("ada", "atelier-lune")


def signed_in(who: str, firm: str) -> Client:
    """A browser in which someone of the cast has signed in."""
    client = Client()
    answer = client.post("/login/", {"email": f"{who}@{firm}.example", "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


@pytest.mark.parametrize("page", PAGES[1:])
def test_every_page_answers_under_the_policy_and_in_few_queries(ada: Client, page: str) -> None:
    ada.get(f"/f/atelier-lune/{page}")
    with CaptureQueriesContext(connection) as asked:
        answer = ada.get(f"/f/atelier-lune/{page}")
    assert answer.status_code == 200
    assert len(questions(asked)) <= MOST_QUERIES, [words[:120] for words in questions(asked)]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_without_session_leads_to_the_sign_in_page_and_back(lune: House) -> None:
    answer = Client().get("/f/atelier-lune/deals/?state=signed")
    assert answer.headers["Location"] == "/login/?next=%2Ff%2Fatelier-lune%2Fdeals%2F%3Fstate%3Dsigned"


@pytest.mark.parametrize("page", PAGES)
def test_zoe_never_gets_in(lune: House, page: str) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    answer = zoe.get(f"/f/atelier-lune/{page}")
    assert answer.status_code == 404
    assert answer.content == zoe.get("/f/no-such-firm/").content


def test_the_list_shows_open_deals_with_and_without_an_amount(ada: Client) -> None:
    text = ada.get("/f/atelier-lune/deals/").content.decode()
    assert "12\xa0000\xa0€" in text
    assert "sans montant" in text
    assert "D-3" not in text


def test_a_signed_deal_is_found_by_its_state(ada: Client) -> None:
    text = ada.get("/f/atelier-lune/deals/?state=signed").content.decode()
    assert "900,50\xa0€" in text
    assert "D-1" not in text


def test_htmx_gets_the_fragment_alone(ada: Client) -> None:
    text = ada.get("/f/atelier-lune/deals/", headers={"HX-Request": "true"}).content.decode()
    assert text.startswith('<div id="deals-page"') or "<html" not in text


@pytest.mark.parametrize(
    "query",
    ["state=nothing", "page=-1", "page=99999999", "sort=;drop", "q=%00", "q=%25_", "page=²", "as_of=2026-02-30"],
)
def test_an_address_that_makes_no_sense_shows_the_usual_page(ada: Client, query: str) -> None:
    assert ada.get(f"/f/atelier-lune/deals/?{query}").status_code == 200
    assert ada.get(f"/f/atelier-lune/path/?{query}").status_code == 200


def test_a_wrong_date_is_said_and_the_usual_day_taken(ada: Client) -> None:
    text = ada.get("/f/atelier-lune/path/?as_of=31/12/2026").content.decode()
    assert 'aria-invalid="true"' in text


def test_a_wrong_password_says_how_many_tries_are_left(lune: House) -> None:
    client = Client()
    answer = client.post("/login/", {"email": "ada@atelier-lune.example", "password": "no"})
    assert answer.status_code == 422
    assert "Encore 4\xa0essais" in answer.content.decode() or "Encore 4 essais" in answer.content.decode()
    for _ in range(4):
        answer = client.post("/login/", {"email": "ada@atelier-lune.example", "password": "no"})
    assert answer.status_code == 429
    answer = client.post("/login/", {"email": "ada@atelier-lune.example", "password": PASSWORD})
    assert answer.status_code == 429


def test_signing_in_never_leads_to_another_site(lune: House) -> None:
    said = {"email": "ada@atelier-lune.example", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert "elsewhere" not in Client().post("/login/", said).headers["Location"]


def test_the_language_is_chosen_on_the_sign_in_page() -> None:
    client = Client()
    client.get("/login/?language=en")
    answer = client.get("/login/")
    assert '<html lang="en">' in answer.content.decode()
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_the_language_chosen_stays_once_signed_in(lune: House) -> None:
    User.objects.filter(email="ada@atelier-lune.example").update(language="fr")
    client = Client()
    client.get("/login/?language=en")
    client.post("/login/", {"email": "ada@atelier-lune.example", "password": PASSWORD})
    text = client.get("/f/atelier-lune/path/").content.decode()
    assert '<html lang="en">' in text
    assert "The path of the euro" in text


def test_an_empty_firm_shows_its_first_steps() -> None:
    forge_nord()
    text = signed_in("zoé", "forge-nord").get("/f/forge-nord/").content.decode()
    assert "Noter vos prospects" in text


def test_an_invoiced_deal_is_told_twice_with_and_without_tax() -> None:
    assert demo.create_demo()
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/f/{demo.REF}/receivables/").content.decode()
    assert "75\xa0696\xa0€" in text
    assert "6\xa0déc." in text
    text = client.get(f"/f/{demo.REF}/deals/?state=invoiced").content.decode()
    assert "12\xa0400\xa0€" in text
    assert "5\xa0janv." in text
    text = client.get(f"/f/{demo.REF}/deals/").content.decode()
    assert (
        "13\xa0prospects vivants, dont 4\xa0sans montant" in text or "13 prospects vivants, dont 4 sans montant" in text
    )


def test_days_that_may_be_read_two_ways_are_asked_about(ada: Client) -> None:
    pasted = "ref;client;opened_on;amount\nA1;Lune;02/01/2026;10\nA2;Lune;31/02/2026;abc\n"
    where = ada.post("/f/atelier-lune/imports/", {"target": "deals", "pasted": pasted}).headers["Location"]
    assert "02/01/2026 est le 2\xa0janvier 2026" in ada.get(where).content.decode()
    headers = ["ref", "client", "opened_on", "amount"]
    columns = {f"column-{n}": name for n, name in enumerate(["ref", "party_ref", "opened_on", "amount"])}
    ada.post(where, {"header": headers, **columns, "dates": "%m/%d/%Y"})
    ada.post(f"{where}loading/", {"skip_bad": "1"})
    assert "1er\xa0févr." in ada.get("/f/atelier-lune/deals/?q=A1").content.decode()
