"""``comptant bank`` from outside: a statement in, what is sure posted, the rest confirmed by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from comptant.doors.cli import bank, main
from comptant.ground.refusals import Refusal
from comptant.journey.payments.models import BankLine
from tests.payments.made import ISSUED, invoiced, standing
from tests.payments.statements import IBAN, Entry, camt
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
CAME = ISSUED + timedelta(days=20)


@pytest.fixture
def lune() -> Iterator[House]:
    yield atelier_lune(fixed_today=MONDAY + timedelta(days=60))


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    """(exit code, document, standard error) of the command, asked for JSON."""
    with translation.override("en"):
        options = main._parser("bank", bank).parse_args([*map(str, words), "--json"])
        try:
            code = bank.run(options)
        except SystemExit as end:
            code = int(end.code or 0)
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out else None, told.err


def test_the_whole_way_of_a_statement(lune: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lune.open():
        sure, other = invoiced(lune, "FA-2026-0001"), invoiced(lune, "FA-2026-0002", "600.00")
    file = tmp_path / "march.xml"
    file.write_bytes(camt([Entry("1200.00", "FA-2026-0001", on=CAME), Entry("650.00", "VIR MERCURE", on=CAME)]))
    code, said, _ = run(capsys, "import", file)
    assert (code, said["added"], said["statements"][0]["account"]) == (0, 2, IBAN)
    assert run(capsys, "import", file)[1]["known"] is True
    code, said, _ = run(capsys, "match")
    assert [bool(line["proposals"] and line["proposals"][0]["posted"]) for line in said["lines"]] == [True, False]
    waiting = said["lines"][1]["id"]
    code, said, _ = run(capsys, "match", "--confirm", f"{waiting}=FA-2026-0002")
    assert said["lines"][0]["proposals"] == [
        {"invoices": [{"number": "FA-2026-0002", "amount": "600.00"}], "fee": "0.00", "discount": "0.00",
         "confidence": 1.0, "why": ["confirmed"], "posted": True}
    ]  # fmt: skip
    with lune.open():
        assert standing(lune, sure) == {"cashed": "1200.00"}
        assert standing(lune, other) == {"cashed": "600.00"}
    assert run(capsys, "match")[1] == {"lines": []}
    with pytest.raises(Refusal, match="line_already_matched"):
        run(capsys, "match", "--confirm", f"{waiting}=FA-2026-0002")


@pytest.mark.parametrize("said", ["%", "_", "%-", "_" * 8, "0%", "é", "\x00"])
def test_a_line_is_named_by_its_id_or_its_beginning_and_by_nothing_else(
    lune: House, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with lune.open():
        invoiced(lune, "FA-1")
    (tmp_path / "march.xml").write_bytes(camt([Entry("1200.00", "VIR", on=CAME)]))
    run(capsys, "import", tmp_path / "march.xml")
    with pytest.raises(Refusal, match="no_such_line"):
        run(capsys, "match", "--confirm", f"{said}=FA-1")
    with lune.open():
        waiting = str(BankLine.objects.get().id)
    said_back = run(capsys, "match", "--confirm", f"{waiting[:13].upper()}=FA-1")[1]
    assert said_back["lines"][0]["id"] == waiting


def test_a_mapping_says_how_a_bank_writes(lune: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, mapping = tmp_path / "b.csv", tmp_path / "b.toml"
    table.write_text("Jour|Texte|Montant\n20.03.26|FA-1|1.200,00\n", "utf-8")
    mapping.write_text(
        'separator = "|"\ndate_format = "%d.%m.%y"\ndecimal = ","\n'
        '[columns]\nbooked_on = "Jour"\nlabel = "Texte"\namount = "Montant"\n', "utf-8"
    )  # fmt: skip
    with pytest.raises(Refusal, match="layout_needed"):
        run(capsys, "import", table)
    assert run(capsys, "import", table, "--mapping", mapping)[1]["added"] == 1


@pytest.mark.parametrize(
    "words", ["", "match --confirm FA-1", "match --confirm =", "import", "import nowhere.xml", "export x"]
)
def test_misuse_is_two(lune: House, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code, _, told = run(capsys, *words.split())
    except SystemExit as end:
        code, told = int(end.code or 0), capsys.readouterr().err
    assert code == 2 and told


def test_a_line_that_is_not_here_is_refused(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refusal, match="no_such_line"):
        run(capsys, "match", "--confirm", "abc=FA-1")
