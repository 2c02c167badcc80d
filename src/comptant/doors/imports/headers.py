"""The names of a file's columns: present, told apart, and compared without caring for case or accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from comptant.doors.imports.refusals import ImportRefused, shown

MOST_COLUMNS = 500
LONGEST_HEADER = 200
_VALUE_LIKE = re.compile(r"[-+]?\d[\d.,\s]*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")


def checked_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """The header cells, trimmed; a blank one becomes ``column N``. Refuses doubles and a row that is no header."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]  # spreadsheets leave trailing separators; a value under them is refused on its line
    if not cells:
        raise ImportRefused("empty_file")
    if len(cells) > MOST_COLUMNS:
        raise ImportRefused("header_too_wide", count=len(cells), most=MOST_COLUMNS)
    names = [" ".join(cell.split()) or f"column {number}" for number, cell in enumerate(cells, 1)]
    for number, name in enumerate(names, 1):
        if len(name) > LONGEST_HEADER:
            raise ImportRefused("header_too_long", number=number, most=LONGEST_HEADER)
    _refuse_doubles(names)
    if len(names) > 1 and 2 * sum(bool(_VALUE_LIKE.fullmatch(name)) for name in names) > len(names):
        raise ImportRefused("header_missing", first=shown(", ".join(names)))
    return tuple(unicodedata.normalize("NFC", name) for name in names)


def _refuse_doubles(names: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        key = unicodedata.normalize("NFC", name).casefold()
        if key in seen:
            raise ImportRefused("header_twice", name=shown(name), first=seen[key], second=number)
        seen[key] = number


def plain(name: str) -> str:
    """A name reduced to what people mean by it: no case, accent or punctuation.

    >>> plain("Date d'Émission (HT)"), plain("party_ref"), plain("N° facture")
    ('date d emission ht', 'party ref', 'n facture')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9€%]+", bare.casefold().replace("n°", "n ").replace("№", "n ")))
