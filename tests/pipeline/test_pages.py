"""The page on the stall rule is true: its examples are run."""

import doctest
from pathlib import Path


def test_examples() -> None:
    page = Path(__file__).parents[2] / "docs" / "stall.md"
    ran = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert ran.attempted > 20 and ran.failed == 0
