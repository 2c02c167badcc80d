"""The other files a mapping joins: read once, only the columns that are asked for, by a normalised key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from comptant.doors.imports.mapping import Lookup
from comptant.doors.imports.refusals import ImportRefused, shown
from comptant.doors.imports.tables import Table, open_table

MOST_ROWS = 1_000_000
Where = Path | Mapping[str, bytes] | None
"""Beside which file to look (its folder), or the files that were uploaded with it, by name."""


def normaliser(how: str) -> Callable[[str], str]:
    """How two keys are compared: exactly, without spaces and case (``no-spaces``), or without case."""
    if how == "no-spaces":
        return lambda text: "".join(text.split()).casefold()
    if how == "no-case":
        return lambda text: text.strip().casefold()
    return str.strip


@dataclass(frozen=True, slots=True)
class Joined:
    """A look-up in memory: for each normalised key, the key as written there and the values of ``columns``."""

    lookup: Lookup
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, tuple[str, ...]]]


def join(lookup: Lookup, columns: Iterable[str], where: Where) -> Joined:
    """The look-up file of a mapping, read. Refuses one that is absent, or that has a key twice with other values."""
    table = _opened(lookup, where)
    try:
        wanted = tuple(dict.fromkeys(columns))
        places = [_place(table, column, lookup) for column in (lookup.key, *wanted)]
        return Joined(lookup, wanted, _rows(table, lookup, places))
    finally:
        table.close()


def _opened(lookup: Lookup, where: Where) -> Table:
    if isinstance(where, Path):
        path = where / lookup.file
        if not path.is_file():
            raise ImportRefused("lookup_absent", lookup=lookup.name, file=lookup.file, where=str(where))
        return open_table(path)
    uploaded = {name.casefold(): content for name, content in (where or {}).items()}
    content = uploaded.get(lookup.file.casefold())
    if content is None:
        raise ImportRefused("lookup_not_given", lookup=lookup.name, file=lookup.file)
    return open_table(content, name=lookup.file)


def _place(table: Table, column: str, lookup: Lookup) -> int:
    if column not in table.headers:
        found = shown(", ".join(table.headers))
        raise ImportRefused("lookup_column_absent", lookup=lookup.name, file=lookup.file, column=column, found=found)
    return table.headers.index(column)


def _rows(table: Table, lookup: Lookup, places: list[int]) -> dict[str, tuple[str, tuple[str, ...]]]:
    normal = normaliser(lookup.normalise)
    rows: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line, cells in table.rows():
        cells += [""] * (len(table.headers) - len(cells))
        key, *values = (cells[place] for place in places)
        if not key.strip():
            continue
        row = (key.strip(), tuple(values))
        if rows.setdefault(normal(key), row)[1] != row[1]:
            raise ImportRefused("lookup_twice", lookup=lookup.name, file=lookup.file, line=line, value=shown(key))
        if len(rows) > MOST_ROWS:
            raise ImportRefused("too_many_rows", most=MOST_ROWS)
    return rows
