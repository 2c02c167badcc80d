"""The page on invoices is true: its tables are run here, its examples with those of the other pages."""

from datetime import date
from pathlib import Path

import pytest

from comptant.journey.invoices.rules.terms import Terms, due_date

PAGE = Path(__file__).parents[2] / "docs" / "invoices.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("issued", "terms", "due"), rows("When it is due"))
def test_due_dates(issued: str, terms: str, due: str) -> None:
    days, end_of_month = terms.split()
    how = "" if end_of_month == "none" else end_of_month
    assert due_date(date.fromisoformat(issued), Terms(int(days), how)).isoformat() == due
