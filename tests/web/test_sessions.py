"""A session that ends in the middle of a form: nothing that was typed is lost, nothing is done twice."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.http import urlencode

from tests.web.test_pages import signed_in
from tests.world import MONDAY, PASSWORD, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
IMPORTS = "/f/atelier-lune/imports/"
TYPED = {"pasted": "name\nBoréal", "target": "parties"}


def ended() -> Client:
    """Ada's browser, whose session is no more."""
    atelier_lune()
    ada = signed_in("ada", "atelier-lune")
    Session.objects.all().delete()
    return ada


def asks_to_sign_in(then: str) -> str:
    """The sign-in page that leads on."""
    return f"/login/?{urlencode({'next': then})}"


def test_a_form_waits_for_its_author_to_sign_in_again() -> None:
    ada = ended()
    answer = ada.post(IMPORTS, TYPED)
    assert answer.headers["Location"] == asks_to_sign_in("/kept/")
    answer = ada.post("/login/", {"email": "ada@atelier-lune.example", "password": PASSWORD, "next": "/kept/"})
    assert answer.headers["Location"] == "/kept/"
    shown = ada.get("/kept/").content.decode()
    assert f'action="{IMPORTS}"' in shown
    assert "Boréal" in shown
    assert ada.get("/kept/").status_code == 302, "it is shown once"


def test_htmx_is_told_and_the_form_stays() -> None:
    answer = ended().post(IMPORTS, TYPED, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert b"/login/?next=" in answer.content


def test_a_stranger_leaves_nothing_behind() -> None:
    atelier_lune()
    answer = Client().post(IMPORTS, TYPED)
    assert answer.headers["Location"] == asks_to_sign_in(IMPORTS)
    assert not Session.objects.exists()


def test_what_is_too_long_is_not_kept() -> None:
    ada = ended()
    assert ada.post(IMPORTS, {"pasted": "x" * 200_000}).headers["Location"] == asks_to_sign_in(IMPORTS)
    assert not Session.objects.exists()


def test_another_place_is_never_posted_to() -> None:
    atelier_lune()
    ada = signed_in("ada", "atelier-lune")
    session = ada.session
    session["kept_form"] = {"to": "https://elsewhere.example/", "fields": {"a": ["b"]}}
    session.save()
    assert ada.get("/kept/").headers["Location"] == "/firms/"


def test_what_was_typed_is_shown_to_its_author_alone() -> None:
    house = atelier_lune()
    forge_nord()
    for who, is_known in (("zoé@forge-nord", False), ("bilal@atelier-lune", True)):
        browser = signed_in("ada", "atelier-lune")
        Session.objects.update(expire_date=house.at(MONDAY))
        if not is_known:
            Session.objects.all().delete()
        assert browser.post(IMPORTS, TYPED).headers["Location"] == asks_to_sign_in("/kept/")
        browser.post("/login/", {"email": f"{who}.example", "password": PASSWORD})
        assert browser.get("/kept/").headers["Location"] == "/firms/", who


def test_who_says_they_had_a_session_fills_no_table() -> None:
    atelier_lune()
    for _time in range(30):
        stranger = Client()
        stranger.cookies["sessionid"] = "made-up"
        stranger.post(IMPORTS, TYPED)
    assert Session.objects.count() <= 10
