"""Joining a firm by the link of an invitation: with a first password, or signed in; once, and by nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from comptant.doors.inviting import invite, withdraw
from comptant.ground.firms.models import Invitation, Member, Role, User
from comptant.ground.mail.models import Message
from tests.web.test_pages import signed_in
from tests.world import House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def lune() -> House:
    return atelier_lune()


def asked(house: House, email: str, role: Role = Role.SELLER, **more: object) -> tuple[Invitation, str]:
    """An invitation, and the address in its letter."""
    by = next(iter(house.people.values()))
    with house.open():
        by.firm = house.firm
        invitation = invite(house.firm, email, role, "Dora", at=NOW, by=by)
        text = Message.objects.filter(firm=house.firm, kind="invitation").latest("id").text
    found = re.search(r"https?://[^/]+(/join/[\w-]+/)", text)
    assert found
    return invitation, found[1]


def test_a_first_password_makes_a_member(lune: House) -> None:
    _, where = asked(lune, "dora@lune.example")
    dora = Client()
    page = dora.get(where)
    assert page.status_code == 200
    assert b"dora@lune.example" in page.content
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert dora.post(where, {"person": "Dora", "password": "short"}).status_code == 422
    joined = dora.post(where, {"person": "Dora", "password": "a long enough secret"})
    assert (joined.status_code, joined.headers["Location"]) == (302, "/f/atelier-lune/")
    assert dora.get("/f/atelier-lune/path/").status_code == 200
    assert Client().get(where).status_code == 404, "the link is over"
    with lune.open():
        member = Member.objects.get(firm=lune.firm, name="Dora")
        assert (member.role, member.is_active) == ("seller", True)


def test_who_has_a_login_signs_in_first(lune: House) -> None:
    forge = forge_nord()
    User.objects.filter(email="zoé@forge-nord.example").update(email="zoe@forge-nord.example")
    _, where = asked(lune, "zoe@forge-nord.example", Role.ACCOUNTANT)
    assert Client().get(where).headers["Location"].startswith("/login/?next=%2Fjoin%2F")
    zoe = signed_in("zoe", "forge-nord")
    assert zoe.get("/f/atelier-lune/").status_code == 404
    assert zoe.get(where).status_code == 200
    assert zoe.post(where).headers["Location"] == "/f/atelier-lune/"
    assert zoe.get("/f/atelier-lune/path/").status_code == 200
    assert zoe.get(f"/f/{forge.firm.ref}/path/").status_code == 200
    assert User.objects.filter(email="zoe@forge-nord.example").count() == 1


def test_somebody_else_who_is_signed_in_does_not_join_by_it(lune: House) -> None:
    _, where = asked(lune, "dora@lune.example")
    bilal = signed_in("bilal", "atelier-lune")
    page = bilal.get(where)
    assert b'name="password"' in page.content, "it asks for Dora's own password"


def test_a_link_that_is_over(lune: House) -> None:
    invitation, where = asked(lune, "dora@lune.example")
    _, newer = asked(lune, "dora@lune.example")
    assert Client().get(where).status_code == 404, "the newer letter replaced it"
    with lune.open():
        withdraw(Invitation.objects.filter(firm=lune.firm).latest("id"), at=NOW)
    assert Client().get(newer).status_code == 404
    assert Client().get("/join/made-up/").status_code == 404
    assert invitation.expires_at == NOW + timedelta(days=7)


def test_who_left_may_be_asked_again(lune: House) -> None:
    from comptant.ground.firms.joining import remove_member

    with lune.open():
        bilal = lune.people["Bilal"]
        bilal.firm = lune.firm
        remove_member(bilal, at=NOW)
    client = Client()
    _, where = asked(lune, "bilal@atelier-lune.example", Role.MANAGER)
    client.force_login(
        User.objects.get(email="bilal@atelier-lune.example"), "django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/f/atelier-lune/").status_code == 404
    assert client.post(where).status_code == 302
    with lune.open():
        again = Member.objects.get(firm=lune.firm, name="Bilal")
        assert (again.role, again.is_active) == ("manager", True)
