"""Every code that can be raised has its sentence, and the fields of the sentence are given."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from comptant.doors import imports
from comptant.doors.imports import messages
from comptant.doors.imports.refusals import Notice, RowError
from comptant.ground.web.sentences import sentence

SOURCE = "\n".join(
    path.read_text() for path in Path(imports.__file__).parent.rglob("*.py") if path.name != "messages.py"
)


def codes(*patterns: str) -> set[str]:
    return {code for pattern in patterns for code in re.findall(pattern, SOURCE)}


def test_every_refusal_has_a_sentence() -> None:
    raised = codes(r'ImportRefused\(\s*"(\w+)"')
    assert raised
    assert raised == set(messages.REFUSALS)


def test_every_error_of_a_row_has_a_sentence() -> None:
    raised = codes(
        r'BadValueError\(\s*"(\w+)"', r'problems\.append\(\(\w*"?\w+"?, "(\w+)"', r'BadValueError\("(\w+)" if',
        r'else "(amount\w*)"\)', r'"(only_after)"', r'"(not_before)"', r'"(in_future)"', r'"(too_many_cells)"',
        r'append\(\(column, "(\w+)"',
    )  # fmt: skip
    assert raised == set(messages.ROWS)


def test_every_notice_has_a_sentence() -> None:
    assert codes(r'(?:add|notices\.add)\(\s*"(\w+)"', r'"(more_notices)"') == set(messages.NOTICES)


def test_every_expectation_of_a_mapping_has_a_sentence() -> None:
    said = codes(r'_invalid\([^,]+, "(\w+)"', r'expected="(\w+)"')
    assert said - set(messages.EXPECTED) <= {"text"}
    assert set(messages.EXPECTED) <= said


def test_sentences_name_their_fields() -> None:
    for sentences in (messages.REFUSALS, messages.ROWS, messages.NOTICES, messages.EXPECTED):
        for text in sentences.values():
            assert all(name is None or re.fullmatch(r"[a-z]+", name) for _, name, _, _ in Formatter().parse(str(text)))


def test_an_error_and_a_notice_in_words() -> None:
    error = RowError(7, "Montant", "1.234,50", "amount_thousands")
    assert "7" in messages.row_sentence(error)
    assert "1.234,50" in messages.row_sentence(error)
    assert messages.row_sentence(RowError(7, "", "x", "too_many_cells", {"count": 9, "expected": 8}))
    notice = Notice("default_used", {"column": "party_ref", "source": "account"}, 1425, 11)
    assert "1425" in messages.notice_sentence(notice)
    facts = {"key": "date_format", "expected": "date_format", "value": "jj"}
    assert "%d/%m/%Y" in sentence("mapping_invalid", facts)
    assert "never_heard_of" in sentence("never_heard_of", {})
    assert sentence("not_a_table", {"kind": "pdf"})
