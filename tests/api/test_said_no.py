"""How the API says no: one shape, the right status, a sentence in the caller's language, nothing of the inside."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from comptant.doors.api import middleware
from comptant.doors.api.pace import Pace
from comptant.ground.firms.models import Role
from comptant.ground.refusals import Refusal
from tests.api.calling import OPERATIONS, Caller, caller, schema
from tests.world import House, found

pytestmark = pytest.mark.django_db

NO_JSON = [b"{", b"\xff\xfe", b'{"party": "a\\u0000b"}', b'{"amount": NaN}', b"[" * 100_000, b'{"a": "\\ud800"}']
WRONG = [
    ({"party": "mercure", "amount": "1,5"}, "amount", "not_an_amount"),
    ({"party": "mercure", "amount": "1.005"}, "amount", "not_an_amount"),
    ({"party": "mercure", "amount": "-1"}, "amount", "out_of_range"),
    ({"party": "mercure", "amount": "1e400"}, "amount", "not_an_amount"),
    ({"party": "mercure", "amount": "NaN"}, "amount", "not_an_amount"),
    ({"party": "mercure", "amount": True}, "amount", "not_an_amount"),
    ({"party": "mercure", "decision_on": "2026-02-30"}, "decision_on", "not_a_day"),
    ({"party": "mercure", "decision_on": "0001-01-01"}, "decision_on", "not_a_day"),
    ({"party": "mercure", "decision_on": 20260101}, "decision_on", "not_a_day"),
    ({"party": "mercure", "at": "yesterday"}, "at", "not_an_instant"),
    ({"party": "mercure", "colour": "red"}, "colour", "unknown"),
    ({"party": 7}, "party", "not_text"),
    ({"party": "mercure", "title": "x" * 301}, "title", "too_long"),
    ({"party": "mercure", "seller": "nobody"}, "seller", "not_an_id"),
    ({"new_party": {}}, "new_party.name", "missing"),
    ({"new_party": {"name": "A", "kind": "ghost"}}, "new_party.kind", "not_one_of"),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG)
def test_a_field_is_told_with_what_was_found(ada: Caller, body: dict[str, object], field: str, code: str) -> None:
    answer = ada.call("open_a_deal", body)
    assert answer.status_code == 422
    said = answer.json()
    assert said["code"] == "wrong_fields"
    assert [(one["field"], one["code"]) for one in said["errors"]] == [(field, code)]
    assert said["errors"][0]["message"]


@pytest.mark.parametrize("raw", NO_JSON)
def test_what_is_no_json_is_400(ada: Caller, raw: bytes) -> None:
    assert ada.bad("open_a_deal", raw=raw) == (400, "unreadable")


def test_bodies_of_fifty_megabytes(ada: Caller) -> None:
    """Refused by their length alone, before a byte is read."""
    for address in ("/api/v1/deals", "/api/v1/documents?name=a", "/api/v1/bank/statements"):
        answer = ada.send("POST", address, raw=b"x", CONTENT_LENGTH="50000000")
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_odd_addresses(ada: Caller) -> None:
    for method, address, status in (
        ("GET", "/api/v1/nowhere", 404),
        ("PUT", "/api/v1/deals", 405),
        ("GET", "/api/v1/deals/a%00b", 404),
        ("GET", "/api/v1/deals?q=%00", 400),
        ("GET", "/api/v1/deals?limit=0", 422),
        ("GET", "/api/v1/deals?limit=201", 422),
        ("GET", "/api/v1/deals?limit=ten", 422),
        ("GET", "/api/v1/deals?sort=colour", 422),
        ("GET", "/api/v1/deals?colour=red", 422),
        ("GET", "/api/v1/agreements/not-an-id", 422),
    ):
        answer = ada.send(method, address)
        assert answer.status_code == status, (address, answer.content)
        assert set(answer.json()) == {"code", "message", "facts", "errors"}, address


def test_in_the_callers_language(lune: House) -> None:
    english, french = caller(lune, "Ada", language="en"), caller(lune, "Ada", language="fr")
    for program, start in ((english, "This does not exist"), (french, "")):
        said = program.call("get_deal", deal="nowhere").json()
        assert said["code"] == "nothing_here"
        assert said["message"].startswith(start)


def test_without_a_token_and_with_a_wrong_one(lune: House) -> None:
    for program, code in ((Caller(), "token_missing"), (Caller("cpt_made-up"), "token_unknown"), (Caller("x"), None)):
        answer = program.call("get_firm")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["code"] == code or code is None


def test_whoever_guesses_tokens_is_slowed_down(lune: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "by_stranger", Pace(limit=3, seconds=60))
    answers = [Caller("cpt_guess").call("get_firm") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_a_pace_lets_go_again() -> None:
    pace = Pace(limit=1, seconds=0)
    pace.knock("a")
    pace.knock("a")
    with pytest.raises(Refusal):
        _twice(Pace(limit=1, seconds=60))


def _twice(pace: Pace) -> None:
    pace.knock("a")
    pace.knock("a")


def test_our_own_fault_shows_nothing_and_leaves_nothing(
    ada: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from comptant.doors.api.routes import deals

    def broken(*args: object, **more: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(deals, "new_row", broken)
    answer = ada.call("open_a_deal", {"party": "mercure", "ref": "D-1"})
    assert answer.status_code == 500
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert "a secret of ours" in caplog.text
    assert answer.json()["facts"]["reference"] in caplog.text
    monkeypatch.undo()
    assert ada.bad("get_deal", deal="D-1") == (404, "nothing_here")


def test_zoe_finds_nothing_of_others(lune: House, ada: Caller) -> None:
    """Whatever exists elsewhere answers her as what exists nowhere."""
    deal = ada.good("open_a_deal", {"party": "mercure", "ref": "D-1"})
    zoe = caller(found("Forge Nord", {"Zoé": Role.OWNER}), "Zoé")
    elsewhere = {"deal": deal["id"], "party": deal["party"]["id"]}
    nowhere = "01a20188-a0c1-7738-bcb7-83dc7c3e96d7"
    bodies = {
        "open_a_dispute": {"amount": "1", "category": "price"}, "hold_deal": {"wake_on": "2199-01-01", "reason": "x"},
        "estimate_deal": {"amount": "1"}, "move_deal": {"stage": "proposal"},
        "record_meeting": {"meeting_on": "2199-01-01"},
        "add_a_cost": {"amount": "1", "on": "2026-03-02", "label": "x"}, "override_a_limit": {"reason": "x"},
        "draft_an_offer": {"lines": [{"title": "a", "price": "1", "tax_rate": "20"}]},
        "propose_an_extra": {"lines": [{"title": "a", "price": "1", "tax_rate": "20"}]},
        "record_an_agreement": {"net": "1", "tax": "0", "proof": "imported"}, "add_contact": {"name": "x"},
        "assess_party": {"light": "red", "reason": "x"}, "use_what_is_held": {"invoice": "x"},
        "refund_a_party": {"amount": "1"}, "change_party": {"city": "x"},
        "declare_a_party_insolvent": {"kind": "liquidation", "judged_on": "2026-03-02", "published_on": "2026-03-02"},
    }  # fmt: skip
    asked = 0
    for name, (_, path, _) in OPERATIONS.items():
        for kind, its_id in elsewhere.items():
            if "{" + kind + "}" in path:
                there = zoe.call(name, bodies.get(name, {}), **{kind: its_id})
                not_there = zoe.call(name, bodies.get(name, {}), **{kind: nowhere})
                assert there.status_code == 404, (name, there.content)
                assert there.content == not_there.content, name
                asked += 1
    assert asked > 30


def test_a_refusal_leaves_nothing_half_done(ada: Caller) -> None:
    body = {"new_party": {"name": "Half"}, "stage": "dreams"}
    assert ada.bad("open_a_deal", body) == (422, "unknown_stage")
    assert ada.good("list_parties", q="Half")["items"] == []


def test_the_document_is_complete(db: None) -> None:
    ids, document = [], schema()
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            ids.append(said["operationId"])
            assert said["summary"][0].isupper(), path
            assert "Roles:" in said["description"] or "No token." in said["description"]
            assert {"400", "404", "422", "429", "500"} <= set(said["responses"]), (method, path)
            if "/public/" not in path:
                assert {"401", "403"} <= set(said["responses"])
                assert said["security"] == [{"Token": []}]
            for status, answer in said["responses"].items():
                assert status == "204" or answer["content"], (path, status)
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def test_the_document_and_its_page_need_no_token(client: object) -> None:
    program = Caller()
    assert program.send("GET", "/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    page = program.send("GET", "/api/v1/docs/")
    assert page.status_code == 200
    assert b"/api/v1/deals" in page.content
    assert b"<script>" not in page.content
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_answers_are_kept_by_nobody(ada: Caller) -> None:
    assert ada.call("get_firm").headers["Cache-Control"] == "no-store"
    assert connection.in_atomic_block, "the test's own transaction"
    assert json.loads(ada.call("get_firm").content)["currency"] == "EUR"
