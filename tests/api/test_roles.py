"""Every route as every role, against docs/roles.md; a seller's own deals; no route without a test."""

from __future__ import annotations

import re

import pytest

from comptant.doors.api.door import PUBLIC
from comptant.ground.firms.models import Role
from comptant.ground.firms.tokens import SCOPES
from tests.api.calling import OPERATIONS, Caller, caller
from tests.house.walk import ROOT, text
from tests.world import House, found

NOBODY = "01a20188-a0c1-7738-bcb7-83dc7c3e96d7"
PAGE = ROOT / "docs" / "roles.md"


def needs(operation: str) -> tuple[str, frozenset[Role]]:
    """The scope and the roles of a route."""
    _, _, declared = OPERATIONS[operation]
    [token] = declared.auth_callbacks or [None]
    return (token.scope, token.roles) if token else (PUBLIC, frozenset(Role))


def lines() -> list[str]:
    """The table of docs/roles.md, as the routes have it."""
    rows = []
    for name, (method, path, _) in OPERATIONS.items():
        scope, roles = needs(name)
        marks = " | ".join("yes" if role in roles else "" for role in Role)
        rows.append(f"| `{method} {path.removeprefix('/api/v1')}` | `{name}` | {scope} | {marks} |")
    return rows


def test_the_docs_have_every_route() -> None:
    written = re.findall(r"^\| `(?:GET|POST|PATCH|DELETE) .*\|$", text(PAGE), re.MULTILINE)
    assert written == lines(), "the table in docs/roles.md is:\n" + "\n".join(lines())


@pytest.mark.django_db
def test_every_route_as_every_role() -> None:
    house = found("Atelier Lune", {role.value.title(): role for role in Role})
    programs = {role: caller(house, role.value.title()) for role in Role}
    for name in OPERATIONS:
        scope, roles = needs(name)
        if scope == PUBLIC:
            continue
        for role, program in programs.items():
            answer = ask(program, name)
            said = answer.json()["code"] if answer.status_code == 403 else ""
            assert (said == "role_missing") == (role not in roles), (name, role, answer.status_code)


@pytest.mark.django_db
def test_every_route_wants_its_scope(lune: House) -> None:
    programs = {scope: caller(lune, "Ada", [other for other in SCOPES if other != scope]) for scope in SCOPES}
    for name in OPERATIONS:
        scope, _ = needs(name)
        if scope != PUBLIC:
            answer = ask(programs[scope], name)
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), name


def ask(program: Caller, operation: str) -> object:
    """A call that finds nothing, whatever it names."""
    method, path, _ = OPERATIONS[operation]
    return program.send(method, re.sub(r"\{\w+\}", NOBODY, path), {} if method in ("POST", "PATCH") else None)


@pytest.mark.django_db
def test_a_seller_has_their_own_deals_alone(lune: House, ada: Caller, bilal: Caller) -> None:
    theirs = ada.good("open_a_deal", {"party": "mercure", "amount": "100"})["ref"]
    own = bilal.good("open_a_deal", {"party": "mercure", "amount": "200"})["ref"]
    assert [deal["ref"] for deal in bilal.good("list_deals")["items"]] == [own]
    assert [deal["ref"] for deal in bilal.good("list_deals", sort="-created")["items"]] == [own]
    assert bilal.bad("get_deal", deal=theirs) == (404, "nothing_here")
    assert bilal.bad("record_buyer_move", {}, deal=theirs) == (404, "nothing_here")
    assert bilal.good("record_buyer_move", {}, deal=own)["ref"] == own
    ada_id = str(lune.people["Ada"].id)
    assert bilal.bad("open_a_deal", {"party": "mercure", "seller": ada_id}) == (403, "role_missing")
    assert bilal.good("list_deals", seller=ada_id)["items"] == []
    given = ada.good("open_a_deal", {"party": "mercure", "seller": str(lune.people["Bilal"].id)})["ref"]
    assert bilal.good("get_deal", deal=given)["seller_name"] == "Bilal"
    odile = caller(lune, "Odile")
    assert len(odile.good("list_deals")["items"]) == 3
    assert odile.bad("record_buyer_move", {}, deal=own) == (403, "role_missing")


def test_no_route_without_a_test() -> None:
    """By name, in a call, somewhere in this folder."""
    called = set()
    for page in sorted((ROOT / "tests").rglob("*.py")):
        called |= set(re.findall(r"\.(?:call|good|bad)\(\s*\"(\w+)\"", text(page)))
    assert set(OPERATIONS) - called == set(), "call it in tests/api, by its operationId"
