"""How banks write: a folder a format, always with the same files: adding one means copying one.

Each folder offers ``NAME``, ``recognises(head)`` and ``read(content, layout)``.
"""

from __future__ import annotations

from comptant.journey.payments.formats import camt053, csv
from comptant.journey.payments.formats.layout import Layout, layout_of
from comptant.journey.payments.rules.statements import StatementRefused, Told, check_balances, check_days

FORMATS = (camt053, csv)
LARGEST = 20_000_000
"""Bytes of one file."""

__all__ = ["FORMATS", "LARGEST", "Layout", "format_of", "layout_of", "read_statements"]


def format_of(content: bytes) -> str:
    """The name of the file's format, told by its content. Refuses what is none of ours."""
    head = content[:4096]
    for one in FORMATS:
        if head.strip() and one.recognises(head):
            return str(one.NAME)
    raise StatementRefused("statement_unknown", found=head[:20].decode("latin-1").strip())


def read_statements(content: bytes, layout: Layout) -> tuple[list[Told], Layout]:
    """The statements of a file, their balances checked, and the layout to remember (that given, but for CSV)."""
    if len(content) > LARGEST:
        raise StatementRefused("statement_too_large", limit=LARGEST // 1_000_000)
    if format_of(content) == csv.NAME:
        told, layout = csv.reading.read_table(content, layout)
        found = [told]
    else:
        found = camt053.read(content, layout)
    for one in found:
        check_days(one)
        check_balances(one)
    return found, layout
