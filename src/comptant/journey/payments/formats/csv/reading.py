"""Reads a bank's CSV by a layout, what the layout leaves blank being found by looking at the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from comptant.journey.payments.formats.csv.headers import columns_of, is_header
from comptant.journey.payments.formats.layout import Layout
from comptant.journey.payments.rules.statements import (
    ZERO,
    Movement,
    StatementRefused,
    Told,
    check_chain,
    ends,
)

NAME = "csv"
SEPARATORS = (";", "\t", "|", ",")
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %m %Y")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SPACES = re.compile(r"[\s\u00a0\u202f']")
_AMOUNT = re.compile(r"([+-]?)(\d+)(?:\.(\d{1,2})0*)?([+-]?)$")
_LONGEST = 20_000
"""Characters of a line."""


def recognises(head: bytes) -> bool:
    """Whether a file that begins so may be a table of text."""
    return not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{", b"%PDF", b"PK", b"\x89PNG", b"\xd0\xcf"))


def read(content: bytes, layout: Layout) -> list[Told]:
    """The lines of the file as one statement; its account and currency are the caller's to say."""
    return [read_table(content, layout)[0]]


def read_table(content: bytes, layout: Layout) -> tuple[Told, Layout]:
    """The statement, and the layout completed by what was found, to be remembered."""
    text, encoding = _decoded(content, layout)
    found = _table(text, layout)
    columns = {name: heads for name, heads in (layout.columns or columns_of(found.headers)).items() if heads}
    _check_columns(columns, found)
    rows = [_Row(line, _named(cells, found.headers)) for line, cells in found.rows if any(map(str.strip, cells))]
    known = replace(
        layout, columns=columns, encoding=encoding, separator=found.separator, header=layout.header,
        date_format=layout.date_format or _date_format(rows, columns), decimal=layout.decimal or _mark(rows, columns),
    )  # fmt: skip
    movements = tuple(movement for row in rows if (movement := row.movement(known)))
    check_chain(movements)
    opening, closing = ends(movements)
    days = [movement.booked_on for movement in movements]
    first, last = min(days, default=None), max(days, default=None)
    return Told(NAME, "", "", movements, first_on=first, last_on=last, opening=opening, closing=closing), known


def _decoded(content: bytes, layout: Layout) -> tuple[str, str]:
    asked = layout.encoding or next((codec for mark, codec in _MARKS if content.startswith(mark)), "")
    for codec in (asked,) if asked else ("utf-8", "cp1252"):
        try:
            text = content.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text, codec
    raise StatementRefused("statement_encoding", encoding=asked or "utf-8, cp1252")


@dataclass(frozen=True, slots=True)
class _Table:
    separator: str
    headers: list[str]
    rows: list[tuple[int, list[str]]]


def _table(text: str, layout: Layout) -> _Table:
    """The table in the text: what comes before its line of headers is left out."""
    for separator in (layout.separator,) if layout.separator else SEPARATORS:
        rows = list(_records(text, separator))
        for place, (_, cells) in enumerate(rows[:40]):
            named = layout.header and layout.header in (cell.strip() for cell in cells)
            wanted = {head for heads in layout.columns.values() for head in heads}
            if named or (wanted and wanted <= {cell.strip() for cell in cells}) or (not wanted and is_header(cells)):
                return _Table(separator, [cell.strip() for cell in cells], rows[place + 1 :])
    first = next(iter(text.splitlines()), "")[:120]
    raise StatementRefused("layout_needed", found=first)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file of unknown columns looks like: its separator, its line of headers, a value of each."""

    separator: str
    headers: list[str]
    samples: list[str]


def look(content: bytes) -> Looked:
    """The file as someone must see it to say what its columns are: the first line of three cells names them.

    Raises StatementRefused where there is no such line.
    """
    text, _ = _decoded(content, Layout())
    best: Looked | None = None
    for separator in SEPARATORS:
        rows = [[cell.strip() for cell in cells] for _, cells in _records(text, separator)]
        place = next((n for n, cells in enumerate(rows[:40]) if sum(map(bool, cells)) >= _FEWEST), None)
        if place is not None and (best is None or len(rows[place]) > len(best.headers)):
            below = [cells for cells in rows[place + 1 : place + 6] if len(cells) == len(rows[place])]
            samples = [next((cells[n] for cells in below if cells[n]), "")[:60] for n in range(len(rows[place]))]
            best = Looked(separator, rows[place], samples)
    if best is None:
        raise StatementRefused("statement_unknown", found=text[:20].strip())
    return best


_FEWEST = 3
"""Columns of a statement: a day, a wording, an amount."""


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 0
    try:
        for cells in reader:
            if sum(map(len, cells)) > _LONGEST:
                raise StatementRefused("statement_broken", line=line + 1, reason="> 20000")
            yield line + 1, cells
            line = reader.line_num
    except csv.Error as error:
        raise StatementRefused("statement_broken", line=line + 1, reason=str(error)) from error


def _check_columns(columns: dict[str, tuple[str, ...]], found: _Table) -> None:
    for name, heads in columns.items():
        for head in heads:
            if head not in found.headers:
                facts = {"column": head, "ours": name, "found": ", ".join(found.headers)}
                raise StatementRefused("layout_column_absent", **facts)
    if "booked_on" not in columns or not columns.keys() & {"amount", "debit", "credit"} or "label" not in columns:
        raise StatementRefused("layout_needed", found=", ".join(found.headers))


def _named(cells: Sequence[str], headers: Sequence[str]) -> dict[str, str]:
    return {head: cell.strip() for head, cell in zip(headers, cells, strict=False)}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: dict[str, str]

    def said(self, layout: Layout, column: str) -> str:
        """What a column of ours says; several of the file's, one after the other."""
        return " ".join(said for head in layout.columns.get(column, ()) if (said := self.cells.get(head, "")))

    def movement(self, layout: Layout) -> Movement | None:
        """The line; None where it moves nothing (a total, a remark)."""
        amount = self._amount(layout)
        if not amount or not self.said(layout, "booked_on"):
            return None
        booked_on = self._day(layout, "booked_on")
        value_on = self._day(layout, "value_on") if self.said(layout, "value_on") else booked_on
        label = " ".join(self.said(layout, "label").split())
        balance = self._read(layout, "balance") if self.said(layout, "balance") else None
        iban = _SPACES.sub("", self.said(layout, "iban")).upper()[:34]
        raw = " | ".join(self.cells.values())
        return Movement(
            self.line, booked_on, value_on, amount, "", label, self.said(layout, "payer")[:300], iban,
            self.said(layout, "reference")[:60], raw=raw, balance=balance,
        )  # fmt: skip

    def _amount(self, layout: Layout) -> Decimal:
        """Signed; from one column, or from two of which one is filled, whatever signs the bank puts there."""
        if "amount" in layout.columns:
            return self._read(layout, "amount") if self.said(layout, "amount") else ZERO
        out = abs(self._read(layout, "debit")) if self.said(layout, "debit") else ZERO
        into = abs(self._read(layout, "credit")) if self.said(layout, "credit") else ZERO
        if out and into:
            facts = {"line": self.line, "field": "debit, credit", "found": f"{out}, {into}", "expected": "0.00"}
            raise StatementRefused("statement_value", **facts)
        return into - out

    def _read(self, layout: Layout, column: str) -> Decimal:
        said = self.said(layout, column)
        mark = layout.decimal or "."
        plain = _SPACES.sub("", said).replace("." if mark == "," else ",", "").replace(mark, ".")
        plain = plain.replace("\u2212", "-").removesuffix("EUR").removesuffix("CAD").strip("€$")
        match = _AMOUNT.fullmatch(plain)
        if match is None or (match[1] and match[4]) or len(match[2]) > 14:
            expected = f"1234{mark}50"
            raise StatementRefused("statement_value", line=self.line, field=column, found=said, expected=expected)
        amount = Decimal(f"{match[2]}.{match[3] or 0}").quantize(Decimal("0.01"))
        return -amount if "-" in (match[1], match[4]) else amount

    def _day(self, layout: Layout, column: str) -> date:
        said = self.said(layout, column)
        try:
            return datetime.strptime(said, layout.date_format).date()
        except ValueError as error:
            expected = date(2026, 1, 31).strftime(layout.date_format)
            facts = {"line": self.line, "field": column, "found": said, "expected": expected}
            raise StatementRefused("statement_value", **facts) from error


def _date_format(rows: Sequence[_Row], columns: dict[str, tuple[str, ...]]) -> str:
    """The first known format in which every day reads; else the one in which the first does, or ISO."""
    said = [day for row in rows for head in columns["booked_on"] if (day := row.cells.get(head, ""))]
    fitting = [one for one in DATES if all(_reads(day, one) for day in said)]
    first = [one for one in DATES if said and _reads(said[0], one)]
    return (fitting or first or [DATES[0]])[0]


def _reads(said: str, written: str) -> bool:
    try:
        datetime.strptime(said, written)
    except ValueError:
        return False
    return True


def _mark(rows: Sequence[_Row], columns: dict[str, tuple[str, ...]]) -> str:
    """The decimal mark: whichever comes last before the cents, in any amount of the file."""
    heads = [head for name in ("amount", "debit", "credit", "balance") for head in columns.get(name, ())]
    for row in rows:
        for head in heads:
            match = re.search(r"([.,])\d{1,2}\D*$", row.cells.get(head, ""))
            if match:
                return match[1]
    return "."
