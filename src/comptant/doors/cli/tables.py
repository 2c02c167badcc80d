"""Tables for a terminal: columns aligned, amounts and counts to the right."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> None:
    """Print rows under their headings; the columns numbered in ``right`` are aligned on it. Nothing for no row."""
    lines = [tuple(map(plain, row)) for row in rows]
    if not lines:
        return
    lines.insert(0, tuple(headings))
    widths = [max(width(line[n]) for line in lines) for n in range(len(headings))]
    for line in lines:
        cells = [
            " " * (widths[n] - width(cell)) + cell if n in right else cell + " " * (widths[n] - width(cell))
            for n, cell in enumerate(line)
        ]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def plain(text: str) -> str:
    r"""Text from a file, without what would move the cursor or paint the terminal.

    >>> plain("a\x1b[31mb\nc")
    'a [31mb c'
    """
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in text)


def width(text: str) -> int:
    """How many columns a text takes.

    >>> width("espéré"), width("漢字")
    (6, 4)
    """
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
