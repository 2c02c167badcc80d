"""Guesses at a file's columns and formats, for a person to confirm."""

from __future__ import annotations

import pytest

from comptant.doors.imports.guessing import (
    guess_columns,
    guess_date_formats,
    guess_numbers,
    guess_target,
    synonyms,
)
from comptant.doors.imports.headers import plain
from comptant.doors.imports.numbers import NumberFormat
from comptant.doors.imports.targets import TARGETS

FRENCH = ["Raison sociale", "N° facture", "Date", "Ech.", "Montant HT", "Réglé", "Commentaire"]


def test_a_french_invoice_file_is_known_at_sight() -> None:
    assert guess_target(FRENCH)[0] == "invoices"
    assert {header: guess.column for header, guess in guess_columns(FRENCH, "invoices").items()} == {
        "Raison sociale": "party_ref",
        "N° facture": "number",
        "Date": "issued_on",
        "Ech.": "due_on",
        "Montant HT": "net",
        "Réglé": "settled_on",
    }


@pytest.mark.parametrize("target", TARGETS)
def test_our_own_names_are_sure(target: str) -> None:
    names = TARGETS[target].names
    assert {h: (g.column, g.score) for h, g in guess_columns(names, target).items()} == {n: (n, 1.0) for n in names}
    assert guess_target(names) == (target, 1.0)


def test_no_column_of_ours_is_given_twice() -> None:
    guesses = guess_columns(["amount", "Amount", "montant", "deal value"], "deals")
    assert [guess.column for guess in guesses.values()].count("amount") == 1


def test_names_are_written_as_they_are_compared_and_given_to_columns_that_exist() -> None:
    for target, columns in synonyms().items():
        assert set(columns) <= set(TARGETS[target].names)
        for names in columns.values():
            assert [plain(name) for name in names] == names


@pytest.mark.parametrize(
    ("samples", "first", "count"),
    [(["31/10/2026", ""], "%d/%m/%Y", 1), (["01/10/2026"], "%d/%m/%Y", 2), (["10/31/2026"], "%m/%d/%Y", 1),
     (["2026-01-31"], "%Y-%m-%d", 1), (["soon"], None, 0), ([], None, 0)],
)  # fmt: skip
def test_the_formats_of_days(samples: list[str], first: str | None, count: int) -> None:
    formats = guess_date_formats(samples)
    assert (formats[0] if formats else None, len(formats)) == (first, count)


@pytest.mark.parametrize(
    ("samples", "form"),
    [
        (["9 600,00 €", "12,5"], NumberFormat(",", " ", ("€",))),
        (["$22,700.00"], NumberFormat(".", ",", ("$",))),
        (["1.234.567"], NumberFormat(",", ".")),
        (["1234", "12"], NumberFormat()),
        (["1,5", "1.5"], NumberFormat()),
        (["n/a"], NumberFormat()),
    ],
)
def test_the_format_of_amounts(samples: list[str], form: NumberFormat) -> None:
    assert guess_numbers(samples) == form
