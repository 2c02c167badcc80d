"""From a file to typed rows and clear errors: what the command and the web page both call.

``open_reading`` refuses what cannot be read at all (``ImportRefused``); the ``Reading`` then gives good rows one by
one and gathers the others' errors. It may be gone through again: a dry run, then the load.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from comptant.doors.imports.checks import BadRowError, Context
from comptant.doors.imports.converters import Formats, sound_text
from comptant.doors.imports.lookups import Where
from comptant.doors.imports.mapping import Mapping
from comptant.doors.imports.plan import Plan, make_plan
from comptant.doors.imports.refusals import BadValueError, Errors, ImportRefused, Notices, RowError, shown
from comptant.doors.imports.tables import Source, Table, open_table
from comptant.doors.imports.targets import Target, target_named

LONGEST_CUSTOM = 10_000
"""Characters of a custom field."""


@dataclass(frozen=True, slots=True)
class Firm:
    """What a reading must know of the firm: its zone, its stages when they are to be checked, and today."""

    zone: ZoneInfo
    stages: Collection[str] | None = None
    today: date | None = None


class Reading:
    """The good rows of a file, in order of lines. ``errors`` and ``notices`` are whole once it was gone through."""

    def __init__(self, table: Table, mapping: Mapping, firm: Firm, where: Where = None) -> None:
        self.table, self.mapping, self.target = table, mapping, mapping.target
        self.errors, self.notices, self.row_count = Errors(), Notices(), 0
        formats = Formats(firm.zone, mapping.dates, mapping.numbers)
        self.plan: Plan = make_plan(mapping, table.headers, formats, table.is_typed, where, self.notices)
        self._firm, self._check = firm, self.target.checker(formats)

    @property
    def custom_columns(self) -> tuple[str, ...]:
        """The headers kept as custom fields because nothing of ours is made from them."""
        return self.plan.unknown

    def __iter__(self) -> Iterator[Any]:
        """Each good row, typed and checked."""
        self._begin()
        plan, make, check, context = self.plan, self.target.row._make, self._check, self._context()
        width, made, pick, readers, custom = plan.width, plan.made, plan.pick, plan.read, plan.custom
        count = 0
        for line, cells in self.table.rows():
            if not any(cells):
                continue
            if len(cells) != width and not self._fit(line, cells):
                continue
            count += 1
            for make_cell in made:
                cells.append(make_cell(cells, line))
            try:
                values = [read(cell) for read, cell in zip(readers, pick(cells))]  # noqa: B905 - same length by plan
                more = self._custom(cells) if custom else {}
                row = check(make((line, *values, more)), context)
            except BadValueError:
                self._explain(line, cells)
            except BadRowError as bad:
                self._contradicted(line, cells, bad)
            else:
                yield row
            self.row_count = count

    def check(self) -> Errors:
        """Go through the whole file for its errors and notices alone."""
        for _ in self:
            pass
        return self.errors

    def _begin(self) -> None:
        self.errors, self.row_count = Errors(), 0
        self.notices.clear()
        for notice in self.table.notices:
            self.notices.add(notice.code, notice.first_line, notice.count, **notice.facts)
        for header in self.custom_columns:
            self.notices.add("column_custom", 1, column=header)

    def _context(self) -> Context:
        firm = self._firm
        return Context(firm.zone, firm.today, firm.stages, self.plan.kept, self.notices)

    def _fit(self, line: int, cells: list[str]) -> bool:
        """Fill a short row (spreadsheets leave trailing blanks out); refuse a row with values beyond the header."""
        width = self.plan.width
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            self.row_count += 1
            self.errors.rows += 1
            facts = {"count": len(cells), "expected": width}
            self.errors.add(RowError(line, "", shown(cells[width]), "too_many_cells", facts))
            return False
        cells += [""] * (width - len(cells))
        return any(map(str.strip, cells))

    def _custom(self, cells: list[str]) -> dict[str, str]:
        """The columns kept beside ours, blanks left out."""
        custom = {header: text for header, place in self.plan.custom if (text := cells[place].strip())}
        for text in custom.values():
            if len(text) > LONGEST_CUSTOM or not text.isprintable():
                _check_custom(text)
        return custom

    def _explain(self, line: int, cells: list[str]) -> None:
        """Every column of the row that cannot be read, not only the first."""
        self.errors.rows += 1
        plan = self.plan
        for read, cell, label in zip(plan.read, plan.pick(cells), plan.labels, strict=True):
            try:
                read(cell)
            except BadValueError as bad:
                self.errors.add(RowError(line, label, shown(cell), bad.code, bad.facts))
        for header, place in plan.custom:
            try:
                _check_custom(cells[place].strip())
            except BadValueError as bad:
                self.errors.add(RowError(line, header, shown(cells[place]), bad.code, bad.facts))

    def _contradicted(self, line: int, cells: list[str], bad: BadRowError) -> None:
        self.errors.rows += 1
        names, labels = self.target.names, self.plan.labels
        said = dict(zip(names, self.plan.pick(cells), strict=True))
        label = dict(zip(names, labels, strict=True))
        for column, code, facts in bad.problems:
            if "other" in facts:
                facts = facts | {"other": label[facts["other"]]}
            self.errors.add(RowError(line, label[column], shown(said[column]), code, facts))


def _check_custom(text: str) -> None:
    if len(text) > LONGEST_CUSTOM:
        raise BadValueError("too_long", limit=LONGEST_CUSTOM)
    sound_text(text)


def open_reading(
    source: Source,
    target: str,
    firm: Firm,
    *,
    mapping: Mapping | None = None,
    where: Where = None,
    name: str = "",
) -> Reading:
    """A file ready to be read as rows of a target. ``where``: the look-up files, or the folder they are in.

    A path's own folder is looked in by default.

    Raises ``ImportRefused`` when the file is no table, or it and the mapping do not fit.
    """
    wanted: Target = target_named(target)
    mapping = mapping or Mapping(wanted)
    if mapping.target is not wanted:
        raise ImportRefused("mapping_target", mapping=mapping.name, says=mapping.target.name, asked=wanted.name)
    table = open_table(source, name=name, delimiter=mapping.delimiter, encoding=mapping.encoding, sheet=mapping.sheet)
    if where is None and isinstance(source, (str, Path)):
        where = Path(source).parent
    try:
        return Reading(table, mapping, firm, where)
    except BaseException:
        table.close()
        raise
