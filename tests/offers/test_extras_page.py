"""Extra requests: captured by whoever hears them, priced before they are done; the one screen of staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.ground.firms.actions import add_member
from comptant.ground.firms.models import Role, User
from comptant.journey.offers.models import Agreement, Offer
from tests.offers.selling import accepted, identified, sent
from tests.offers.test_editor import words_of
from tests.web.test_pages import questions, signed_in
from tests.world import MONDAY, PASSWORD, House, atelier_lune

pytestmark = pytest.mark.django_db
HOME = "/f/atelier-lune/"
ASKED = {"what": "Un export de plus", "deal": "D-1", "asked_by": "Mme Brun", "price": "450", "text": ""}


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A deal signed, one hoped for; Lou is staff."""
    lune = atelier_lune()
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: lune.at(MONDAY, 18))
    with lune.open():
        identified(lune)
        deal = lune.opens("D-1", MONDAY, "17700", title="DAF", by=lune.people["Bilal"], seller=lune.people["Bilal"])
        accepted(lune, sent(lune, deal, MONDAY), lune.at(MONDAY, 17))
        lune.opens("D-2", MONDAY, "9876.54", title="Autre")
        user = User.objects.create_user("lou@atelier-lune.example", PASSWORD, name="Lou")
        add_member(lune.firm, user, Role.STAFF)
    yield lune


@pytest.fixture
def lou(house: House) -> Client:
    return signed_in("lou", "atelier-lune")


def test_signing_in_leads_staff_to_their_one_screen(house: House) -> None:
    client = Client()
    answer = client.post("/login/", {"email": "lou@atelier-lune.example", "password": PASSWORD})
    assert answer.headers["Location"] == f"{HOME}extra-requests/"
    assert f"{HOME}extra-requests/" in client.get("/firms/").content.decode()
    assert client.get(HOME).status_code == 403


def test_staff_capture_a_request_and_see_no_amount_but_its_price(house: House, lou: Client) -> None:
    answer = lou.post(f"{HOME}extra-requests/", ASKED, follow=True)
    text = words_of(answer)
    assert "Un export de plus" in text and "Demandé par Mme Brun" in text and "450 €" in text
    assert re.findall(r"[\d ]+€", text.replace("450 €", "")) == []
    for amount in ("17 700", "9 876"):
        assert amount not in text
    with house.open():
        extra = Offer.objects.get(kind="extra")
        assert (extra.net, extra.asked_by, extra.made_by.name) == (Decimal("450.00"), "Mme Brun", "Lou")
    assert "acceptance/" not in answer.content.decode()
    assert lou.get(f"{HOME}extra-requests/{extra.id}/acceptance/").status_code == 403
    assert lou.get(f"{HOME}offers/{extra.id}/").status_code == 403


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("what", ""),
        ("asked_by", ""),
        ("price", "un peu"),
        ("price", ""),
        ("deal", ""),
        ("deal", "D-2"),
        ("what", "x" * 400),
    ],
)
def test_what_is_missing_is_told_beside_its_field(house: House, lou: Client, field: str, typed: str) -> None:
    answer = lou.post(f"{HOME}extra-requests/", ASKED | {field: typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', text)
    assert field == "asked_by" or "Mme Brun" in text
    with house.open():
        assert not Offer.objects.filter(kind="extra").exists()


def test_a_deal_that_is_not_there_is_not_there(house: House, lou: Client) -> None:
    assert lou.post(f"{HOME}extra-requests/", ASKED | {"deal": "D-99"}).status_code == 404
    assert lou.post(f"{HOME}extra-requests/", ASKED | {"deal": "D\0"}).status_code < 500


def test_work_is_found_by_its_client(house: House, lou: Client) -> None:
    found = lou.get(f"{HOME}extra-requests/?q=mercure", headers={"HX-Request": "true"}).content.decode()
    assert "Mercure SARL" in found and "<html" not in found
    assert 'value="D-2"' not in found, "only work that is signed"
    nothing = lou.get(f"{HOME}extra-requests/?q=nobody+at+all").content.decode()
    assert 'value="D-1"' not in nothing


def test_each_sees_their_own(house: House, lou: Client) -> None:
    ada, bilal = signed_in("ada", "atelier-lune"), signed_in("bilal", "atelier-lune")
    ada.post(f"{HOME}extra-requests/", ASKED | {"what": "Demande d’Ada"})
    assert "Demande d’Ada" not in lou.get(f"{HOME}extra-requests/").content.decode()
    assert "Demande d’Ada" in bilal.get(f"{HOME}extra-requests/").content.decode(), "it is of his deal"


def test_accepted_with_its_paper_it_adds_to_what_is_signed(house: House, lou: Client) -> None:
    lou.post(f"{HOME}extra-requests/", ASKED)
    bilal = signed_in("bilal", "atelier-lune")
    with house.open():
        extra = Offer.objects.get(kind="extra")
    address = f"{HOME}extra-requests/{extra.id}/acceptance/"
    assert address in bilal.get(f"{HOME}extra-requests/").content.decode()
    assert "450 €" in words_of(bilal.get(address))
    assert bilal.post(address, {"proof": "scanned", "on": "2026-03-02"}).status_code == 422, "no paper"
    file = SimpleUploadedFile("ok.pdf", b"%PDF-1.7", "application/pdf")
    answer = bilal.post(address, {"proof": "scanned", "on": "2026-03-02", "file": file}, follow=True)
    assert "450 € de plus sont signés" in words_of(answer)
    with house.open():
        assert Agreement.objects.get(kind="extra").net == Decimal("450.00")


def test_the_page_asks_few_questions(house: House, lou: Client) -> None:
    lou.post(f"{HOME}extra-requests/", ASKED)
    with CaptureQueriesContext(connection) as asked:
        lou.get(f"{HOME}extra-requests/")
    assert len(questions(asked)) <= 15, [words[:110] for words in questions(asked)]
