"""Real files of other people: they load whole by the shipped mappings, their traps told; nothing breaks on the rest."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from comptant.doors.imports.guessing import guess_columns, guess_target
from comptant.doors.imports.mapping import Mapping, load_mapping
from comptant.doors.imports.reading import Firm, Reading, open_reading
from comptant.doors.imports.tables import open_table
from comptant.ground.refusals import Refusal
from tests.imports.reading import PARIS

SHARED = Path(os.environ.get("COMPTANT_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
MAVEN = SHARED / "sales" / "maven_crm" / "sales_pipeline.csv"
IBM = SHARED / "receivables" / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
CRM = SHARED / "crm_import"
STAGES = ("contacted", "discovery", "proposal", "decision")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not there"),
]


def shipped(path: Path, target: str, name: str) -> Reading:
    return open_reading(path, target, Firm(PARIS, STAGES), mapping=load_mapping(name))


def test_maven_loads_whole_and_its_traps_are_told() -> None:
    read = shipped(MAVEN, "deals", "maven")
    deals = list(read)
    assert (len(deals), read.row_count, read.errors.count) == (8800, 8800, 0)
    assert Counter(deal.status for deal in deals) == {"won": 4238, "lost": 2473, "open": 2089}
    told = {(notice.code, notice.facts.get("column")): notice.count for notice in read.notices}
    assert told == {
        ("lookup_normalised", None): 1480,
        ("default_used", "party_ref"): 1425,
        ("default_used", "opened_on"): 500,
        ("zero_passed_over", "amount"): 2473,
    }
    unknown = [deal for deal in deals if deal.party_ref.startswith("Unknown ")]
    assert len({deal.party_ref for deal in unknown}) == 1425
    assert all(deal.amount for deal in deals)


def test_maven_s_amounts_are_those_of_the_file_and_its_price_list() -> None:
    """Summed from the CSV with nothing of ours."""
    with MAVEN.open(newline="") as file:
        raw = list(csv.DictReader(file))
    with (MAVEN.parent / "products.csv").open(newline="") as file:
        prices = {row["product"].replace(" ", ""): Decimal(row["sales_price"]) for row in csv.DictReader(file)}
    said: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in raw:
        is_won = row["deal_stage"] == "Won"
        said[row["deal_stage"]] += Decimal(row["close_value"]) if is_won else prices[row["product"].replace(" ", "")]
    read: defaultdict[str, Decimal] = defaultdict(Decimal)
    for deal in shipped(MAVEN, "deals", "maven"):
        read[deal.custom["deal_stage"]] += deal.amount
    assert read == said


def test_ibm_loads_whole_and_its_traps_are_told() -> None:
    read = shipped(IBM, "invoices", "ibm")
    invoices = list(read)
    assert (len(invoices), read.errors.count) == (2466, 0)
    with IBM.open(newline="") as file:
        raw = list(csv.DictReader(file))
    assert sum(invoice.net for invoice in invoices) == sum(Decimal(row["InvoiceAmount"]) for row in raw)
    assert all(invoice.tax == 0 and invoice.settled_on and invoice.disputed is None for invoice in invoices)
    disputed = sum(row["Disputed"] == "Yes" for row in raw)
    assert read.notices.count("disputed_without_day") == disputed == 561
    assert sum(invoice.custom["Disputed"] == "Yes" for invoice in invoices) == disputed
    assert set(read.custom_columns) == {"countryCode", "PaperlessDate", "PaperlessBill", "DaysToSettle", "DaysLate"}


def test_maven_without_its_price_list_says_what_is_missing() -> None:
    with pytest.raises(Refusal) as caught:
        open_reading(MAVEN.read_bytes(), "deals", Firm(PARIS), mapping=load_mapping("maven"), where={})
    assert (caught.value.code, caught.value.facts["file"]) == ("lookup_not_given", "products.csv")


@pytest.mark.parametrize(
    "name", ["csvtext.csv", "csvtext_BOM_UTF8.csv", "csvtext_BOM_UTF16LE.csv", "csvtext_BOM_UTF16BE.csv"]
)
def test_the_same_table_in_four_encodings(name: str) -> None:
    table = open_table(CRM / "csv_edge_cases" / name)
    assert table.headers == ("column1", "column2", "column3")
    assert [cells for _, cells in table.rows()] == [["row1-1", "row1-2", "row1-3"], ["row2-1", "row2-2", "row2-3"]]


def test_quotes_and_an_odd_separator() -> None:
    quotes = open_table(CRM / "csv_edge_cases" / "csvEscapedQuotes.csv")
    assert [cells for _, cells in quotes.rows()] == [
        ['"The Best" Account', "bla"],
        ['The "Best" Account', "bla"],
    ]
    odd = open_table(CRM / "csv_edge_cases" / "csvSeparator.csv", delimiter="!")
    assert odd.headers == ("column1,column2", "some,column3")


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("dateEndingInZ.csv", ["2010-10-14"]),
        ("dateOnlyWithTimeZone.csv", ["2010-10-14"] * 2),
        ("dateWithTimeZone.csv", []),
    ],
)
def test_days_with_and_without_a_zone(name: str, days: list[str]) -> None:
    mapping = Mapping.of_columns("parties", {"ref": "ACCOUNTNUMBER__C", "name": "NAME", "created_on": "DATE_ONLY"})
    if name == "dateWithTimeZone.csv":
        mapping = Mapping.of_columns("parties", {"ref": "ACCOUNTNUMBER__C", "name": "NAME", "created_on": "DATE"})
    read = open_reading(CRM / "csv_edge_cases" / name, "parties", Firm(PARIS), mapping=mapping)
    assert [str(party.created_on) for party in read] == days
    assert read.errors.count == read.row_count - len(days)


@pytest.mark.parametrize("path", sorted(CRM.rglob("*.csv")) if CRM.is_dir() else [], ids=lambda path: path.name)
def test_every_file_of_other_tools_reads_or_is_refused_in_words(path: Path) -> None:
    table = open_table(path)
    target = guess_target(table.headers)[0] or "parties"
    columns = {guess.column: header for header, guess in guess_columns(table.headers, target).items()}
    try:
        read = open_reading(path, target, Firm(PARIS), mapping=Mapping.of_columns(target, columns))
    except Refusal as refused:
        assert refused.code in ("columns_missing", "header_unknown")
    else:
        good = len(list(read))
        assert good + read.errors.rows == read.row_count


def test_a_zoho_export_loads_by_a_mapping() -> None:
    read = shipped(CRM / "zoho_demo" / "Potentials.csv", "deals", "zoho")
    deals = list(read)
    assert (len(deals), read.errors.count) == (3632, 0)
    assert Counter(deal.status for deal in deals) == {"won": 1425, "lost": 485, "open": 1722}
