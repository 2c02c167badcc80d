"""The page on money is true: its examples and its tables are run."""

import doctest
from decimal import Decimal
from pathlib import Path

import pytest

import comptant.ground.money.amounts
import comptant.ground.money.workdays
from comptant.ground.money.amounts import Money, share, times

PAGE = Path(__file__).parents[2] / "docs" / "money.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("amount", "factor", "result"), rows("Rounding"))
def test_rounding_table(amount: str, factor: str, result: str) -> None:
    assert str(times(Money(Decimal(amount), "EUR"), Decimal(factor)).amount) == result


@pytest.mark.parametrize(("amount", "weights", "parts"), rows("Dividing"))
def test_dividing_table(amount: str, weights: str, parts: str) -> None:
    shared = share(Money(Decimal(amount), "EUR"), [Decimal(weight) for weight in weights.split()])
    assert " ".join(str(part.amount) for part in shared) == parts


def test_examples() -> None:
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
    for module in (comptant.ground.money.amounts, comptant.ground.money.workdays):
        assert doctest.testmod(module).failed == 0
