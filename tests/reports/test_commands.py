"""The commands path, pipeline, doctor and nightly: what they print, and their exit codes."""

from __future__ import annotations

import importlib
import json
import re
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from comptant.doors.cli import main as door
from comptant.doors.cli.check_names import NAMES
from comptant.doors.cli.days import instant
from comptant.doors.cli.main import _parser
from comptant.ground.refusals import Refusal
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
TODAY = MONDAY + timedelta(days=30)


def run(command: str, *words: str) -> int:
    module = importlib.import_module(f"comptant.doors.cli.{command}")
    code: int = module.run(_parser(command, module).parse_args(words))
    return code


@pytest.fixture
def lune(db: None) -> House:
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        deal = house.opens("D1", MONDAY, "1200", stage="proposal")
        house.opens("D2", MONDAY, "300.50", stage="contacted")
        house.says(deal, "buyer_move", MONDAY + timedelta(days=15), channel="mail")
    return house


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_path_catches_up_then_answers(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("path", "--json") == 0
    document = answer(capsys)
    assert (document["as_of"], document["known_at"], document["sum"]) == (TODAY.isoformat(), None, "0.00")
    assert document["balances"]["hoped"]["stages"] == {"proposal": "1200.00"}
    assert document["balances"]["stalled"] == {"net": "300.50", "tax": "0.00", "deals": 1}
    assert [(flow["from"], flow["to"], flow["net"]) for flow in document["flows"]] == [
        ("origin", "hoped", "1500.50"), ("hoped", "stalled", "300.50"),
    ]  # fmt: skip


def test_path_of_a_period_stands_at_its_end(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("path", "--json", "--from", "2026-03-02", "--to", "2026-03-03") == 0
    document = answer(capsys)
    assert (document["as_of"], len(document["flows"])) == ("2026-03-03", 1)


def test_known_at_a_day_before_is_empty(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("path", "--json", "--known-at", "2020-01-01") == 0
    document = answer(capsys)
    assert document["known_at"] == "2020-01-01T23:59:59.999999+01:00"
    assert document["balances"]["hoped"]["net"] == "0.00"


def test_path_for_people(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    with translation.override("en"):
        assert run("path", "--as-of", "2026-03-02") == 0
    said = capsys.readouterr().out.replace("\xa0", " ").splitlines()
    assert said[0] == "Atelier Lune: where everything stands on 2 March 2026"
    assert said[1].split() == ["Account", "Net", "Tax", "With", "tax", "Deals"]
    assert "Hoped for" in said[3] and said[3].endswith("€1,500.50      2")
    assert len(said[3]) == len(said[1])


def test_pipeline_in_both_voices(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pipeline", "--json") == 0
    document = answer(capsys)
    assert list(document) == [
        "as_of", "value", "stalled", "waiting", "deals", "conversion", "cycle_days", "portfolio",
    ]  # fmt: skip
    assert [(deal["ref"], deal["account"], deal["stall_rule"]) for deal in document["deals"]] == [
        ("D1", "hoped", None), ("D2", "stalled", "silence"),
    ]  # fmt: skip
    with translation.override("en"):
        assert run("pipeline") == 0
    said = capsys.readouterr().out.replace("\xa0", " ")
    assert "silence, since 17 Mar" in said
    assert "Conversion over twelve months: 0 won, 0 lost, 0 vanished, 2 still open; no rate yet." in said
    assert "29 live prospects needed at the usual rate of one in ten; 1 live, 28 missing." in said


@pytest.mark.parametrize(
    ("command", "words"),
    [("path", ["--as-of", "2027-01-01"]), ("path", ["--to", "2027-01-01"]), ("pipeline", ["--as-of", "2027-01-01"])],
)
def test_a_day_to_come_is_answered_with_a_warning(
    lune: House, command: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with translation.override("en"):
        assert run(command, "--json", *words) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["as_of"] == "2027-01-01"
    assert f"2027-01-01 has not come yet (today is {TODAY})" in said.err
    assert run(command, "--json") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "words",
    [
        ["path", "--firm", "nobody"],
        ["path", "--as-of", "2026-13-01"],
        ["path", "--from", "2026-03-02", "--to", "2026-03-01"],
        ["pipeline", "--known-at", "yesterday"],
        ["nightly", "--as-of"],
        ["doctor", "--loudly"],
        ["sing"],
    ],
)
def test_misuse_is_one_document(
    lune: House, words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_set_up", lambda: None)
    monkeypatch.setattr(door, "_ready", lambda needs: nullcontext())
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as stop:
        door.main([*words, "--json"])
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (stop.value.code, document["ok"], document["code"]) == (2, False, "misuse")
    assert document["message"] in said.err
    with pytest.raises(SystemExit):
        door.main(words)
    assert capsys.readouterr().out == ""


def test_nightly_twice_changes_nothing(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nightly", "--json") == 0
    told = {"firm": lune.firm.ref, "clock_on": TODAY.isoformat(), "crossings": 1, "reminders": 0, "letters": 0}
    assert answer(capsys) == {"firms": [told]}
    assert run("nightly", "--json", "--as-of", "2026-03-10") == 0
    assert answer(capsys)["firms"][0]["crossings"] == 0


def test_the_clock_does_not_run_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    atelier_lune()
    with pytest.raises(SystemExit) as stop:
        run("nightly", "--as-of", "2999-01-01")
    assert stop.value.code == 2


def test_doctor_is_content_and_each_check_has_a_name_for_people(
    lune: House, capsys: pytest.CaptureFixture[str]
) -> None:
    run("nightly")
    capsys.readouterr()
    assert run("doctor", "--json") == 0
    document = answer(capsys)
    assert document["ok"] is True
    assert all(set(check) == {"name", "ok", "detail"} for check in document["checks"])
    assert {check["name"] for check in document["checks"]} <= set(NAMES)


@pytest.mark.django_db(databases=["default", "owner"])
def test_doctor_says_no(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    with lune.open(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_balance SET net = net + 1 WHERE firm_id = %s AND account = 'hoped'", [lune.firm.id]
        )
    assert run("doctor") == 1
    assert "✗" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["path", "pipeline", "nightly"])
@pytest.mark.parametrize("found", ["2026-13-01", "20260101", "01/02/2026", "9999-99-99", "", "0001-01-01"])
def test_a_wrong_day_is_told(command: str, found: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop, translation.override("en"):
        run(command, "--as-of", found)
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert f"argument --as-of: found {found!r}, expected a day such as 2026-11-24" in said


def test_a_period_that_ends_before_it_begins(lune: House) -> None:
    for words in (("--from", "2026-03-02", "--to", "2026-03-01"), ("--from", "2026-03-02", "--as-of", "2026-03-01")):
        with pytest.raises(SystemExit) as stop:
            run("path", *words)
        assert stop.value.code == 2


def test_which_firm(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refusal) as refused:
        run("path")
    assert refused.value.code == "no_firm_yet"
    for found, is_demo, amount in ((atelier_lune, True, "5"), (forge_nord, False, "7")):
        house = found(is_demo=is_demo, fixed_today=MONDAY)
        with house.open():
            house.opens("D1", MONDAY, amount)
        assert run("path", "--json") == 0
        assert answer(capsys)["balances"]["hoped"]["net"] == f"{amount}.00"
    assert run("path", "--json", "--firm", "atelier-lune") == 0
    assert answer(capsys)["balances"]["hoped"]["net"] == "5.00"
    with pytest.raises(SystemExit) as stop, translation.override("en"):
        run("path", "--firm", "nobody")
    assert stop.value.code == 2
    assert "No firm is called nobody; there are: atelier-lune, forge-nord." in capsys.readouterr().err


def test_several_firms_must_be_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    atelier_lune(), forge_nord()
    with pytest.raises(SystemExit) as stop, translation.override("en"):
        run("path")
    assert stop.value.code == 2
    assert "name one of atelier-lune, forge-nord with --firm" in capsys.readouterr().err


def test_known_at_is_an_instant_of_the_firms(lune: House) -> None:
    assert instant(lune.firm, None) is None
    assert str(instant(lune.firm, date(2026, 3, 29))) == "2026-03-29 23:59:59.999999+02:00"
    assert str(instant(lune.firm, datetime(2026, 3, 1, 8))) == "2026-03-01 08:00:00+01:00"


EXAMPLES = re.compile(r"```json (\w+)\n(.*?)```", re.DOTALL)
PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def shape(value: Any) -> Any:
    """The keys of a document, in order; accounts and stages may be any."""
    if isinstance(value, dict):
        return {key: None if key in ("balances", "stages") else shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


@pytest.mark.parametrize(("command", "example"), EXAMPLES.findall(PAGE.read_text("utf-8")))
def test_documents_have_the_promised_shape(
    lune: House, command: str, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, "--json") == 0
    found, promised = answer(capsys), json.loads(example)
    assert json.dumps(shape(found)) == json.dumps(shape(promised))
    if command == "path":
        for account, balance in promised["balances"].items():
            assert list(balance) == list(found["balances"][account])
