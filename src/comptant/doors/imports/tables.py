"""A file as a stream of rows: CSV or XLSX, told apart by content, never by name. Memory stays flat.

``open_table`` refuses what is no table with an ``ImportRefused``; nothing else ever leaves it, whatever
the bytes.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from comptant.doors.imports.encodings import Encoding, detect
from comptant.doors.imports.headers import checked_headers
from comptant.doors.imports.refusals import ImportRefused, Notices

DELIMITERS = (";", "\t", ",", "|")
"""In the order preferred when two would do: a comma may be a decimal comma."""

_HEAD = 1 << 16
_SAMPLE = 25
Source = Path | str | bytes | BinaryIO


class Table(Protocol):
    """A header and rows of raw text. ``rows`` starts from the top each time, one reading at a time."""

    name: str
    headers: tuple[str, ...]
    is_typed: bool
    """Cells may be ``Canonical``: numbers and dates that the file itself says are such (XLSX)."""
    notices: Notices

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) in order of lines, from the one after the header; blank lines may be among them."""

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells by header); a short row is filled with blanks. For looks at a file, not for loads."""

    def progress(self) -> float:
        """The share of the file read so far, 0 to 1."""

    def close(self) -> None:
        """Close the file."""


def open_table(source: Source, *, name: str = "", delimiter: str = "", encoding: str = "", sheet: str = "") -> Table:
    """The table in a file, bytes or an open binary stream. Raises ``ImportRefused``.

    Blank ``delimiter`` and ``encoding`` are found; ``sheet`` is that of a workbook (the first one when blank).
    """
    if isinstance(source, str):
        source = Path(source)
    label = name or (source.name if isinstance(source, Path) else "")
    file = _opened(source)
    file.seek(0)
    head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise ImportRefused("empty_file")
    if head.startswith(b"PK\x03\x04"):
        from comptant.doors.imports.workbook import WorkbookTable  # openpyxl is slow to load

        return WorkbookTable(file, label, sheet)
    _refuse_other_kinds(head)
    return CsvTable(file, label, delimiter, encoding)


def _opened(source: Path | bytes | BinaryIO) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if not isinstance(source, Path):
        return source if source.seekable() else _spooled(source)
    try:
        file = source.open("rb")
        return file if file.seekable() else _spooled(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImportRefused("file_unreadable", name=str(source), reason=reason) from error


def _spooled(stream: BinaryIO) -> BinaryIO:
    """A pipe is read twice like a file: it is kept aside, on disk when it is long."""
    kept = tempfile.SpooledTemporaryFile(max_size=_HEAD * 64)  # noqa: SIM115 - closed with the table
    while chunk := stream.read(_HEAD):
        kept.write(chunk)
    return cast(BinaryIO, kept)


_KINDS = (
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"PK", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"SQLite format 3", "sqlite"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)


def _refuse_other_kinds(head: bytes) -> None:
    """Say what the file really is, when it is plainly something else than a table of text."""
    for mark, kind in _KINDS:
        if head.startswith(mark):
            raise ImportRefused("not_a_table", kind=kind)
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<div")):
        raise ImportRefused("not_a_table", kind="html")
    if text.startswith(b"<?xml"):
        raise ImportRefused("not_a_table", kind="html" if b"<html" in text else "xml")
    if text.startswith((b'{"', b"[{", b"[\n", b"{\n", b"{\r", b"[\r")):
        raise ImportRefused("not_a_table", kind="json")


class CsvTable:
    """A CSV file: its encoding, delimiter and header found on opening, its rows read as they are asked for."""

    is_typed = False

    def __init__(self, file: BinaryIO, name: str, delimiter: str = "", encoding: str = "") -> None:
        self.name, self._file, self.notices = name, file, Notices()
        self.encoding: Encoding = detect(file, encoding)
        if self.encoding.is_assumed:
            self.notices.add("encoding_assumed", encoding=self.encoding.codec)
        self._skip_lines, said = self._said_delimiter()
        self.delimiter = delimiter or said or self._found_delimiter()
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n \0':
            raise ImportRefused("mapping_invalid", key="delimiter", expected="delimiter", value=delimiter)
        self.size = file.seek(0, io.SEEK_END)
        self.headers = checked_headers(self._header())

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) from the line after the header."""
        lines = self._records()
        next(lines, None)
        yield from lines

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells by header)."""
        return as_records(self)

    def progress(self) -> float:
        """The share read so far, 0 to 1."""
        return min(1.0, self._file.tell() / self.size) if self.size else 1.0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _text(self) -> io.TextIOWrapper:
        self._file.seek(self.encoding.skip)
        return io.TextIOWrapper(self._file, encoding=self.encoding.codec, newline="")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The header first (blank lines before it passed over), then every row, with its first line."""
        text = self._text()
        reader = csv.reader(text, delimiter=self.delimiter, strict=True)
        line = self._skip_lines
        try:
            for _ in range(self._skip_lines):
                text.readline()
            header = next((cells for cells in reader if any(map(str.strip, cells))), None)
            if header is not None:
                line += reader.line_num
                yield line, header
            skipped = self._skip_lines
            for cells in reader:
                yield line + 1, cells
                line = reader.line_num + skipped
        except csv.Error as error:
            raise _broken(error, line + 1) from error
        except UnicodeDecodeError as error:
            raise ImportRefused("encoding_broken", line=line + 1, encoding=self.encoding.codec) from error
        finally:
            if not self._file.closed:
                text.detach()

    def _header(self) -> Sequence[str]:
        lines = self._records()
        _, header = next(lines, (0, []))
        lines.close()  # type: ignore[attr-defined]
        if not header:
            raise ImportRefused("empty_file")
        return header

    def _said_delimiter(self) -> tuple[int, str]:
        """Excel's own first line ``sep=;``: one line to pass over, and the delimiter it says."""
        text = self._text()
        first = text.readline(16)
        text.detach()
        said = first.rstrip("\r\n")
        is_said = len(said) == 5 and said.lower().startswith("sep=") and said != first
        return (1, said[4]) if is_said else (0, "")

    def _found_delimiter(self) -> str:
        text = self._text()
        sample = text.read(_HEAD)
        text.detach()
        # the last line may be cut: a row short of cells would count against the right delimiter
        cut = sample.rfind("\n") if len(sample) == _HEAD else len(sample)
        best, found = (0.0, 1), ","
        for delimiter in DELIMITERS:
            score = _fit(sample[: cut if cut > 0 else None], delimiter)
            if score[1] > 1 and score > best:
                best, found = score, delimiter
        return found


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    """(share of sample rows as wide as the header, rounded to fifths; width): the higher the likelier."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                rows.append(cells)
            if len(rows) > _SAMPLE:
                break
    except csv.Error:
        pass
    if not rows:
        return 0.0, 0
    width = len(rows[0])
    same = sum(len(row) == width for row in rows[1:])
    share = same / (len(rows) - 1) if len(rows) > 1 else 1.0
    return round(share * 5) / 5, width


def _broken(error: csv.Error, line: int) -> ImportRefused:
    """What the csv module says in its words, said in ours."""
    words = str(error)
    if "field larger" in words:
        return ImportRefused("field_too_long", line=line)
    if "unexpected end" in words:
        return ImportRefused("quote_open", line=line)
    return ImportRefused("quote_broken", line=line)


def as_records(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as dictionaries; what stands beyond the last header is left out (a reading refuses such a row)."""
    width = len(table.headers)
    for line, cells in table.rows():
        yield line, dict(zip(table.headers, cells + [""] * (width - len(cells)), strict=False))
