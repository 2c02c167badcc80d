"""The user's page on imports: its examples are run, its words are those of the code."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from comptant.doors.imports.mapping import parse_mapping, shipped_mappings
from comptant.doors.imports.targets import TARGETS
from tests.imports.reading import reading, rows

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text()


def block(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert match
    return match[1]


def test_the_csv_of_the_page_loads() -> None:
    first, second = rows("deals", block("csv"))
    assert (first.amount, first.status, first.custom) == (Decimal("9600.00"), "won", {"Région": "Est"})
    assert (second.amount, second.status) == (None, "open")


def test_the_mapping_of_the_page_reads_a_file() -> None:
    text = block("toml")
    assert parse_mapping(text.encode()).lookups["price"].on == "Product"
    file = "Deal no;Product;Account;Created;State;Value;Close date;Internal note\n"
    file += "1;GTXPro;;05/01/26;Closed Won;0;12/02/2026;x\n2;GTX Pro;Lune;06/01/2026;Engaging;1.500,50 €;01/09/2026;\n"
    mapping = text.replace('target = "deals"', "").replace('sheet = "Affaires"', "")
    prices = {"prices.csv": b"product,list_price\nGTX Pro,4821\n"}
    first, second = reading("deals", file.encode("cp1252"), mapping, where=prices)
    assert (first.party_ref, first.amount, str(first.closed_on)) == ("Unknown 1", Decimal(4821), "2026-02-12")
    assert (second.amount, second.closed_on, second.custom) == (Decimal("1500.50"), None, {"State": "Engaging"})


def test_the_page_names_every_column_kind_and_shipped_mapping() -> None:
    for target in TARGETS.values():
        for column in target.columns:
            assert re.search(rf"\b{column.name}\b", PAGE), column.name
            for choice in column.choices:
                assert f"`{choice}`" in PAGE, choice
            if column.is_required:
                assert f"**{column.name}**" in PAGE, column.name
    for name in shipped_mappings():
        assert f"`{name}`" in PAGE
