"""The first account of an installation, and firms founded later: once each, and only for who may."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from comptant.doors import demo
from comptant.doors.founding import KEY_DAYS, first_account_key, found, is_house_open
from comptant.ground.firms.models import MembershipKey, User
from tests.web.test_pages import signed_in
from tests.world import PASSWORD, forge_nord

pytestmark = pytest.mark.django_db

SAID = {"person": "Ada", "email": "ada@lune.example", "password": PASSWORD, "name": "Atelier Lune", "place": "FR"}


def welcome(said: Mapping[str, str] = SAID, *, key: str = "", client: Client | None = None) -> HttpResponse:
    """The answer to the form of the first account."""
    return (client or Client()).post(f"/welcome/{key or first_account_key()}/", said)  # type: ignore[return-value]


def test_the_first_account_founds_its_firm_and_is_signed_in() -> None:
    client = Client()
    answer = welcome(client=client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/f/atelier-lune/")
    assert "Bonjour Ada" in client.get("/f/atelier-lune/").content.decode()
    assert not is_house_open()


def test_the_demonstration_leaves_the_house_open() -> None:
    assert demo.create_demo()
    assert is_house_open()
    assert Client().get(f"/welcome/{first_account_key()}/").status_code == 200


def test_a_closed_house_knows_no_link() -> None:
    key = first_account_key()
    welcome()
    assert Client().get(f"/welcome/{key}/").status_code == 404
    assert welcome(SAID | {"email": "eve@lune.example"}, key=key).status_code == 404
    assert welcome(SAID | {"password": "not hers at all"}, key=key).status_code == 404
    assert User.objects.count() == 1


def test_an_expired_or_forged_link_is_no_link() -> None:
    with patch("django.core.signing.time.time", return_value=1_000_000):
        old = first_account_key()
    with patch("django.core.signing.time.time", return_value=1_000_000 + KEY_DAYS * 86_400 + 1):
        assert welcome(key=old).status_code == 404
    for key in ("first", "x:y", f"{first_account_key()}x", "%00", "a" * 3000):
        assert welcome(key=key).status_code == 404, key
    assert not User.objects.exists()


def test_the_same_form_sent_twice_makes_one_firm_and_no_error() -> None:
    key, client = first_account_key(), Client()
    assert welcome(key=key, client=client).status_code == 302
    again = welcome(key=key, client=client)
    assert (again.status_code, again.headers["Location"]) == (302, "/firms/")
    assert (User.objects.count(), MembershipKey.objects.filter(is_demo=False).values("firm_id").distinct().count()) == (
        1,
        1,
    )


@pytest.mark.django_db(transaction=True)
def test_at_the_same_instant_one_of_them_wins() -> None:
    key = first_account_key()

    def send(number: int) -> int:
        try:
            return welcome(SAID | {"email": f"ada{number}@lune.example"}, key=key).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(send, range(3)))
    assert answers == [302, 404, 404]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("password", "abc", "trop court"),
        ("password", "password", "trop courant"),
        ("password", "ada@lune.example", "trop semblable"),
        ("password", "x" * 1001, "1000"),
        ("email", "ada", "courriel valide"),
        ("email", "", "obligatoire"),
        ("email", "CAMILLE@mercure-conseil.example", "déjà avec ce courriel"),
        ("person", "a\x00b", "nul"),
        ("name", "  ", "obligatoire"),
        ("name", "x" * 201, "200"),
        ("place", "US", "US"),
    ],
)
def test_a_form_that_will_not_do_says_why(field: str, value: str, told: str) -> None:
    if value.startswith("CAMILLE"):
        assert demo.create_demo()
    answer = welcome(SAID | {field: value})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not User.objects.exclude(email=demo.cast.EMAIL).exists()


def test_a_firm_of_quebec_speaks_its_own_french() -> None:
    client = Client()
    welcome(SAID | {"place": "CA"}, client=client)
    text = client.get("/f/atelier-lune/").content.decode()
    assert '<html lang="fr-ca">' in text
    assert "€" not in text


def test_another_firm_sent_twice_is_founded_once() -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    answers = [zoe.post("/firms/new/", {"name": "Forge Sud", "place": "FR"}) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {"/f/forge-sud/"}
    assert zoe.post("/firms/new/", {"name": "Forge Sud", "place": "CA"}).headers["Location"] != "/f/forge-sud/"
    assert zoe.get("/f/forge-sud/").status_code == 200


def test_a_stranger_founds_no_second_firm() -> None:
    forge_nord()
    answer = Client().post("/firms/new/", {"name": "Eve", "place": "FR"})
    assert answer.headers["Location"].startswith("/login/")
    assert MembershipKey.objects.values("firm_id").distinct().count() == 1


def test_the_first_account_opens_the_firm_that_the_command_line_made() -> None:
    firm, client = found("Ma société", "FR", "fr"), Client()
    form = client.get(f"/welcome/{first_account_key()}/").content.decode()
    assert 'name="person"' in form and 'name="place"' not in form
    said = {name: SAID[name] for name in ("person", "email", "password")}
    answer = welcome(said, client=client)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/f/{firm.ref}/")
    assert client.get(f"/f/{firm.ref}/").status_code == 200
