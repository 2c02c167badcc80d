"""Sizes as a compass: past 40 lines or 400, look again. What is longer stands here, with its reason."""

from __future__ import annotations

import ast

from tests.house.walk import named, sources, text, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function that do something: its docstring is not length."""
    first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def test_files_stay_short() -> None:
    long = {named(path): count for path in sources() if (count := text(path).count("\n")) > LONGEST_FILE}
    assert not long, f"{long}: make it a package, one file per noun"


def test_functions_stay_short() -> None:
    long = {
        f"{named(path)}:{node.lineno} {node.name}": lines(node)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines(node) > LONGEST_FUNCTION
    }
    assert not long, f"{long}: say its steps as functions"


def test_nine_functions_in_ten_are_under_thirty() -> None:
    counts = sorted(
        lines(node) for path in sources() for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)
    )
    assert counts[len(counts) * 9 // 10] < 30
