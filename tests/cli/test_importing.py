"""The command import: which firm, what it prints, its exit codes; bad files change nothing."""

from __future__ import annotations

import importlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from comptant.doors.cli.main import _parser
from comptant.doors.cli.progress import Progress
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from tests.world import House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

DEALS = "ref;party_ref;opened_on;amount;status;closed_on\nA-1;Lune;2026-01-05;9 600,00;won;2026-02-12\n"
OPEN = "A-2;Forge;2026-03-02;100;open;\n"


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    file = tmp_path / "deals.csv"
    file.write_text(DEALS + OPEN, "utf-8")
    return file


def run(*words: str) -> int:
    module = importlib.import_module("comptant.doors.cli.importing")
    try:
        return int(module.run(_parser("import", module).parse_args(words)))
    except SystemExit as end:
        return int(end.code or 0)


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_first_import_creates_the_firm(db: None, deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deals", str(deals), "--json") == 0
    said = answer(capsys)
    assert (said["ok"], said["loaded"], said["firm"], said["firm_created"]) == (True, True, "ma-societe", True)
    assert (said["rows"], said["added"], said["parties_added"], said["nothing_new"]) == (2, 2, 2, False)
    assert {(move["account"], move["net"], move["deals"]) for move in said["moved"]} == {
        ("signed", "9600.00", 1), ("stalled", "100.00", 1),
    }  # fmt: skip
    (membership,) = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
    assert (firm.name, firm.country, firm.currency, firm.zone) == ("Ma société", "FR", "EUR", "Europe/Paris")


def test_the_same_file_twice_changes_nothing_and_says_so(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("deals", str(deals))
    assert "Nothing new" not in capsys.readouterr().out
    assert run("deals", str(deals)) == 0
    assert "Nothing new: nothing was changed." in capsys.readouterr().out
    run("deals", str(deals), "--json")
    said = answer(capsys)
    assert (said["nothing_new"], said["unchanged"], said["added"], said["acts"]) == (True, 2, 0, 0)


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_neither_a_dry_run_nor_a_refused_file_leaves_a_firm(
    deals: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    if not words:
        deals.write_text(DEALS + "A-2;Forge;02/03/2026;1,234;open;\n", "utf-8")
    assert run("deals", str(deals), "--json", *words) == (0 if words else 1)
    said = answer(capsys)
    assert (said["loaded"], said["firm_created"]) == (False, False)
    assert memberships_of(OPERATOR) == []


def test_refused_rows_are_told_by_line(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deals.write_text(DEALS + "A-2;Forge;02/03/2026;1,234;open;\n", "utf-8")
    assert run("deals", str(deals)) == 1
    told = capsys.readouterr()
    assert "Line 3, opened_on: “02/03/2026”; expected a day such as 2026-01-31." in told.err
    assert "Line 3, amount: “1,234”" in told.err
    assert "Nothing was loaded." in told.out
    run("deals", str(deals), "--json")
    said = answer(capsys)
    assert [(e["line"], e["column"], e["value"], e["code"]) for e in said["errors"]] == [
        (3, "amount", "1,234", "amount_thousands"), (3, "opened_on", "02/03/2026", "date"),
    ]  # fmt: skip
    assert run("deals", str(deals), "--skip-bad", "--json") == 1
    said = answer(capsys)
    assert (said["loaded"], said["rows_refused"], said["added"]) == (True, 1, 1)


def test_what_differs_is_held_back_until_update(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("deals", str(deals))
    deals.write_text((DEALS + OPEN).replace("9 600,00", "9 700,00"), "utf-8")
    capsys.readouterr()
    assert run("deals", str(deals)) == 0
    told = capsys.readouterr().out
    assert "Line 2, A-1: amount is “9600.00” here, “9700.00” in the file." in told
    assert "--update" in told
    assert run("deals", str(deals), "--update", "--json") == 0
    said = answer(capsys)
    assert (said["changed"], [(m["account"], m["net"]) for m in said["moved"]]) == (1, [("signed", "100.00")])
    run("deals", str(deals), "--json")
    assert answer(capsys)["nothing_new"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("deals", "absent.csv"), 2),
        (("deals", "."), 2),
        (("dreams", "{file}"), 2),
        (("deals", "{file}", "--mapping", "absent.toml"), 2),
        (("deals", "{file}", "--mapping", "ibm"), 2),
        (("deals", "{file}", "--mapping", "maven"), 2),
        (("deals", "{file}", "--firm", "of-others"), 2),
        (("deals", "{file}", "--firm", "a", "--new-firm", "b"), 2),
        (("invoices", "{file}"), 1),
    ],
)
def test_misuse_and_no(deals: Path, words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*(word.format(file=deals) for word in words)) == code
    told = capsys.readouterr()
    assert told.err.startswith("comptant: ") and told.err.count("\n") == 1 and not told.out
    assert memberships_of(OPERATOR) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\0\0\0", b"PK\x03\x04 not a workbook", b"%PDF-1.7", b"<html><table>", b"ref,ref\n1,2\n",
        b"Ref,REF,party_ref,opened_on\n1,2,3,2026-01-01\n", b"ref,party_ref,opened_on\n\"never closed",
        b"ref,party_ref,opened_on\n\xff\xfe\x81\n", b"\n\n\n", b"ref\n", b"{}", b"a" * 2_000_000,
    ],
)  # fmt: skip
def test_what_is_no_table_is_a_no(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert run("deals", str(file), "--json") == 1
    said = answer(capsys)
    assert not said["ok"]
    assert memberships_of(OPERATOR) == []


def test_it_goes_to_the_firm_that_is_meant(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demonstration = forge_nord(is_demo=True, ref="forge", fixed_today=date(2026, 11, 24))
    assert run("deals", str(deals)) == 0
    told = capsys.readouterr()
    assert told.out.startswith("Forge Nord: 2 rows") and "--new-firm" in told.err
    lune = atelier_lune()
    assert run("deals", str(deals), "--json") == 0
    assert answer(capsys)["firm"] == lune.firm.ref
    assert run("deals", str(deals), "--json", "--new-firm", "Troisième") == 0
    assert answer(capsys)["firm"] == "troisieme"
    assert run("deals", str(deals)) == 2
    assert "lune" in capsys.readouterr().err
    assert [count(house) for house in (demonstration, lune)] == [2, 2]


def count(house: House) -> int:
    with house.open():
        return Deal.objects.filter(firm=house.firm).count()


def test_a_bar_in_a_terminal_a_line_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("comptant.doors.cli.progress.time.monotonic", lambda: now)
    for is_terminal, expected in ((True, "\r\x1b[KReading [#####"), (False, "Reading 50 %\n")):
        out = io.StringIO()
        out.isatty = lambda is_terminal=is_terminal: is_terminal  # type: ignore[method-assign,misc]
        now = 0.0
        with Progress(out) as progress:
            progress("reading", 0.0)
            now = 6.0
            progress("reading", 0.5)
        assert out.getvalue().startswith(expected)


def test_two_first_imports_at_once_make_one_firm(
    deals: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one commits while this one waits to found."""
    module = importlib.import_module("comptant.doors.cli.importing")
    wait, others = module.found_alone, []

    def meanwhile() -> None:
        if not others:
            others.append(atelier_lune())
        wait()

    monkeypatch.setattr(module, "found_alone", meanwhile)
    assert run("deals", str(deals), "--json") == 0
    assert (answer(capsys)["firm"], len(memberships_of(OPERATOR))) == (others[0].firm.ref, 1)
