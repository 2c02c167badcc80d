"""From a cell's text to a typed value, or ``BadValueError`` with what was expected. One function per kind of column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from comptant.doors.imports import identifiers
from comptant.doors.imports.canonical import Canonical
from comptant.doors.imports.numbers import AS_WE_WRITE, NumberFormat, amount_reader
from comptant.doors.imports.refusals import BadValueError
from comptant.ground.money.amounts import MINOR_DIGITS

FIRST_YEAR, LAST_YEAR = 1970, 2200
MEMO = 20_000
"""Values remembered per column: dates, states and names repeat, and a look-up costs less than reading anew."""

ALL = Decimal("Infinity")
"""The word ``all`` in a column that holds a part of an amount: a mapping says it for a flag."""

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Formats:
    """How a file writes dates and amounts, and the zone in which a bare day or time is meant."""

    zone: ZoneInfo
    dates: tuple[str, ...] = ()
    numbers: NumberFormat = AS_WE_WRITE

    def canonical(self) -> Formats:
        """The same zone, everything else written our way."""
        return replace(self, dates=(), numbers=NumberFormat(decimal="."))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours: how its text is read, and what stands for nothing."""

    name: str
    kind: str = "text"
    is_required: bool = False
    blank: Any = ""
    limit: int = 200
    choices: tuple[str, ...] = ()
    is_memoised: bool = True


class Memo(dict[str, Any]):
    """Remembers what a text was read as; forgets all when it has grown, so memory stays flat."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, raw: str) -> Any:
        value = self._read(raw)
        if len(self) >= MEMO:
            self.clear()
        self[raw] = value
        return value


def converter(column: Column, formats: Formats, *, may_be_canonical: bool = False) -> Read:
    """The function from a raw cell to the column's value. Raises ``BadValueError``."""
    if column.kind == "raw":  # another column decides how to read it
        return lambda raw: raw
    textual = _whole(column, formats)
    if not may_be_canonical or column.kind not in ("amount", "part", "day", "instant"):
        return textual
    canonical = _whole(column, formats.canonical())
    return lambda raw: canonical(raw) if type(raw) is Canonical else textual(raw)


def _whole(column: Column, formats: Formats) -> Read:
    read = KINDS[column.kind](column, formats)
    limit, blank, is_required = column.limit, column.blank, column.is_required

    def convert(raw: str) -> Any:
        raw = raw.strip()
        if not raw:
            if is_required:
                raise BadValueError("required")
            return blank
        if len(raw) > limit:
            raise BadValueError("too_long", limit=limit)
        return read(raw)

    return Memo(convert).__getitem__ if column.is_memoised else convert


def _text(column: Column, formats: Formats) -> Read:
    return sound_text


def sound_text(raw: str) -> str:
    """Text in composed form (so that the same name is the same text). Refuses control characters."""
    if raw.isprintable():
        return raw if raw.isascii() else unicodedata.normalize("NFC", raw)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in raw):
        raise BadValueError("control_character")
    return unicodedata.normalize("NFC", raw)


def _identifier(column: Column, formats: Formats) -> Read:
    return identifier


def identifier(raw: str) -> str:
    """Text that names a record: no character in it that cannot be seen."""
    if raw.isprintable():
        return raw if raw.isascii() else unicodedata.normalize("NFC", raw)
    said = " ".join(raw.split()) if raw.translate(_NO_SPACES).isprintable() else raw
    if not said.isprintable():
        raise BadValueError("control_character")
    return unicodedata.normalize("NFC", said)


_NO_SPACES = {ord(c): None for c in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"}


def _amount(column: Column, formats: Formats) -> Read:
    return amount_reader(formats.numbers)


def _part(column: Column, formats: Formats) -> Read:
    amount = amount_reader(formats.numbers)
    return lambda raw: ALL if raw == "all" else amount(raw)


def _choice(column: Column, formats: Formats) -> Read:
    known = {choice: choice for choice in column.choices}
    expected = ", ".join(column.choices)

    def read(raw: str) -> str:
        choice = known.get(raw) or known.get(raw.casefold().replace("-", "_").replace(" ", "_"))
        if choice is None:
            raise BadValueError("one_of", choices=expected)
        return choice

    return read


_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def _moment(formats: Formats) -> Callable[[str], datetime]:
    """Text as a date and time; naive where the text names no zone."""

    def iso(raw: str) -> datetime:
        if not _INSTANT.fullmatch(raw):
            raise BadValueError("date")
        try:
            return datetime.fromisoformat(raw.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
        except ValueError as error:
            raise BadValueError("date_absent") from error

    def by_format(raw: str) -> datetime:
        for form in formats.dates:
            try:
                return datetime.strptime(raw, form)
            except (ValueError, OverflowError):
                continue
        raise BadValueError("date_format", formats=", ".join(formats.dates))

    return by_format if formats.dates else iso


def _ranged(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadValueError("date_range", first=FIRST_YEAR, last=LAST_YEAR)
    return moment


def _day(column: Column, formats: Formats) -> Read:
    """A day. Of a timestamp: the day as written when it says midnight, else the day in the firm's zone."""
    moment, zone = _moment(formats), formats.zone

    def read(raw: str) -> date:
        at = _ranged(moment(raw))
        if at.tzinfo is None or at.time() == time(0):
            return at.date()
        return at.astimezone(zone).date()

    return read


def _instant(column: Column, formats: Formats) -> Read:
    """An instant, in UTC. A bare day is its first instant, a bare time is meant in the firm's zone."""
    moment, zone = _moment(formats), formats.zone

    def read(raw: str) -> datetime:
        at = _ranged(moment(raw))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)

    return read


def _currency(column: Column, formats: Formats) -> Read:
    def read(raw: str) -> str:
        code = raw.upper()
        if code not in MINOR_DIGITS:
            raise BadValueError("currency")
        return code

    return read


def _tags(column: Column, formats: Formats) -> Read:
    def read(raw: str) -> tuple[str, ...]:
        tags = [identifier(tag) for part in re.split(r"[,;|]", raw) if (tag := part.strip())]
        if any(len(tag) > 60 for tag in tags):
            raise BadValueError("too_long", limit=60)
        return tuple(dict.fromkeys(tags))

    return read


def _number_of(check: Callable[[str], str]) -> Callable[[Column, Formats], Read]:
    return lambda column, formats: check


KINDS: dict[str, Callable[[Column, Formats], Read]] = {
    "text": _text,
    "identifier": _identifier,
    "amount": _amount,
    "part": _part,
    "choice": _choice,
    "day": _day,
    "instant": _instant,
    "currency": _currency,
    "tags": _tags,
    "country": _number_of(identifiers.country),
    "siren": _number_of(identifiers.siren),
    "siret": _number_of(identifiers.siret),
    "vat_number": _number_of(identifiers.vat_number),
    "bn": _number_of(identifiers.bn),
    "iban": _number_of(identifiers.iban),
    "email": _number_of(identifiers.email),
}
