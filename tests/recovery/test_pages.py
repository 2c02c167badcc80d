"""The page on late payment is true: its examples are run, and its tables are those of the rules."""

import doctest
from pathlib import Path

import pytest

from comptant.journey.recovery.rules.dunning import SKIPS, STANDARD

PAGE = Path(__file__).parents[2] / "docs" / "late-payment.md"


def test_examples() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.failed == 0
    assert found.attempted > 20


@pytest.mark.parametrize("skip", SKIPS)
def test_every_reason_is_told(skip: str) -> None:
    assert f"| `{skip}` |" in PAGE.read_text(encoding="utf-8")


def test_the_standard_policy_is_told() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("−", "-")
    for step in STANDARD.steps:
        assert f"| {step.level} | {step.days:+d} | " in page
