"""Habits that import checks do not see: who writes value, who asks the time, what may not hide."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.walk import PACKAGE, named, sources, text, tree

WRITES_JOURNAL = re.compile(r"(?i)(?:INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+\"?journal_")
ASKS_TIME = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|\butcnow\(")
SIGNALS = re.compile(r"django\.dispatch|django\.db\.models\.signals|@receiver")


def elsewhere(*folders: str) -> list[Path]:
    """The sources outside these folders."""
    return [path for path in sources() if not any(PACKAGE / folder in (path, *path.parents) for folder in folders)]


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [f"{named(path)}: {match[0]}" for path in paths for match in pattern.finditer(text(path))]


def test_only_the_journal_writes_value() -> None:
    paths = elsewhere("ground/journal")
    bulk = [
        f"{named(path)}:{node.lineno}"
        for path in paths
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "insert_rows"
        if isinstance(node.args[0], ast.Constant) and str(node.args[0].value).startswith("journal_")
    ]
    assert found(WRITES_JOURNAL, paths) + bulk == [], "post it: ground/journal/actions.py"


def test_only_faces_and_the_clock_ask_what_time_it_is() -> None:
    asked = found(ASKS_TIME, elsewhere("doors", "ground/web/middleware.py"))
    assert asked == [], "take the day or the instant as an argument; a view has request.now and request.today"


def test_no_signals_and_no_rule_hidden_in_a_save() -> None:
    hidden = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete", "full_clean")
        and path.name == "models.py"
    ]  # fmt: skip
    assert found(SIGNALS, list(sources())) + hidden == [], "an action says it aloud; bulk operations walk past the rest"


def test_money_is_never_a_float() -> None:
    """Rules and the journal: a float there would be an amount, a rate told as a figure being the exception."""
    paths = [*(PACKAGE / "ground/money").rglob("*.py"), *(PACKAGE / "ground/journal").rglob("*.py"),
             *(PACKAGE / "journey").rglob("rules*.py"), *(PACKAGE / "journey").rglob("rules/*.py")]  # fmt: skip
    floats = [
        f"{named(path)}:{node.lineno}"
        for path in paths
        if path.name != "figures.py"
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float")
    ]
    assert floats == []


def test_nothing_is_caught_and_forgotten_around_money() -> None:
    """``except Exception`` in a room of value would hide a bug."""
    broad = [
        f"{named(path)}:{node.lineno}"
        for path in elsewhere("doors")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
        and not any(isinstance(part, ast.Raise) for part in ast.walk(node))
    ]
    assert broad == [], "let it be loud, or name what you expect"
