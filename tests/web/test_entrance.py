"""Forms come from our own pages, sessions begin anew, and every role gets what docs/roles.md says, no more."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from comptant.doors.founding import first_account_key
from comptant.doors.web.urls import of_firm, urlpatterns
from comptant.ground.firms.models import Role, User
from comptant.ground.web.roles import (
    ASKING,
    BRINGING_IN,
    KEEPING_BOOKS,
    LEADING,
    OWNING,
    READING,
    RECOVERING,
    SELLING,
    WRITING,
)
from tests.house.test_zoe import address
from tests.house.walk import ROOT
from tests.web.test_pages import signed_in
from tests.world import MONDAY, PASSWORD, atelier_lune, forge_nord, found

pytestmark = pytest.mark.django_db

TAKES_POST = {"login", "logout", "new-firm", "first-account", "imports", "import", "import-loading"}
ROWS = dict(re.findall(r"^\| `(/\S*)` \| (.+) \|$", (ROOT / "docs" / "roles.md").read_text("utf-8"), re.MULTILINE))
FOR = {
    "who reads": READING, "who brings files in": BRINGING_IN, "who sells": SELLING, "who keeps books": KEEPING_BOOKS,
    "who recovers": RECOVERING, "who captures extra requests": ASKING, "who leads": LEADING, "owners": OWNING,
    "who sells or keeps books": WRITING,
}  # fmt: skip


def as_documented(page: URLPattern, prefix: str) -> str:
    """The address as docs/roles.md writes it."""
    return prefix + re.sub(r"<\w+:(\w+?)(_ref|_id)?>", r"<\1>", str(page.pattern))


def test_the_table_names_every_address() -> None:
    ours = {as_documented(page, "/") for page in urlpatterns if isinstance(page, URLPattern)}
    ours |= {as_documented(page, "/f/<firm>/") for page in of_firm}
    assert ours == set(ROWS)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_the_table_says(role: Role) -> None:
    house = found("Atelier Lune", {"Ada": Role.OWNER, "Sam": role})
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    sam = Client()
    sam.force_login(User.objects.get(email="sam@atelier-lune.example"), "django.contrib.auth.backends.ModelBackend")
    for page in of_firm:
        may = role in FOR[ROWS[as_documented(page, "/f/<firm>/")]]
        for answer in (sam.get(address(page, "atelier-lune")), sam.post(address(page, "atelier-lune"))):
            assert (answer.status_code != 403) == may, (page.name, answer.status_code)
            assert answer.status_code < 500
    assert sam.get("/firms/").status_code == 200


def everywhere() -> list[tuple[str, str]]:
    """Every address, by name, as Zoé of Forge Nord would type it."""
    own = [(str(page.name), address(page, "forge-nord")) for page in of_firm]
    keys = {"first-account": f"/welcome/{first_account_key()}/"}
    return own + [
        (str(page.name), keys.get(str(page.name)) or re.sub(r"<uuid:\w+>", str(UUID(int=7)), f"/{page.pattern}"))
        for page in urlpatterns
        if isinstance(page, URLPattern)
    ]


def test_a_form_from_elsewhere_is_refused_everywhere() -> None:
    forge_nord()
    zoe = Client(enforce_csrf_checks=True)
    zoe.force_login(User.objects.get(), "django.contrib.auth.backends.ModelBackend")
    for name, where in everywhere():
        answer = zoe.post(where, {"name": "Eve", "place": "FR"})
        assert answer.status_code in (403, 405), (name, answer.status_code)
        assert answer.status_code == 403 or name not in TAKES_POST, name
    assert "d’ici" in zoe.post("/firms/new/").content.decode()


def test_a_stranger_sees_the_sign_in_page_or_nothing() -> None:
    forge_nord()
    for name, where in everywhere():
        answer = Client().get(where)
        told = {"login": 200, "front-door": 302, "logout": 405, "first-account": 404, "join": 404, "second-step": 302}
        told |= {"passkey-answer": 405, "passkey-question": 405}
        if name in told:
            assert answer.status_code == told[name]
        else:
            assert answer.headers["Location"].startswith("/login/?next="), name
    assert Client().get("/").headers["Location"] == "/login/"
    for where in ("/admin/", "/f/", "/static/../settings.py", "/api/", "/.env"):
        assert Client().get(where).status_code in (302, 404), where


def test_a_session_begins_anew_and_ends_for_good() -> None:
    forge_nord()
    client = Client()
    client.get("/login/")
    session = client.session
    session["planted"] = "by eve"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key or ""
    client.post("/login/", {"email": "zoé@forge-nord.example", "password": PASSWORD})
    now = client.cookies["sessionid"].value
    assert now != planted
    assert client.get("/f/forge-nord/").status_code == 200
    client.post("/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = now
    assert stolen.get("/f/forge-nord/").status_code == 302


def test_who_left_the_firm_is_a_stranger_at_once() -> None:
    house = forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    with house.open():
        member = house.people["Zoé"]
        member.is_active = False
        member.save()
    assert zoe.get("/f/forge-nord/").status_code == 404


def test_a_file_on_its_way_in_belongs_to_its_firm() -> None:
    atelier_lune()
    forge_nord()
    ada, zoe = signed_in("ada", "atelier-lune"), signed_in("zoé", "forge-nord")
    where = ada.post(
        "/f/atelier-lune/imports/", {"target": "deals", "pasted": "ref;client;opened_on\nA1;Lune;2026-03-02\n"}
    ).headers["Location"]
    number = UUID(where.rstrip("/").rsplit("/", 1)[1])
    for ref in ("atelier-lune", "forge-nord"):
        for tail in ("", "loading/"):
            assert zoe.get(f"/f/{ref}/imports/{number}/{tail}").status_code in (404, 405)
            assert zoe.post(f"/f/{ref}/imports/{number}/{tail}").status_code == 404
    assert str(number) not in zoe.get("/f/forge-nord/imports/").content.decode()
    assert ada.get(where).status_code == 200


def test_no_address_is_without_a_slash_of_its_own() -> None:
    """An address that ends without one is led to the one with it, never to another site."""
    assert get_resolver().resolve("/login/").url_name == "login"
    assert Client().get("//elsewhere.example/login").status_code in (301, 404)
    assert "elsewhere" not in Client().get("//elsewhere.example/login").headers.get("Location", "")[:9]


@pytest.mark.parametrize(
    "wanted", ["foo", "offer-page", "logout", "//elsewhere.example", "/\\elsewhere.example", "javascript:x"]
)
def test_a_page_that_is_none_of_ours_leads_home(wanted: str) -> None:
    forge_nord()
    answer = Client().post("/login/", {"email": "zoé@forge-nord.example", "password": PASSWORD, "next": wanted})
    assert answer.headers["Location"] == "/f/forge-nord/"
