"""Statements come in once, whole or not at all, whatever their format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from comptant.ground.refusals import Refusal
from comptant.journey.payments.bank import Imported, import_statement
from comptant.journey.payments.formats import Layout, layout_of, read_statements
from comptant.journey.payments.models import BankAccount, BankLine, Statement
from comptant.journey.payments.rules.statements import StatementRefused
from tests.payments.made import ISSUED
from tests.payments.statements import IBAN, Entry, camt
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
TODAY = MONDAY + timedelta(days=90)
NEXT = ISSUED + timedelta(days=1)
TWICE = [Entry("600.00", "VIR MERCURE"), Entry("600.00", "VIR MERCURE"), Entry("-12.50", "FRAIS", on=NEXT)]
CSV = (
    "Compte;FR76\nDate opération;Date valeur;Libellé;Détail;Débit;Crédit;Solde\n"
    "03/03/2026;03/03/2026;VIR MERCURE;FA-1;;1 200,00;2 200,00\n04/03/2026;04/03/2026;FRAIS;;12,50;;2 187,50\n"
)


@pytest.fixture
def lune() -> Iterator[House]:
    house = atelier_lune(today=TODAY)
    with house.open():
        yield house


def brings(house: House, content: bytes | str, name: str = "file", **more: object) -> Imported:
    content = content.encode("cp1252") if isinstance(content, str) else content
    return import_statement(house.firm, content, name, at=house.at(TODAY), by=house.people["Ada"], **more)  # type: ignore[arg-type]


def test_a_file_is_kept_and_two_equal_transfers_are_two(lune: House) -> None:
    brought = brings(lune, camt(TWICE))
    assert (brought.added, brought.known) == (3, 0)
    [account] = BankAccount.objects.all()
    assert (account.iban, account.opening) == (IBAN, Decimal("1000.00"))
    [statement] = Statement.objects.all()
    assert statement.document.content == camt(TWICE) and statement.closing == Decimal("2187.50")


def test_the_same_file_again_changes_nothing(lune: House) -> None:
    brings(lune, camt(TWICE))
    again = brings(lune, camt(TWICE))
    assert (again.is_known, again.added, again.known) == (True, 0, 3)
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("refs", [("A", "B", "C"), ("", "", "")])
def test_periods_that_overlap_add_nothing_twice(lune: House, refs: tuple[str, ...]) -> None:
    first = [Entry(one.amount, one.label, on=one.on, ref=ref) for one, ref in zip(TWICE, refs, strict=True)]
    brings(lune, camt(first))
    more = brings(lune, camt([*first, Entry("50.00", "VIR BOREAL", on=NEXT, ref="D" if refs[0] else "")]))
    assert (more.added, more.known) == (1, 3)
    assert BankLine.objects.count() == 4


def test_a_notification_and_a_statement_tell_the_same_entry_once(lune: House) -> None:
    parts = (("1200.00", "FA-1"), ("600.00", "FA-2"))
    brings(lune, camt([Entry("1800.00", "REMISE", ref="X1")]))
    details = brings(lune, camt([Entry("1800.00", "REMISE", ref="X1", parts=parts)], version="054.001.08"))
    assert details.added == 2
    assert sorted(BankLine.objects.values_list("amount", flat=True)) == [Decimal("600.00"), Decimal("1200.00")]
    again = brings(lune, camt([Entry("1800.00", "REMISE", ref="X1"), Entry("1.00", "X")], version="053.001.02"))
    assert (again.added, BankLine.objects.count()) == (1, 3)


def test_pending_entries_wait_until_they_are_booked(lune: House) -> None:
    assert brings(lune, camt([Entry("10.00", "SOON", status="PDNG"), Entry("5.00", "NOW")])).added == 1


def test_a_csv_is_read_and_its_layout_remembered(lune: House) -> None:
    assert brings(lune, CSV, account=IBAN).added == 2
    [account] = BankAccount.objects.all()
    assert account.layout["columns"]["label"] == ["Libellé", "Détail"]
    assert (account.layout["date_format"], account.layout["encoding"]) == ("%d/%m/%Y", "cp1252")
    line = BankLine.objects.get(amount=Decimal("1200.00"))
    assert (line.label, line.booked_on.isoformat()) == ("VIR MERCURE FA-1", "2026-03-03")
    later = CSV.replace("2 187,50\n", "2 187,50\n05/03/2026;05/03/2026;VIR;X;;0,50;2 188,00\n")
    assert (brings(lune, later).added, BankLine.objects.count()) == (1, 3)


def test_the_same_account_in_another_format_adds_nothing(lune: House) -> None:
    brings(lune, CSV, account=IBAN)
    other = brings(lune, camt([Entry("1200.00", "MERCURE FA-1"), Entry("-12.50", "FRAIS", on=NEXT)]))
    assert (other.added, other.known) == (0, 2)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (CSV.replace("2 187,50", "2 187,51"), "statement_chain", 4),
        (CSV.replace("04/03/2026;04", "31/02/2026;04"), "statement_value", 4),
        (CSV.replace("1 200,00;2 200", "1200 eur;2 200"), "statement_value", 3),
        (CSV.replace("Débit;Crédit", "Moins;Plus"), "layout_needed", None),
        ("%PDF-1.4", "statement_unknown", None),
        ("", "statement_unknown", None),
        (camt(TWICE).replace(b"2187.50", b"2187.51"), "statement_balances", None),
        (camt(TWICE).replace(b"-03-03</Dt>", b"-13-03</Dt>", 1), "statement_value", 4),
        (camt(TWICE).replace(b'"EUR">12.50', b'"EUR">12,50'), "statement_value", 6),
        (camt(TWICE)[:-40], "statement_broken", 6),
        (camt(TWICE).replace(b"053.001", b"052.001"), "statement_unknown", None),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + camt(TWICE)[38:], "statement_entities", None),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_is_refused_with_its_line(
    lune: House, content: bytes | str, code: str, line: int | None
) -> None:
    with pytest.raises(StatementRefused) as refused:
        brings(lune, content, account=IBAN)
    assert (refused.value.code, refused.value.facts.get("line")) == (code, line)
    assert not BankLine.objects.exists() and not Statement.objects.exists()


def test_an_external_entity_is_never_fetched(lune: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]>'.encode()
    content = bomb + camt(TWICE)[38:].replace(b"VIR MERCURE", b"&a;")
    with pytest.raises(StatementRefused, match="statement_entities"):
        brings(lune, content)


def test_a_file_that_names_no_account_asks_which(lune: House) -> None:
    brings(lune, CSV, account=IBAN)
    brings(lune, CSV.replace("FA-1", "FA-9"), account="Livret")
    with pytest.raises(Refusal, match="account_needed"):
        brings(lune, CSV.replace("FA-1", "FA-8"))


def test_a_statement_of_another_account_is_not_taken_for_this_one(lune: House) -> None:
    brings(lune, camt(TWICE))
    with pytest.raises(StatementRefused, match="statement_of_other_account"):
        brings(lune, camt(TWICE, iban="DE89370400440532013000"), account=IBAN)


def test_a_missing_statement_shows(lune: House) -> None:
    brings(lune, camt([Entry("10.00", "A")]))
    later = brings(lune, camt([Entry("10.00", "B", on=NEXT)], opening="999.00"))
    assert not later.statements[0].follows


@pytest.mark.shared_data
def test_real_messages_read_as_their_authors_say(shared_data: Path) -> None:
    """Every camt.053 and camt.054 of other projects: lines, or a refusal that says why; never anything else."""
    read = {}
    for file in sorted((shared_data / "bank" / "camt").glob("camt05[34]*.xml")):
        try:
            told, _ = read_statements(file.read_bytes(), Layout())
            read[file.stem] = [str(movement.amount) for one in told for movement in one.movements]
        except StatementRefused as refused:
            read[file.stem] = [refused.code]
    assert len(read) >= 15
    assert read["camt053.v2.multi.statement"] == ["8.85", "-7.00"]
    assert read["camt053.v8"] == read["camt053.v4"] == read["camt053.v2.minimal"] == ["8.85"]
    assert read["camt054.v8"] == ["-200000.00"]
    assert read["camt053.v2.wrong"] == ["statement_value"]
    assert read["camt053.v2.five.decimals"] == ["statement_balances"]  # 18.15 + 8.85 is not 27.05


@pytest.mark.parametrize(
    "said",
    [{"columns": {"amount": 3}}, {"columns": ["amount"]}, {"columns": {"label": ["a", 4]}}, {"separator": "abc"},
     {"separator": "\n"}, {"decimal": "5"}],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_by_its_name(said: dict[str, object]) -> None:
    with pytest.raises(StatementRefused) as refused:
        layout_of(said)
    assert refused.value.code == "layout_unknown"
    assert next(iter(said)) in str(refused.value.facts["name"]) or "columns" in said


@pytest.mark.parametrize("year", ["1926", "2126"])
def test_a_day_that_no_bank_books_on_was_misread(lune: House, year: str) -> None:
    """Nothing of the file is kept, whether the day is that of booking or the value date, in either format."""
    day, table = date(int(year), 3, 3), "Jour;Valeur;Texte;Montant\n{};{};FA-1;1200,00\n"
    files = [
        camt([Entry("600.00", "VIR", on=day)]),
        table.format(f"03/03/{year}", "03/03/2026"),
        table.format("03/03/2026", f"03/03/{year}"),
    ]
    mapping = {"columns": {"booked_on": "Jour", "value_on": "Valeur", "label": "Texte", "amount": "Montant"}}
    for content in files:
        with pytest.raises(StatementRefused) as refused:
            brings(lune, content, mapping=mapping)
        assert (refused.value.code, refused.value.facts["day"]) == ("statement_day", day)
    assert not BankLine.objects.exists()
