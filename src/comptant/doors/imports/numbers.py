"""Amounts as people and programs write them, read exactly or refused: never guessed, never rounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from comptant.doors.imports.refusals import BadValueError

LIMIT = Decimal(10) ** 14
"""No amount in a file is as large."""

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
_POINT = re.compile(r"[0-9]{1,14}\.[0-9]{2}")
_SHAPE = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_SPACE = re.compile(f"(?<=[0-9])[{SPACES}](?=[0-9]{{3}}(?![0-9]))")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a file writes amounts. Blank ``decimal``: point or comma, two digits at most after it.

    Thousands parted by spaces are read in any case: a space cannot be a decimal sign. Those parted by a point,
    a comma or an apostrophe are read only when ``thousands`` says so.
    """

    decimal: str = ""
    thousands: str = ""
    symbols: tuple[str, ...] = ()


AS_WE_WRITE = NumberFormat()
"""Point or comma, nothing between thousands."""


def amount_reader(form: NumberFormat) -> Callable[[str], Decimal]:
    """A function from trimmed text to an amount with two decimals, never negative. Raises ``BadValueError``.

    >>> read = amount_reader(NumberFormat(decimal=",", thousands=".", symbols=("€",)))
    >>> read("1.234,5 €"), amount_reader(NumberFormat())("9 600,00")
    (Decimal('1234.50'), Decimal('9600.00'))
    """
    grouped = _grouped(form.thousands) if form.thousands else None

    def read(text: str) -> Decimal:
        if _POINT.fullmatch(text) and form.decimal != ",":
            return Decimal(text)  # by far the most common: no need to look any closer
        said = _without_symbols(text, form.symbols)
        if grouped:
            said = grouped(said)
        said = _SPACE.sub("", said)
        if form.decimal == ",":
            said = said.replace(".", "?").replace(",", ".")  # a point left here is no decimal sign
        elif not form.decimal and said.count(",") == 1 and "." not in said:
            said = said.replace(",", ".")
        return _exact(said, form)

    return read


def _without_symbols(text: str, symbols: tuple[str, ...]) -> str:
    for symbol in symbols:
        text = text.removeprefix(symbol).removesuffix(symbol).strip()
        if text.startswith("-" + symbol):
            text = "-" + text[1 + len(symbol) :]
    return text


def _grouped(mark: str) -> Callable[[str], str]:
    """Take the thousands' marks out where they part three digits; elsewhere they stay, and the number is refused."""
    marks = SPACES if mark.isspace() else "'\N{RIGHT SINGLE QUOTATION MARK}" if mark == "'" else mark
    shape = re.compile(rf"([+-]?[0-9]{{1,3}})((?:[{re.escape(marks)}][0-9]{{3}})+)(?![0-9])")
    table = str.maketrans("", "", marks)

    def ungroup(text: str) -> str:
        match = shape.match(text)
        return text if match is None else match[1] + match[2].translate(table) + text[match.end() :]

    return ungroup


def _exact(text: str, form: NumberFormat) -> Decimal:
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise _unread(text, form)
    sign, whole, decimals = match[1], match[2], match[3] or ""
    if len(decimals) > 2 and (not form.decimal or decimals[2:].strip("0")):
        is_thousand = len(decimals) == 3 and len(whole) < 4 and not form.decimal
        raise BadValueError("amount_thousands" if is_thousand else "amount_decimals")
    if len(whole.lstrip("0")) > 14:
        raise BadValueError("amount_too_large", limit=LIMIT)
    value = Decimal(f"{whole}.{decimals[:2]:0<2}")
    if sign == "-" and value:
        raise BadValueError("amount_negative")
    return abs(value)


def _unread(text: str, form: NumberFormat) -> BadValueError:
    if form.decimal:
        return BadValueError("amount_format", decimal=form.decimal, thousands=form.thousands)
    is_grouped = re.fullmatch(r"[+-]?[0-9]{1,3}([.,'][0-9]{3})+([.,][0-9]+)?", text)
    return BadValueError("amount_thousands" if is_grouped else "amount")
