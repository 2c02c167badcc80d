"""Every refusal and failure has one sentence, in English and French, and its line in docs/refusals.md."""

from __future__ import annotations

import ast
import re
from string import Formatter

import pytest
from django.utils import translation

from comptant.doors.cli.words import FAILURES
from comptant.doors.imports.messages import CANNOT_BE, REFUSALS, ROWS
from comptant.ground.web.sentences import SENTENCES, known_codes
from tests.house.walk import ROOT, calls, named, sources, tree

TABLES = (SENTENCES, REFUSALS, CANNOT_BE, FAILURES)
PAGE = ROOT / "docs" / "refusals.md"
RAISED = {"Refusal", "Refused", "NotEnoughThere", "ImportRefused", "StatementRefused"}
DERIVED = {"not_enough_there"}
"""Raised by a class that gives its own code."""
WORDLESS = {"total_differs"}
"""An addition reads the same in both languages."""


def literal(node: ast.expr | None) -> set[str]:
    """The codes an argument can be: a literal, or a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return literal(node.body) | literal(node.orelse) if isinstance(node, ast.IfExp) else set()


def raised(names: set[str], place: int = 0) -> dict[str, str]:
    """The codes in calls of these names, and where each is."""
    found = {}
    for path, call in calls(names):
        for code in literal(call.args[place]) if len(call.args) > place else ():
            found[code] = named(path)
    return found


def told() -> dict[str, str]:
    """Code and English sentence, as the page lists them."""
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))


def test_every_refusal_raised_has_a_sentence() -> None:
    codes = raised(RAISED)
    assert len(codes) > 40
    silent = {code: where for code, where in codes.items() if code not in known_codes()}
    assert not silent, f"{silent}: give it a sentence in ground/web/sentences.py, or in the door that raises it"


def test_every_refused_row_has_a_sentence() -> None:
    codes = raised({"RowError"}, 3)
    silent = {code: where for code, where in codes.items() if code not in known_codes() | set(ROWS)}
    assert codes and not silent, f"{silent}: give it a sentence in doors/imports/messages.py"


def written() -> set[str]:
    """Every text of the sources that is not the key of a table: a rule may say a code that its action then raises."""
    found: set[str] = set()
    for path in sources():
        nodes = list(ast.walk(tree(path)))
        keys = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
        texts = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in keys)
        found |= {node.value for node in texts if isinstance(node.value, str)}
    return found


def test_no_sentence_is_for_nothing() -> None:
    assert known_codes() - written() - DERIVED == set()


def test_a_code_means_one_thing() -> None:
    assert sum(map(len, TABLES)) == len(set().union(*TABLES)), "two tables tell the same code"


def test_every_sentence_is_in_the_docs() -> None:
    with translation.override("en"):
        known = {
            code: str(text) for table in (SENTENCES, REFUSALS, CANNOT_BE, FAILURES) for code, text in table.items()
        }
    page = told()
    missing = {code: text for code, text in known.items() if page.get(code) != text}
    assert not missing, f"write in docs/refusals.md: {missing}"
    assert set(page) - set(known) - set(ROWS) == set(), "the docs tell codes that nothing raises"


@pytest.mark.parametrize("language", ["fr", "fr-ca"])
def test_every_sentence_is_told_in_french_with_the_same_fields(language: str) -> None:
    for table in (*TABLES, ROWS):
        for code, lazy in table.items():
            with translation.override("en"):
                english = str(lazy)
            with translation.override(language):
                french = str(lazy)
            assert french != english or code in WORDLESS, f"{code} has no French in {language}: tools/messages.py"
            assert fields(french) == fields(english), code


def fields(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence)} - {None}
