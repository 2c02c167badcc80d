"""Many rows in few statements: the plain multi-row INSERT that one machine and Citus both take (R9)."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.database.ids import uuid7_digits


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For work in which many small objects come and go, none in a circle: looking for circles costs a sixth of it."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _text(value: str) -> str:
    """A literal that needs no knowledge of the connection: a backslash is plain, NUL cannot be stored."""
    if "\x00" in value:
        raise ValueError("text with a NUL character cannot be stored")
    return "'" + value.replace("'", "''") + "'"


_json = json.JSONEncoder(ensure_ascii=False).encode

_LITERALS: dict[type, Callable[[Any], str]] = {
    str: _text,
    UUID: lambda value: f"'{value.int:032x}'",
    Decimal: str,
    int: str,
    date: lambda value: f"'{value.isoformat()}'",
    datetime: lambda value: f"'{value.isoformat()}'",
    bool: lambda value: "TRUE" if value else "FALSE",
    type(None): lambda value: "NULL",
    dict: lambda value: _text(_json(value)) if value else "'{}'",
    list: lambda value: _text("{" + ",".join(str(item) for item in value) + "}"),
    bytes: lambda value: f"'\\x{value.hex()}'",
}

_OFTEN_ALIKE = frozenset({str, int, date, datetime, bool, type(None)})


def literal(value: Any) -> str:
    r"""The SQL literal of a value of exactly one of the types our tables hold.

    Lists are arrays of dates. Relies on standard_conforming_strings, on since PostgreSQL 9.1.

    >>> literal("l'été"), literal(Decimal("1.50")), literal(None), literal({"a": 1})
    ("'l''été'", '1.50', 'NULL', '\'{"a": 1}\'')
    """
    return _LITERALS[type(value)](value)


def _literals(column: Sequence[Any]) -> list[str]:
    """The literals of a column: mostly of one type, and often alike, in which case each is written once."""
    kinds = set(map(type, column))
    if len(kinds) > 1:
        return [_LITERALS[type(value)](value) for value in column]
    kind = kinds.pop()
    write = _LITERALS[kind]
    if kind not in _OFTEN_ALIKE:
        return list(map(write, column))
    known = {value: write(value) for value in set(column)}
    return list(map(known.__getitem__, column))


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], suffix: str = "") -> int:
    """Insert rows, 1,000 a statement, and say how many went in. ``suffix`` may be an ON CONFLICT clause.

    Where ``columns`` do not name ``id``, each row is given one.
    """
    given = () if "id" in columns else ("id",)
    head = f'INSERT INTO "{table}" ({", ".join((*given, *columns))}) VALUES ('
    stream, written = iter(rows), 0
    with connection.cursor() as cursor:
        while chunk := list(islice(stream, 1000)):
            written_columns = list(map(_literals, zip(*chunk, strict=True)))
            if given:
                written_columns.insert(0, [f"'{digits}'" for digits in uuid7_digits(len(chunk))])
            lines = map(",".join, zip(*written_columns, strict=True))
            cursor.execute(head + "),(".join(lines) + ")" + suffix, None)
            written += cursor.rowcount
    return written


Part = tuple[str, Sequence[str], Sequence[Sequence[Any]]]
"""Rows of one table: its name, the columns given, the rows."""


def insert_together(parts: Iterable[Part]) -> None:
    """Insert a few rows of several tables in one statement: (table, columns, rows) each, referenced tables anywhere.

    Constraints are checked at the end of the statement. As in ``insert_rows`` a row without ``id`` is given one.
    """
    inserts = []
    for table, columns, rows in parts:
        if rows:
            given = () if "id" in columns else ("id",)
            ids = [f"'{digits}'," for digits in uuid7_digits(len(rows))] if given else [""] * len(rows)
            lines = (f"({new}{','.join(map(literal, row))})" for new, row in zip(ids, rows, strict=True))
            inserts.append(f'INSERT INTO "{table}" ({", ".join((*given, *columns))}) VALUES {",".join(lines)}')
    *first, last = inserts
    before = ", ".join(f"i{n} AS ({insert})" for n, insert in enumerate(first))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {before} {last}" if before else last, None)


def refresh_statistics(tables: Sequence[str]) -> None:
    """Let PostgreSQL look at tables that have just grown, within the transaction; nothing where it may not.

    Plans made while a table was empty, those of foreign keys first, would otherwise last as long as the session.
    Needs the right MAINTAIN, which exists from PostgreSQL 17 on.
    """
    with connection.cursor() as cursor:
        if connection.connection.info.server_version < 170_000:
            return
        cursor.execute("SELECT t FROM unnest(%s::text[]) t WHERE has_table_privilege(t, 'MAINTAIN')", [list(tables)])
        allowed = [f'"{row[0]}"' for row in cursor.fetchall()]
        if allowed:
            cursor.execute(f"ANALYZE {', '.join(allowed)}")
