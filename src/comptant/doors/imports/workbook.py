"""An XLSX workbook as a table. Read as a stream; bombs and broken packages are refused before they are opened."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import load_workbook

from comptant.doors.imports.canonical import Canonical
from comptant.doors.imports.headers import checked_headers
from comptant.doors.imports.refusals import ImportRefused, Notices
from comptant.doors.imports.tables import as_records

# What a workbook has that openpyxl does not know (styles, validations) is nothing to the person who imports it.
warnings.filterwarnings("ignore", module="openpyxl")

MOST_ROWS = 1_048_576
"""What a sheet of Excel holds; more is a broken or hostile row number."""

MOST_UNPACKED = 2 << 30
MOST_SHARED = 256 << 20
"""Bytes of the shared strings once unpacked: the one part that is held in memory."""

MOST_RATIO = 400
MOST_PARTS = 5_000


class WorkbookTable:
    """The first sheet that has rows (or the one named), its first row that is not blank being the header."""

    is_typed = True

    def __init__(self, file: BinaryIO, name: str, sheet: str = "") -> None:
        self.name, self._file, self.notices = name, file, Notices()
        _checked_package(file)
        self._line = 0
        try:
            self._book: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            self._sheet = self._chosen(sheet)
        except ImportRefused:
            raise
        except Exception as error:  # a broken package raises whatever its broken part meets
            raise _unreadable(error) from error
        header = next((cells for _, cells in self._cells() if any(map(str.strip, cells))), None)
        if header is None:
            raise ImportRefused("empty_file")
        self.headers = checked_headers(header)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) from the line after the header."""
        lines = self._cells()
        for _, cells in lines:
            if any(map(str.strip, cells)):
                break
        yield from lines

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells by header)."""
        return as_records(self)

    def progress(self) -> float:
        """The share read so far, 0 to 1."""
        return min(1.0, self._line / (self._sheet.max_row or MOST_ROWS))

    def close(self) -> None:
        """Close the file."""
        self._book.close()
        self._file.close()

    def _chosen(self, sheet: str) -> Any:
        sheets = [s for s in self._book.worksheets if hasattr(s, "iter_rows")]
        if sheet:
            named = [s for s in sheets if s.title == sheet]
            if not named:
                raise ImportRefused("sheet_absent", sheet=sheet, found=", ".join(s.title for s in sheets))
            sheets = named
        filled = [s for s in sheets if s.sheet_state == "visible" or sheet]
        for candidate in filled:
            candidate.reset_dimensions()  # what a sheet says of its own size is often wrong
            if any(any(value is not None for value in row) for row in islice(_values(candidate), 100)):
                if len(filled) > 1 and not sheet:
                    self.notices.add("sheet_chosen", sheet=candidate.title, others=len(filled) - 1)
                return candidate
        raise ImportRefused("empty_file")

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for line, row in enumerate(_values(self._sheet), 1):
                if line > MOST_ROWS:
                    raise ImportRefused("too_many_rows", most=MOST_ROWS)
                self._line = line
                cells = [value if type(value) is str else _written(value) for value in row]
                yield line, [cell if cell.isascii() else _sound(cell, line) for cell in cells]
        except ImportRefused:
            raise
        except Exception as error:
            raise _unreadable(error) from error


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return rows


def _written(value: Any) -> str:
    """A typed cell in our writing. Excel keeps 15 digits of a number, so no more are believed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        value = value.replace(microsecond=0) if value.microsecond < 500_000 else value
        return Canonical(value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" "))
    if isinstance(value, date):
        return Canonical(value.isoformat())
    if isinstance(value, int):
        return Canonical(value)
    if isinstance(value, float):
        return Canonical(format(Decimal(f"{value:.15g}"), "f"))
    if isinstance(value, (time, timedelta)):
        return str(value)
    return str(value)


def _sound(cell: str, line: int) -> str:
    try:
        cell.encode()
    except UnicodeEncodeError as error:  # half a surrogate pair, written as _xD800_
        raise ImportRefused("encoding_broken", line=line, encoding="xlsx") from error
    return cell


def _unreadable(error: Exception) -> ImportRefused:
    return ImportRefused("xlsx_unreadable", reason=type(error).__name__)


def _checked_package(file: BinaryIO) -> None:
    """Refuse a ZIP that is no workbook, one that unpacks to too much, and XML that declares entities.

    The sizes a ZIP declares bind: Python reads no more of a part than its declared size.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            _check_kind({part.filename for part in parts}, package)
            _check_sizes(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as xml:
                        if b"<!" in xml.read(2048).replace(b"\0", b"").replace(b"<!--", b""):
                            raise ImportRefused("xlsx_entities")
    except ImportRefused:
        raise
    except Exception as error:  # BadZipFile, zlib.error, NotImplementedError, EOFError, struct.error...
        raise _unreadable(error) from error
    finally:
        file.seek(0, io.SEEK_SET)


def _check_kind(names: set[str], package: zipfile.ZipFile) -> None:
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return
    kind = "zip"
    if "mimetype" in names and b"opendocument" in package.open("mimetype").read(100):
        kind = "ods"
    elif any(name.startswith("word/") for name in names):
        kind = "docx"
    raise ImportRefused("not_a_table", kind=kind)


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    is_bomb = unpacked > (16 << 20) and unpacked > MOST_RATIO * max(packed, 1)
    if unpacked > MOST_UNPACKED or shared > MOST_SHARED or len(parts) > MOST_PARTS or is_bomb:
        raise ImportRefused("xlsx_too_large", megabytes=unpacked >> 20)
