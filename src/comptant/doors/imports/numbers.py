"""Amounts as people and programs write them, read exactly or refused: never guessed, never rounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from comptant.doors.imports.refusals import Bad

LIMIT = Decimal(10) ** 14
"""No amount in a file is as large."""

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
_PLAIN = re.compile(r"([0-9]{1,14})(?:[.,]([0-9]{1,2}))?")
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


def amount_reader(form: NumberFormat) -> Callable[[str], Decimal]:
    """A function from trimmed text to an amount with two decimals, never negative. Raises ``Bad``.

    >>> read = amount_reader(NumberFormat(decimal=",", thousands=".", symbols=("€",)))
    >>> read("1.234,5 €"), amount_reader(NumberFormat())("9 600,00")
    (Decimal('1234.50'), Decimal('9600.00'))
    """
    grouped = _grouped(form.thousands) if form.thousands else None

    def read(text: str) -> Decimal:
        plain = _PLAIN.fullmatch(text) if not form.decimal else None
        if plain:
            whole, cents = plain.groups()
            return Decimal(f"{whole}.{cents or '00':0<2}")
        said = _without_symbols(text, form.symbols)
        if grouped:
            said = grouped(said)
        said = _SPACE.sub("", said)
        if form.decimal == ",":
            said = said.replace(".", "?").replace(",", ".")
        elif not form.decimal and said.count(",") == 1 and "." not in said:
            said = said.replace(",", ".")
        return _exact(said, is_sure=bool(form.decimal), form=form)

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


def _exact(text: str, is_sure: bool, form: NumberFormat) -> Decimal:
    match = _SHAPE.fullmatch(text)
    if match is None:
        if not form.decimal and re.fullmatch(r"[+-]?[0-9]{1,3}([.,'][0-9]{3})+([.,][0-9]+)?", text):
            raise Bad("amount_thousands")
        raise Bad("amount_format", decimal=form.decimal, thousands=form.thousands) if is_sure else Bad("amount")
    sign, whole, decimals = match[1], match[2], match[3] or ""
    if len(decimals) > 2 and (not is_sure or decimals[2:].strip("0")):
        raise Bad("amount_thousands" if len(decimals) == 3 and not is_sure and len(whole) < 4 else "amount_decimals")
    if len(whole.lstrip("0")) > 14:
        raise Bad("amount_too_large", limit=LIMIT)
    value = Decimal(f"{whole}.{decimals[:2]:0<2}")
    if sign == "-" and value:
        raise Bad("amount_negative")
    return value
