"""A list pasted from a spreadsheet is an import: with its header or without, names alone being enough for prospects.

What is pasted becomes a file like any other: it gets the header it lacks, and what no such list has (a reference, the
day it was opened); the page of the import then shows it all, before anything is saved.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date

from comptant.doors.imports.guessing import DATE_FORMATS, guess_columns, guess_date_formats
from comptant.doors.imports.targets import TARGETS

SEPARATORS = ("\t", ";", ",")
COMPLETED = ("parties", "deals")
"""Lists that names alone are enough for; the others need what their header says."""
MOST_LOOKED_AT = 50
SURE = 0.95

HEADERS = {
    "fr": {
        "ref": "Référence", "name": "Nom", "party_ref": "Client", "title": "Objet", "amount": "Montant HT",
        "opened_on": "Date d’ouverture", "email": "Courriel", "phone": "Téléphone", "siren": "SIREN", "siret": "SIRET",
    },
    "en": {
        "ref": "Reference", "name": "Name", "party_ref": "Client", "title": "Title", "amount": "Amount",
        "opened_on": "Opened", "email": "Email", "phone": "Phone", "siren": "SIREN", "siret": "SIRET",
    },
}  # fmt: skip
"""Our columns as the header of such a list names them; each is recognised when the file is read."""

_AMOUNT = re.compile(r"[-+]?[€$£]?\s?\d[\d\s.,'’\u00a0\u202f]*\s?(?:[€$£]|[A-Z]{3}|k€)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s.()\-]{9,20}")

Rows = list[list[str]]


def pasted_table(text: str, target: str, today: date, language: str) -> str:
    r"""The list as a table with a header, ready to be read as a file; as it is where nothing is missing.

    >>> print(pasted_table("Lune\nMercure SARL", "parties", date(2026, 3, 2), "en").strip())
    Name;Reference
    Lune;Lune
    Mercure SARL;Mercure SARL
    """
    rows = _rows(text)
    if not rows or target not in COMPLETED:
        return text
    words = HEADERS["fr" if language.startswith("fr") else "en"]
    width = max(map(len, rows))
    has_header = _is_header(rows[0], target)
    body = [row + [""] * (width - len(row)) for row in (rows[1:] if has_header else rows)]
    header = rows[0] + [f"column {n}" for n in range(len(rows[0]) + 1, width + 1)] if has_header else []
    header = header or _named(body, target, words)
    known = {guess.column: header.index(name) for name, guess in guess_columns(header, target).items()}
    added = _missing(body, target, known, today)
    if has_header and not added:
        return text
    return _written([[*header, *(words[name] for name in added)], *_completed(body, added)])


def _rows(text: str) -> Rows:
    lines = [line for line in text.replace("\x00", "").splitlines() if line.strip()]
    head = "\n".join(lines[:MOST_LOOKED_AT])
    separator = next((sign for sign in SEPARATORS if sign in head), "\t")
    if separator == "," and len({line.count(",") for line in lines[:MOST_LOOKED_AT]}) > 1:
        separator = "\t"  # names with a comma in them, one a line
    try:
        read = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
        return [cells for row in read if any(cells := [cell.strip() for cell in row])]
    except csv.Error:
        return []


def _is_header(cells: Sequence[str], target: str) -> bool:
    """A line that names a column of ours and holds no value; one cell alone must be one of its names."""
    if any(_AMOUNT.fullmatch(cell) or _EMAIL.fullmatch(cell) or _is_day(cell) for cell in cells if cell):
        return False
    named = [cell for cell in cells if cell]
    if len(set(named)) < len(named):
        return False
    scores = [guess.score for guess in guess_columns(named, target).values()]
    return any(score > SURE for score in scores) or len(scores) > 1


def _is_day(text: str) -> bool:
    return len(text) >= min(map(len, DATE_FORMATS)) and bool(guess_date_formats([text]))


_KINDS: dict[str, tuple[tuple[str, Callable[[str], bool]], ...]] = {
    "parties": (
        ("email", lambda text: bool(_EMAIL.fullmatch(text))),
        ("siret", lambda text: bool(re.fullmatch(r"(?:\d\s?){14}", text))),
        ("siren", lambda text: bool(re.fullmatch(r"(?:\d\s?){9}", text))),
        ("phone", lambda text: bool(_PHONE.fullmatch(text))),
        ("name", lambda text: True),
    ),
    "deals": (
        ("opened_on", _is_day),
        ("amount", lambda text: bool(_AMOUNT.fullmatch(text))),
        ("party_ref", lambda text: True),
        ("title", lambda text: True),
    ),
}


def _named(body: Rows, target: str, words: dict[str, str]) -> list[str]:
    """A header by what the columns hold: the first column of ours that all their values could be."""
    header: list[str] = []
    taken: set[str] = set()
    for place in range(len(body[0])):
        values = [row[place] for row in body[:MOST_LOOKED_AT] if row[place]]
        found = next(
            (name for name, fits in _KINDS[target] if name not in taken and values and all(map(fits, values))), ""
        )
        taken.add(found)
        header.append(words[found] if found else f"column {place + 1}")
    return header


def _missing(body: Rows, target: str, known: dict[str, int], today: date) -> dict[str, list[str]]:
    """What the list does not say and every row must: by column of ours, its values."""
    required = set(TARGETS[target].required) - known.keys()
    subject = known.get("name" if target == "parties" else "party_ref", known.get("title"))
    added: dict[str, list[str]] = {}
    if subject is None:
        return added
    if "party_ref" in required:
        added["party_ref"] = [row[subject] for row in body]
    if "ref" in required:
        parts = [subject] if target == "parties" or known.get("title") in (None, subject) else [subject, known["title"]]
        added["ref"] = _apart([", ".join(filter(None, (row[place] for place in parts))) for row in body])
    if "opened_on" in required:
        added["opened_on"] = [today.isoformat()] * len(body)
    return added


def _apart(names: Sequence[str]) -> list[str]:
    """The same names, those that come again told apart.

    >>> _apart(["Lune", "Mercure", "Lune"])
    ['Lune', 'Mercure', 'Lune (2)']
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name} ({seen[name]})" if seen[name] > 1 and name else name)
    return found


def _completed(body: Rows, added: dict[str, list[str]]) -> Rows:
    return [[*row, *(values[place] for values in added.values())] for place, row in enumerate(body)]


def _written(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue()
