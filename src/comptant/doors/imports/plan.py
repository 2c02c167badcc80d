"""A mapping met with a file's header: which cells make each column, worked out once for all rows.

The plan appends to a row's cells those that are made (joined, chosen, filled), so that every column is then one
cell and one converter: the loop over a million rows does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from comptant.doors.imports.canonical import Canonical
from comptant.doors.imports.converters import Column, Formats, Memo, Read, converter
from comptant.doors.imports.headers import plain
from comptant.doors.imports.lookups import Joined, Where, join, normaliser
from comptant.doors.imports.mapping import Lookup, Source, template_columns
from comptant.doors.imports.mapping import Mapping as FileMapping
from comptant.doors.imports.refusals import ImportRefused, Notices, shown

_NOWHERE = Source((), ())
Words = Mapping[str, str]
Made = Callable[[list[str], int], str]
"""From the cells of a row and its line to one more cell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``pick`` takes one cell per column, in order; ``custom`` the columns kept beside ours (header, place)."""

    width: int
    made: tuple[Made, ...]
    pick: Callable[[list[str]], tuple[str, ...]]
    read: tuple[Read, ...]
    custom: tuple[tuple[str, int], ...]
    labels: tuple[str, ...]
    """For each column, its name in the file when it is one of the file's, else ours."""

    kept: frozenset[str]
    unknown: tuple[str, ...]
    said: frozenset[str]
    """Our columns that the file or its mapping says something in."""


def make_plan(
    mapping: FileMapping, headers: tuple[str, ...], formats: Formats, is_typed: bool, where: Where, notices: Notices
) -> Plan:
    """How rows under these headers become rows of ours. Refuses a mapping that does not fit, naming the key."""
    return _Planner(mapping, headers, formats, is_typed, where, notices).plan()


class _Planner:
    def __init__(
        self,
        mapping: FileMapping,
        headers: tuple[str, ...],
        formats: Formats,
        is_typed: bool,
        where: Where,
        notices: Notices,
    ) -> None:
        self.mapping, self.headers, self.formats = mapping, headers, formats
        self.is_typed, self.where, self.notices = is_typed, where, notices
        self.place = {header: number for number, header in enumerate(headers)}
        self.columns = dict(mapping.columns) if mapping.columns is not None else self._own_names()
        self.used: set[str] = set()
        self.made: list[Made] = [lambda cells, line: ""]  # the cell of every column that is not there
        self.blank = len(headers)
        self.cell: dict[str, int] = {}
        self._pending: set[str] = set()

    def plan(self) -> Plan:
        target = self.mapping.target
        self._check_required()
        joined = self._joined()
        for column in target.columns:
            self._place_of(column.name, joined)
        places = [self.cell[column.name] for column in target.columns]
        custom = self._custom()
        for join_ in joined.values():
            self.made.append(_watching(join_, self.place[join_.lookup.on], self.notices))
        return Plan(
            len(self.headers),
            tuple(self.made),
            itemgetter(*places),
            tuple(self._reader(column) for column in target.columns),
            custom,
            tuple(self._label(column.name) for column in target.columns),
            frozenset(name for name in self.columns if self._label(name) in self.mapping.keep),
            tuple(name for name, _ in custom if name not in self.mapping.keep),
            frozenset(self.columns) | frozenset(self.mapping.defaults),
        )

    def _own_names(self) -> dict[str, Source]:
        """Columns that bear our names, whatever their case and punctuation. Refuses two for one name."""
        names = {plain(name): name for name in self.mapping.target.names}
        found: dict[str, Source] = {}
        for header in self.headers:
            name = names.get(plain(header))
            if name and name in found:
                raise ImportRefused("header_twice_ours", name=name, first=found[name].first[0], second=header)
            if name:
                found[name] = Source.column(header)
        return found

    def _check_required(self) -> None:
        target = self.mapping.target
        if not self.columns:
            raise ImportRefused("header_unknown", found=shown(", ".join(self.headers)), known=", ".join(target.names))
        missing = [name for name in target.required if name not in self.columns and name not in self.mapping.defaults]
        if missing:
            found = shown(", ".join(self.headers))
            raise ImportRefused("columns_missing", missing=", ".join(missing), found=found, target=target.name)

    def _joined(self) -> dict[str, Joined]:
        """The look-ups in use, read; each with only the columns the mapping names."""
        wanted: dict[str, list[str]] = {name: [] for name in self.mapping.lookups}
        for source in self.columns.values():
            for spec in source.first:
                if (found := self._lookup_of(spec)) is not None:
                    wanted[found[0].name].append(found[1])
        lookups = self.mapping.lookups
        return {name: join(lookups[name], columns, self.where) for name, columns in wanted.items() if columns}

    def _lookup_of(self, spec: str) -> tuple[Lookup, str] | None:
        name, dot, column = spec.partition(".")
        if spec in self.place or not dot or name not in self.mapping.lookups:
            return None
        return self.mapping.lookups[name], column

    def _place_of(self, name: str, joined: dict[str, Joined]) -> int:
        """The cell that holds a column's text, made if it is not one of the file's."""
        if name in self.cell:
            return self.cell[name]
        if name in self._pending:
            raise ImportRefused("mapping_invalid", key=f"defaults.{name}", expected="no_circle", value=name)
        self._pending.add(name)
        source, default = self.columns.get(name), self.mapping.defaults.get(name)
        steps = [] if source is None else [self._step(name, spec, joined) for spec in source.first]
        if source is not None and len(steps) == 1 and not any(source.nonzero) and not source.when and default is None:
            place = self.place.get(source.first[0], -1)
            if place >= 0:
                self.cell[name] = place
                return place
        if source is None and default is None:
            self.cell[name] = self.blank
            return self.blank
        filled = self._default(name, default, joined)
        made = filled if source is None and filled else None
        self.made.append(made or self._chosen(name, source or _NOWHERE, steps, filled, joined))
        self.cell[name] = len(self.headers) + len(self.made) - 1
        return self.cell[name]

    def _step(self, name: str, spec: str, joined: dict[str, Joined]) -> Made:
        """The text of one source: a cell of the row, or a cell of the row it joins."""
        if spec in self.place:
            place = self.place[spec]
            self.used.add(spec)
            return lambda cells, line: cells[place]
        found = self._lookup_of(spec)
        if found is None:
            raise self._absent(f"columns.{name}", spec)
        lookup, column = found
        if lookup.on not in self.place:
            raise self._absent(f"lookup.{lookup.name}.on", lookup.on)
        return _joining(joined[lookup.name], column, self.place[lookup.on])

    def _absent(self, key: str, header: str) -> ImportRefused:
        found = shown(", ".join(self.headers))
        return ImportRefused("mapping_column_absent", key=key, column=shown(header), found=found)

    def _default(self, name: str, default: str | None, joined: dict[str, Joined]) -> Made | None:
        if default is None:
            return None
        columns = template_columns(default, f"defaults.{name}")
        if not columns:
            fixed = Canonical(default.replace("{{", "{").replace("}}", "}"))
            self._check_default(name, fixed)
            return lambda cells, line: fixed
        places = [(column, self._place_of(column, joined)) for column in columns]

        def filled(cells: list[str], line: int) -> str:
            said = {column: cells[place].strip() for column, place in places}
            return Canonical(default.format_map(said)) if all(said.values()) else ""

        return filled

    def _check_default(self, name: str, text: str) -> None:
        column = next(column for column in self.mapping.target.columns if column.name == name)
        try:
            converter(column, self.formats.canonical())(text)
        except ValueError as error:
            raise ImportRefused(
                "mapping_invalid", key=f"defaults.{name}", expected=getattr(error, "code", "text"), value=shown(text)
            ) from error

    def _chosen(
        self, name: str, source: Source, steps: list[Made], default: Made | None, joined: dict[str, Joined]
    ) -> Made:
        """The first text that is there, else the default; what was passed over or filled in is noted."""
        add, first = self.notices.add, source.first
        tries = list(zip(steps, source.nonzero, first, strict=True))
        conditions = [(self._place_of(column, joined), self._words(column, words)) for column, words in source.when]

        def choose(cells: list[str], line: int) -> str:
            for place, words in conditions:
                if cells[place].strip() not in words:
                    return ""
            for step, nonzero, spec in tries:
                text = step(cells, line)
                if not text or text.isspace():
                    continue
                if nonzero and not text.strip(" 0.,"):
                    add("zero_passed_over", line, column=name, source=spec)
                    continue
                return text
            if default is None:
                return ""
            add("default_used", line, column=name, source=first[0])
            return default(cells, line)

        return choose

    def _words(self, column: str, words: tuple[str, ...]) -> frozenset[str]:
        """The words of the file that mean these words of ours."""
        meant = {theirs for theirs, ours in self.mapping.values.get(column, {}).items() if ours in words}
        return frozenset(meant | set(words))

    def _reader(self, column: Column) -> Read:
        may_be_canonical = self.is_typed or column.name in self.mapping.defaults or column.name in self.mapping.values
        read = converter(column, self.formats, may_be_canonical=may_be_canonical)
        values = self.mapping.values.get(column.name)
        return _translated(values, read, column.kind == "choice") if values else read

    def _custom(self) -> tuple[tuple[str, int], ...]:
        for key in ("ignore", "keep"):
            for header in getattr(self.mapping, key):
                if header not in self.place:
                    raise self._absent(key, header)
        left_out = (self.used | set(self.mapping.ignore)) - set(self.mapping.keep)
        return tuple((header, place) for header, place in self.place.items() if header not in left_out)

    def _label(self, name: str) -> str:
        source = self.columns.get(name)
        return source.first[0] if source is not None and source.first[0] in self.place else name


def _translated(values: Words, read: Read, is_memoised: bool) -> Read:
    """Words of the file read as words of ours, by the letter or else whatever their case."""
    exact = {theirs: Canonical(ours) for theirs, ours in values.items()}
    folded = {theirs.strip().casefold(): ours for theirs, ours in exact.items()}

    def translate(raw: str) -> Any:
        ours = exact.get(raw)
        if ours is None:
            ours = folded.get(raw.strip().casefold())
        return read(raw if ours is None else ours)

    return Memo(translate).__getitem__ if is_memoised else translate


def _joining(joined: Joined, column: str, place: int) -> Made:
    normal, rows, number = normaliser(joined.lookup.normalise), joined.rows, joined.columns.index(column)
    met = Memo(lambda said: rows.get(normal(said)))

    def step(cells: list[str], line: int) -> str:
        found = met[cells[place]]
        return "" if found is None else str(found[1][number])

    return step


def _watching(joined: Joined, place: int, notices: Notices) -> Made:
    """A blank cell; notes the rows whose key is not in the look-up, or is there but written otherwise."""
    normal, rows, name = normaliser(joined.lookup.normalise), joined.rows, joined.lookup.name
    met = Memo(lambda said: rows.get(normal(said)))

    def watch(cells: list[str], line: int) -> str:
        said = cells[place].strip()
        found = met[said]
        if found is None:
            if said:
                notices.add("lookup_missed", line, lookup=name, value=shown(said))
        elif found[0] != said:
            notices.add("lookup_normalised", line, lookup=name, value=shown(said), known=shown(found[0]))
        return ""

    return watch
