"""The board: columns with exact totals, what stalls and what waits beside them, moved by whoever may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms import queries
from comptant.ground.firms.models import User
from comptant.journey.pipeline.models import Standing
from comptant.outlook.reports.pipelines import pipeline
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, PASSWORD, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

F = "/f/atelier-lune"
BOARD = f"{F}/pipeline/?view=board"
TODAY = MONDAY + timedelta(days=20)


@pytest.fixture
def lune() -> House:
    """Atelier Lune: live deals at two stages, one without an amount, one stalled, one on hold."""
    house = atelier_lune(fixed_today=TODAY)
    ada, bilal = house.people["Ada"], house.people["Bilal"]
    recent = TODAY - timedelta(days=2)
    with house.open():
        house.opens("D-1", recent, "12000.00", title="Comité de trésorerie", seller=bilal)
        house.opens("D-2", recent, "3000.00", stage="proposal", seller=ada)
        house.opens("D-3", recent, None, title="À préciser", seller=ada)
        house.opens("D-4", MONDAY, "800.00", title="Vieux devis", seller=ada)
        waiting = house.opens("D-5", recent, "500.00", seller=ada)
        house.says(waiting, "hold", recent, wake_on=(TODAY + timedelta(days=30)).isoformat(), reason="Budget 2027")
        house.sleeps_until(TODAY - timedelta(days=1))
    return house


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    """Signed in as the owner."""
    yield signed_in("ada", "atelier-lune")


def column(text: str, key: str) -> str:
    return text.split(f'id="column-{key}"')[1].split("</section>")[0]


def total(text: str, key: str) -> Decimal:
    said = re.search(r'class="totals amount">([^<]+)<', column(text, key))
    assert said
    return Decimal(re.sub(r"[^0-9]", "", said[1]))


def hx(path: str = BOARD) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}


def test_each_column_carries_its_live_total(ada: Client) -> None:
    text = ada.get(BOARD).content.decode()
    assert total(text, "contacted") == 12_000
    assert total(text, "proposal") == 3_000
    assert total(text, "discovery") == 0
    assert "15\xa0000\xa0€" in text.split("<h1>")[1].split("</h1>")[0]
    assert "1\xa0prospect sans montant, compté pour 0" in column(text, "contacted").replace(
        "1 prospect", "1\xa0prospect"
    )
    assert "Hors total" in column(text, "contacted")
    assert "800\xa0€" in column(text, "contacted").split("Hors total")[1]


def test_what_stalls_and_what_waits_say_why(ada: Client) -> None:
    text = ada.get(BOARD).content.decode()
    stalled = text.split('id="card-D-4"')[0].rsplit("<li", 1)[1] + text.split('id="card-D-4"')[1].split("</li>")[0]
    assert "is-stalled" in stalled
    assert "20 jours sans signe du client" in stalled.replace("\xa0", " ")
    lane = text.split('id="lane"')[1]
    assert "Budget 2027" in lane
    assert "card-D-5" in lane
    assert "card-D-5" not in text.split('id="lane"')[0]


def test_few_queries_whatever_is_shown(ada: Client) -> None:
    for query in ("", "&of=me", "&only=stalled", "&q=tréso"):
        with CaptureQueriesContext(connection) as asked:
            assert ada.get(BOARD + query).status_code == 200
        assert len(questions(asked)) <= MOST_QUERIES, query


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("&of=me", {"D-2", "D-3", "D-4", "D-5"}),
        ("&only=stalled", {"D-4"}),
        ("&only=undated", {"D-2"}),
        ("&only=soon", set()),
        ("&q=tréso", {"D-1"}),
        ("&q=mercure&only=stalled", {"D-4"}),
        ("&only=nonsense&of=%00", {"D-1", "D-2", "D-3", "D-4", "D-5"}),
    ],
)
def test_filters_live_in_the_address(ada: Client, query: str, shown: set[str]) -> None:
    text = ada.get(BOARD + query).content.decode()
    assert set(re.findall(r'id="card-(D-\d)"', text)) == shown


def test_a_filtered_board_totals_what_it_shows(ada: Client) -> None:
    text = ada.get(BOARD + "&of=me").content.decode()
    assert total(text, "contacted") == 0
    assert total(text, "proposal") == 3_000


def test_above_forty_live_deals_the_list_comes_first(lune: House, ada: Client) -> None:
    with lune.open():
        for n in range(45):
            lune.opens(f"X-{n}", TODAY - timedelta(days=1), f"{n + 1}.00")
    answer = ada.get(f"{F}/pipeline/")
    assert answer.headers["Location"] == f"{F}/deals/"
    text = ada.get(BOARD).content.decode()
    assert len(re.findall(r'id="card-[XD]-', column(text, "contacted"))) == 13
    assert "35 de plus" in column(text, "contacted").replace("\xa0", " ")
    assert total(text, "contacted") == 12_000 + sum(range(46))
    more = column(text, "contacted").split('<p class="small"><a href="')[1].split('"')[0]
    rows = ada.get(more).content.decode()
    assert "X-44" in rows
    assert 'id="deal-D-2"' not in rows


def test_moving_swaps_both_columns_the_title_and_the_line(lune: House, ada: Client) -> None:
    answer = ada.post(f"{F}/deals/D-1/stage/", {"stage": "discovery", "was": "contacted"}, headers=hx())
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "card-D-1" not in column(text, "contacted")
    assert "card-D-1" in column(text, "discovery")
    assert 'id="column-proposal"' not in text
    assert 'id="pipeline-head" hx-swap-oob="true"' in text
    assert 'id="line" hx-swap-oob="true"' in text
    assert len(answer.content) < 20_000
    undo = text.split('class="toast"')[1].split('action="')[1].split('"')[0]
    assert ada.post(undo).status_code == 302
    assert "card-D-1" in column(ada.get(BOARD).content.decode(), "contacted")


def test_without_script_it_goes_back_to_where_one_was(ada: Client) -> None:
    answer = ada.post(f"{F}/deals/D-1/stage/", {"stage": "discovery"}, headers={"Referer": f"http://testserver{BOARD}"})
    assert answer.headers["Location"] == BOARD
    elsewhere = {"Referer": "http://elsewhere.example/f/atelier-lune/pipeline/"}
    answer = ada.post(f"{F}/deals/D-1/stage/", {"stage": "contacted"}, headers=elsewhere)
    assert answer.headers["Location"] == f"{F}/deals/D-1/"
    other = {"Referer": "http://testserver/f/forge-nord/pipeline/"}
    answer = ada.post(f"{F}/deals/D-1/stage/", {"stage": "discovery"}, headers=other)
    assert answer.headers["Location"] == f"{F}/deals/D-1/"


@pytest.mark.parametrize("stage", ["", "nowhere", "a\x00b", "contacted'--"])
def test_a_stage_that_is_none_is_refused_with_its_reason(lune: House, ada: Client, stage: str) -> None:
    answer = ada.post(f"{F}/deals/D-1/stage/", {"stage": stage}, headers=hx())
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#announce"
    with lune.open():
        assert Standing.objects.get(deal__ref="D-1").stage == "contacted"


def test_two_people_move_one_card(lune: House, ada: Client) -> None:
    bilal = signed_in("bilal", "atelier-lune")
    assert ada.post(f"{F}/deals/D-1/stage/", {"stage": "proposal", "was": "contacted"}).status_code == 302
    late = bilal.post(f"{F}/deals/D-1/stage/", {"stage": "discovery", "was": "contacted"}, headers=hx())
    assert late.status_code == 409
    assert "Proposition remise" in late.content.decode()
    with lune.open():
        assert Standing.objects.get(deal__ref="D-1").stage == "proposal"


def test_a_move_sent_twice_moves_once(ada: Client) -> None:
    said = {"stage": "discovery", "once": "k"}
    assert ada.post(f"{F}/deals/D-1/stage/", said).status_code == 302
    assert ada.post(f"{F}/deals/D-1/stage/", said).status_code == 409


def test_a_seller_sees_and_moves_their_own_alone(lune: House) -> None:
    bilal = signed_in("bilal", "atelier-lune")
    text = bilal.get(BOARD).content.decode()
    assert set(re.findall(r'id="card-(D-\d)"', text)) == {"D-1"}
    assert total(text, "proposal") == 0
    assert bilal.post(f"{F}/deals/D-2/stage/", {"stage": "decision"}).status_code == 404
    assert "of=me" not in text


def test_who_reads_alone_has_no_button(lune: House) -> None:
    for who in ("odile", "chloé"):
        reader = signed_in(who, "atelier-lune")
        text = reader.get(BOARD).content.decode()
        assert "card-D-1" in text
        for word in ("data-handle", 'class="answered"', "deals/new/", "data-board"):
            assert word not in text, (who, word)
        assert reader.post(f"{F}/deals/D-1/stage/", {"stage": "decision"}).status_code == 403


def test_zoe_finds_nothing(lune: House) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    assert zoe.get(BOARD).status_code == 404
    assert "card-" not in zoe.get("/f/forge-nord/pipeline/").content.decode()


def test_an_empty_board_has_one_next_step() -> None:
    atelier_lune()
    text = signed_in("ada", "atelier-lune").get(f"{F}/pipeline/").content.decode()
    assert "Un nom suffit" in text
    assert f"{F}/deals/new/" in text


def test_the_menu_of_stages_works_without_script(ada: Client) -> None:
    text = ada.get(f"{F}/deals/D-1/stage/").content.decode()
    assert "Déplacer" in text
    assert text.count('name="stage"') == 4
    assert f"{F}/deals/D-1/closing/" in text


@pytest.mark.parametrize("view", ["pipeline/?view=board", "deals/"])
def test_the_demonstration_says_what_the_command_says(view: str) -> None:
    assert demo.create_demo()
    owner = User.objects.get(email=demo.cast.EMAIL)
    owner.set_password(PASSWORD)
    owner.save()
    client = Client()
    client.post("/login/", {"email": demo.cast.EMAIL, "password": PASSWORD})
    text = client.get(f"/f/atelier-mercure-conseil/{view}").content.decode()
    membership = queries.find_membership(queries.user_hash(owner), "atelier-mercure-conseil")
    assert membership
    with firm_scope(membership.firm_id):
        firm = queries.get_member(membership).firm
        [report] = pipeline(firm, date(2026, 11, 24))
    assert "118\xa0400\xa0€" in text.split("<h1>")[1].split("</h1>")[0]
    assert report.value == Decimal("118400.00")
    if "board" in view:
        for key in ("contacted", "discovery", "proposal", "decision"):
            live = [deal.net for deal in report.deals if deal.account == "hoped" and deal.stage == key]
            assert total(text, key) == sum(live)
            assert column(text, key).count('data-state="hoped"') == len(live)
        assert text.split('id="lane"')[1].count('class="card"') == 2
        assert "31\xa0500\xa0€" in text.split('id="lane"')[1]
