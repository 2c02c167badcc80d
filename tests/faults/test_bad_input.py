"""What is typed or given wrongly, to every command: a clear answer, an honest exit code, nothing half done."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from comptant.doors.cli import main as door
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.queries import OPERATOR, memberships_of
from comptant.ground.refusals import Refusal
from tests.imports.commands import balances, command
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
TODAY = MONDAY + timedelta(days=60)


@pytest.fixture
def lune(db: None) -> Iterator[House]:
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D1", MONDAY, "1200", stage="proposal")
    yield house


def run(*words: str) -> int:
    """The command as a person types it, without starting a database of its own."""
    ours = importlib.import_module(door.module(words[0]))
    with translation.override("en"):
        try:
            return int(ours.run(door._parser(words[0], ours).parse_args(words[1:])))
        except SystemExit as end:
            return int(end.code or 0)
        except Refusal:
            return 1


@pytest.mark.parametrize(
    "words",
    [
        "path --as-of 2026-02-30", "path --as-of yesterday", "path --as-of 0000-00-00", "path --as-of 20260302",
        "path --from 2026-03-09 --to 2026-03-01", "path --known-at 25:00", "path --firm other", "path --frim lune",
        "path extra", "pipeline --as-of ''", "pipeline --known-at 2026-13-01T10:00", "pipeline --firm ../lune",
        "nightly --as-of 31/12/2026", "nightly --firm ' '", "doctor --firm lune2", "doctor everything",
        "demo --firm", "import", "import deals", "import deals a.csv b.csv", "import deals a.csv --mapping",
        "import deals a.csv --frobnicate", "work --every soon", "migrate now",
    ],
)  # fmt: skip
def test_misuse_is_two_and_says_why(lune: House, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = [word.strip("'") if word.startswith("'") else word for word in words.replace("' '", "'_'").split()]
    assert run(*typed) == 2
    told = capsys.readouterr()
    assert told.err and "Traceback" not in told.err and not told.out


ROWS: dict[str, list[str]] = {
    "parties": [
        "ref,name\n,Nameless", "ref,country\nP,FRA", "ref,siren\nP,123456789", "ref,iban\nP,FR7612345",
        "ref,kind\nP,robot",
        "ref,email\nP,@", "ref,created_on\nP,1969-12-31", "ref,credit_limit\nP,-5", "ref\nP\nP",
        "ref,vat_number\nP,FR00123456789",
    ],
    "deals": [
        "{d}\nD,P,2026-02-30,1,open,", "{d}\nD,P,01/02/2026,1,open,", "{d}\nD,P,2026-03-02,1.234,open,",
        "{d}\nD,P,2026-03-02,12.345,open,", "{d}\nD,P,2026-03-02,-1,open,", "{d}\nD,P,2026-03-02,1e3,open,",
        "{d}\nD,P,2026-03-02,NaN,open,", "{d}\nD,P,2026-03-02,٣,open,", "{d}\nD,P,2026-03-02,1,won,",
        "{d}\nD,P,2026-03-02,1,open,2026-03-03", "{d}\nD,P,2026-03-02,1,won,2026-03-01", "{d}\nD,P,2999-01-01,1,open,",
        "{d}\nD,P,2026-03-02,1,hoped,", "{d}\n,P,2026-03-02,1,open,", "{d}\nD,,2026-03-02,1,open,",
        "{d}\nD,P,2026-03-02,1,open,,x", "{d}\nD,P,2026-03-02,1,open,\nD,P,2026-03-02,1,open,",
        "{d}\nD\x00,P,2026-03-02,1,open,", "{d}\nD\u202e,P,2026-03-02,1,open,",
        "{d}\nD,P,2026-03-02,99999999999999999,open,",
        "ref,party_ref,opened_on,currency\nD,P,2026-03-02,EURO", "ref,party_ref,opened_on,stage\nD,P,2026-03-02,moon",
        "ref,party_ref,opened_on,status\nD,P,2026-03-02,waiting", "ref,party_ref\nD,P",
        "ref,ref,party_ref,opened_on\n1,2,3,4", "ref,Ref,party_ref,opened_on\n1,2,3,4", "a;b;c\n1;2;3",
    ],
    "events": [
        "{e}\nD1,2026-03-02,won,-5", "{e}\nD1,2026-03-02,dance,", "{e}\nD1,2026-03-02,hold,2026-03-02",
        "{e}\nD1,2026-03-02,stage,moon", "{e}\nD1,2026-03-02,estimate,",
        "{e}\nD1,2027-03-02,buyer_move,",
        "{e}\nD1,2026-02-01,stage,proposal", "{e}\nD1,2026-03-09,reactivated,proposal", "{e}\n,2026-03-09,buyer_move,",
        "{e}\nD1,2026-03-09,lost,\nD1,2026-03-10,lost,", "{e}\nD1,2026-03-09T25:61,buyer_move,",
        "{e}\nD1,2026-03-09,wake,",
    ],
    "invoices": [
        "{i}\nF,P,2026-03-02,2026-03-01,100,20", "{i}\nF,P,2026-03-02,,abc,20", "{i}\nF,P,2026-03-02,,100,",
        "{i}\n,P,2026-03-02,,100,20", "{i}\nF,,2026-03-02,,100,20", "{i}\nF,P,2026-03-02,,100,20\nF,P,2026-03-02,,1,0",
        "number,party_ref,issued_on,net,tax,total\nF,P,2026-03-02,100,20,121",
        "number,kind,party_ref,issued_on,net,tax,corrects\nA,credit_note,P,2026-03-02,10,2,F-unknown",
        "number,party_ref,issued_on,net,tax,disputed,disputed_on\nF,P,2026-03-02,100,20,500,2026-03-05",
        "number,party_ref,issued_on,net,tax,settled_on\nF,P,2026-03-02,100,20,2026-03-01",
        "number,kind,party_ref,issued_on,net,tax,corrects\nF,invoice,P,2026-03-02,10,2,\nA,credit_note,P,2026-03-03,99,2,F",
    ],
}  # fmt: skip
HEADERS = {
    "d": "ref,party_ref,opened_on,amount,status,closed_on", "e": "deal_ref,at,kind,value",
    "i": "number,party_ref,issued_on,due_on,net,tax",
}  # fmt: skip


@pytest.mark.parametrize("target", list(ROWS))
def test_bad_rows_load_nothing_and_say_where(
    lune: House, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good row stands before each bad one: it is not loaded either."""
    before = balances(capsys, TODAY.isoformat())
    file = tmp_path / "bad.csv"
    for content in ROWS[target]:
        file.write_text(content.format(**HEADERS), "utf-8")
        code, said = command(capsys, "import", target, file)
        assert (code, said["ok"]) == (1, False), content
        assert said.get("code") or (said["errors"] and all(error["message"] for error in said["errors"])), content
        assert said.get("code") or all(error["line"] > 1 for error in said["errors"]), content
    assert balances(capsys, TODAY.isoformat()) == before
    with lune.open():
        assert Deal.objects.filter(firm=lune.firm).count() == 1


def bytes_of(kind: str) -> bytes:
    """Files that are not what their name says."""
    rows = "ref,party_ref,opened_on\nD-é,P,2026-03-02\n"
    if kind == "bomb":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
        return packed.getvalue()
    return {
        "mixed": rows.encode() + "é".encode("latin-1") + "é,P,2026-03-02\n".encode(),
        "utf-16 without its mark": rows.encode("utf-16-le"),
        "ends within a letter": rows.encode()[:-1] + "é".encode()[:1],
        "utf-32": rows.encode("utf-32"),
        "gzip": b"\x1f\x8b\x08\x00" + rows.encode(),
        "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "sqlite": b"SQLite format 3\0" + b"\0" * 100,
        "quote": b'ref,party_ref,opened_on\n"D,P,2026-03-02\n' * 3,
        "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "mixed",
        "utf-16 without its mark",
        "ends within a letter",
        "utf-32",
        "gzip",
        "xls",
        "sqlite",
        "quote",
        "png",
        "bomb",
    ],
)
def test_what_cannot_be_read_is_said(
    lune: House, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "strange.csv"
    file.write_bytes(bytes_of(kind))
    code, said = command(capsys, "import", "deals", file)
    assert (code, said["ok"]) == (1, False), said
    assert said.get("message") or said["errors"]


def test_another_firm_s_refs_are_not_theirs_to_move(
    lune: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge = forge_nord(fixed_today=TODAY)
    with lune.open():
        pass
    files = {
        "events": "deal_ref,at,kind,value\nD1,2026-03-05,won,5\n",
        "invoices": "number,party_ref,deal_ref,issued_on,net,tax\nF1,mercure,D1,2026-03-06,5,1\n",
        "deals": "ref,party_ref,opened_on,amount\nD1,mercure,2026-03-04,7\n",
        "parties": "ref,name\nmercure,Ours now\n",
    }
    before = balances(capsys, TODAY.isoformat(), "--firm", lune.firm.ref)
    for target, content in files.items():
        file = tmp_path / f"{target}.csv"
        file.write_text(content, "utf-8")
        code, _ = command(capsys, "import", target, file, "--firm", forge.firm.ref, "--update")
        assert code == 0
    assert balances(capsys, TODAY.isoformat(), "--firm", lune.firm.ref) == before
    with lune.open():
        assert [deal.party.name for deal in Deal.objects.filter(firm=lune.firm)] == ["Mercure SARL"]
    (tmp_path / "note.csv").write_text(
        "number,kind,party_ref,issued_on,net,tax,corrects\nA1,credit_note,mercure,2026-03-07,1,0,F1\n"
    )
    code, said = command(capsys, "import", "invoices", tmp_path / "note.csv", "--firm", lune.firm.ref)
    assert (code, said["errors"][0]["code"]) == (1, "no_such_invoice")


MAPPINGS = [
    'target = "dreams"',
    "target = 1",
    "[",
    "\x00",
    'target = "deals"\ncolour = 1',
    'target = "deals"\n[columns]\nref = "ref"\nparty_ref = "absent"\nopened_on = "opened_on"',
    'target = "deals"\n[lookup.a]\nfile = "/etc/passwd"\nkey = "x"',
    'target = "deals"\n[defaults]\namount = "{amount.__class__}"',
    'target = "parties"',
]


def test_a_mapping_that_is_wrong_names_its_key(lune: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text("ref,party_ref,opened_on\nD,P,2026-03-02\n")
    for text in MAPPINGS:
        mapping = tmp_path / "m.toml"
        mapping.write_text(text)
        code, said = command(capsys, "import", "deals", deals, "--mapping", mapping)
        assert (code, said["ok"]) == (2, False), text
        assert said["message"]


def test_control_signs_of_a_file_never_reach_the_terminal(
    lune: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bell\x1b[31m.csv"
    file.write_text("ref,party_ref,opened_on\n\x1b]0;owned\x07,P,2026-03-02\n=cmd|'/c calc',P,nope\n")
    assert run("import", "deals", str(file)) == 1
    told: Any = capsys.readouterr()
    assert "\x1b" not in told.out + told.err and "\x07" not in told.out + told.err
    code, said = command(capsys, "import", "deals", file)
    assert code == 1 and json.dumps(said)


def test_nothing_of_all_this_made_a_firm(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target, contents in ROWS.items():
        file = tmp_path / "bad.csv"
        file.write_text(contents[0].format(**HEADERS), "utf-8")
        assert command(capsys, "import", target, file)[0] == 1
    assert memberships_of(OPERATOR) == []
    assert run("path") == 1
    with firm_scope(1):
        assert not Deal.objects.exists()
