"""Rows on their way in: a temporary table, so that a million of them weigh nothing here.

Each row lies under the group it must be taken with: a deal's events, a deal's invoices.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from django.db import connection

RowType = TypeVar("RowType", bound=tuple[Any, ...])

CHUNK = 2_000
"""Rows, or groups of rows, taken at a time."""

FIRST_CHUNK = 100
"""The first is small: it is written before the database knows how large the tables will be."""

_json = json.JSONEncoder(default=str, ensure_ascii=False).encode

_READERS: dict[Any, Callable[[Any], Any]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
    tuple: tuple,
}


class Staging:
    """The rows of one import. Lives until the transaction ends."""

    def __init__(self, row_type: type[RowType], group: Callable[[Any], str]) -> None:
        self.row_type, self.group = row_type, group
        readers = map(_reader, get_type_hints(row_type).values())
        self._readers = [(place, read) for place, read in enumerate(readers) if read]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.staged")
            cursor.execute(
                'CREATE TEMPORARY TABLE staged (grp text COLLATE "C", line integer, row text) ON COMMIT DROP'
            )

    def fill(self, rows: Iterable[Any]) -> int:
        """Lay the rows down; how many."""
        count, group = 0, self.group
        with connection.cursor() as cursor:
            with cursor.copy("COPY staged (grp, line, row) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((group(row), row[0], _json(row)))
                    count += 1
            cursor.execute("ANALYZE staged")
        return count

    def said_twice(self, limit: int = 1_000) -> list[tuple[str, int, int]]:
        """Groups met more than once: (group, a later line, the first line)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.grp, s.line, f.first FROM staged s"
                " JOIN (SELECT grp, min(line) AS first FROM staged GROUP BY grp HAVING count(*) > 1) f USING (grp)"
                " WHERE s.line > f.first ORDER BY s.line LIMIT %s",
                [limit],
            )
            found: list[tuple[str, int, int]] = cursor.fetchall()
        return found

    def chunks(self, order: str = "line") -> Iterator[list[Any]]:
        """The rows, a chunk at a time, in the order of lines."""
        rows, size = self._rows(order), FIRST_CHUNK
        while chunk := list(islice(rows, size)):
            yield [row for _, row in chunk]
            size = CHUNK

    def grouped(self) -> Iterator[dict[str, list[Any]]]:
        """The rows group by group, many groups at a time, whole; lines in order within each."""
        groups: dict[str, list[Any]] = {}
        count, size = 0, FIRST_CHUNK
        for group, row in self._rows("grp, line"):
            if count >= size and group not in groups:
                yield groups
                groups, count, size = {}, 0, CHUNK
            groups.setdefault(group, []).append(row)
            count += 1
        if groups:
            yield groups

    def _rows(self, order: str) -> Iterator[tuple[str, Any]]:
        name = f"staged_{order[0]}_{id(self)}"
        with connection.connection.cursor(name=name) as cursor:
            cursor.itersize = CHUNK
            cursor.execute(f"SELECT grp, row FROM staged ORDER BY {order}")
            for group, text in cursor:
                yield group, self._read(text)

    def _read(self, text: str) -> Any:
        values = json.loads(text)
        for place, read in self._readers:
            values[place] = read(values[place])
        return self.row_type._make(values)  # type: ignore[attr-defined]


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a value comes back from JSON; None when it comes back as it was."""
    inner = [part for part in get_args(hint) if part is not NoneType]
    if NoneType not in get_args(hint):
        return _READERS.get(get_origin(hint) or hint)
    read = _READERS.get(inner[0])
    return read and (lambda value: None if value is None else read(value))
