"""``comptant token`` and ``comptant member``: secrets shown once, people let in and out."""

from __future__ import annotations

import pytest

from comptant.doors.cli import main as door
from comptant.doors.cli import member, token
from comptant.ground.mail.models import Message
from comptant.ground.refusals import Refusal
from tests.api.calling import Caller
from tests.imports.commands import command
from tests.world import atelier_lune

pytestmark = pytest.mark.django_db
FIRM = ("--firm", "atelier-lune")


def test_a_token_is_made_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    atelier_lune()
    code, made = command(capsys, "token", "create", "--name", "books", "--scopes", "read, invoices", *FIRM)
    assert (code, made["member"], made["scopes"]) == (0, "Ada", ["read", "invoices"])
    assert Caller(made["secret"]).good("get_firm")["ref"] == "atelier-lune"
    code, listed = command(capsys, "token", "list", *FIRM)
    assert [one["id"] for one in listed["tokens"]] == [made["id"]]
    assert "secret" not in listed["tokens"][0]
    options = door._parser("token", token).parse_args(["create", "--name", "b", "--scopes", "read", *FIRM])
    assert token.run(options) == 0
    assert capsys.readouterr().out.strip().startswith("cpt_"), "the secret alone, for a pipe"
    assert command(capsys, "token", "revoke", "books", *FIRM)[1]["revoked_at"]
    assert Caller(made["secret"]).bad("get_firm") == (401, "token_unknown")


def test_a_token_for_nobody_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    atelier_lune()
    with pytest.raises(Refusal, match="unknown_scope"):
        command(capsys, "token", "create", "--name", "x", "--scopes", "everything", *FIRM)
    with pytest.raises(SystemExit):
        command(capsys, "token", "create", "--name", "x", "--scopes", "read", "--member", "Nobody", *FIRM)
    with pytest.raises(SystemExit):
        command(capsys, "token", "revoke", "nothing", *FIRM)
    with pytest.raises(Refusal, match="expires_in_the_past"):
        command(capsys, "token", "create", "--name", "x", "--scopes", "read", "--expires", "2020-01-01", *FIRM)


def test_people_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    house = atelier_lune()
    code, asked = command(capsys, "member", "invite", "dora@lune.example", "--role", "seller", "--name", "Dora", *FIRM)
    assert (code, asked["email"]) == (0, "dora@lune.example")
    with house.open():
        assert Message.objects.filter(firm=house.firm, kind="invitation").count() == 1
    _, listed = command(capsys, "member", "list", *FIRM)
    assert {one["name"] for one in listed["members"]} == {"Ada", "Bilal", "Chloé", "Odile"}
    assert [one["email"] for one in listed["invitations"]] == ["dora@lune.example"]
    assert command(capsys, "member", "change", "Bilal", "--role", "manager", *FIRM)[1]["role"] == "manager"
    assert command(capsys, "member", "remove", "Bilal", *FIRM)[1]["is_active"] is False
    assert command(capsys, "member", "remove", "dora@lune.example", *FIRM)[1]["email"] == "dora@lune.example"
    with pytest.raises(Refusal, match="last_owner"):
        command(capsys, "member", "remove", "Ada", *FIRM)
    options = door._parser("member", member).parse_args(["list", *FIRM])
    assert member.run(options) == 0
    assert "Bilal" in capsys.readouterr().out
