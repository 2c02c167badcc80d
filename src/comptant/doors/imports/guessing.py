"""A first guess at what a file is: which column is which, how it writes days and amounts. A person confirms it.

Header names are known in French and in English; ``plain`` forms are compared.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache
from importlib import resources

from comptant.doors.imports.headers import plain
from comptant.doors.imports.numbers import SPACES, NumberFormat
from comptant.doors.imports.targets import TARGETS, Target

LIKELY = 0.8
"""Below this score a guess is not worth showing."""

DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%m/%d/%y", "%Y/%m/%d", "%Y%m%d",
    "%d %b %Y", "%d %b, %Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d %b, %Y %H:%M:%S",
)  # fmt: skip

_GROUP = re.compile(f"(?<=[0-9])([.,'’{SPACES}])(?=[0-9]{{3}}(?![0-9]))")


@cache
def synonyms() -> dict[str, dict[str, list[str]]]:
    """By target and column of ours, the names others give it."""
    said = (resources.files("comptant.doors.imports") / "synonyms.toml").read_text("utf-8")
    return tomllib.loads(said)


@dataclass(frozen=True, slots=True)
class Guess:
    """A header thought to be one of our columns; ``score`` from 0 to 1, 1 being one of its known names."""

    column: str
    score: float


def guess_columns(headers: Sequence[str], target: str) -> dict[str, Guess]:
    """For each header thought to be one of ours, which; no column of ours is given twice."""
    known = _names(TARGETS[target])
    scored = [
        (_likeness(plain(header).removeprefix("property "), names), -place, header, column)
        for place, header in enumerate(headers)
        for column, names in known.items()
    ]
    guesses: dict[str, Guess] = {}
    taken: set[str] = set()
    for score, _, header, column in sorted(scored, reverse=True):
        if score >= LIKELY and header not in guesses and column not in taken:
            guesses[header] = Guess(column, round(score, 2))
            taken.add(column)
    return {header: guesses[header] for header in headers if header in guesses}


def guess_target(headers: Sequence[str]) -> tuple[str, float]:
    """What the file seems to hold, and how surely: the share of its columns known, none without what is required."""
    best = ("", 0.0)
    for name, target in TARGETS.items():
        guesses = guess_columns(headers, name)
        found = {guess.column for guess in guesses.values()}
        required = target.required
        share = sum(guess.score for guess in guesses.values()) / max(len(headers), 1)
        score = share * sum(column in found for column in required) / max(len(required), 1)
        if score > best[1]:
            best = (name, round(score, 2))
    return best


def guess_date_formats(samples: Iterable[str]) -> tuple[str, ...]:
    """The formats by which every sample is a day, the likeliest first. Two of them: a person must say which."""
    said = [text.strip() for text in samples if text.strip()]
    return tuple(form for form in DATE_FORMATS if said and all(_is_date(text, form) for text in said))


def guess_numbers(samples: Iterable[str]) -> NumberFormat:
    """How the samples write amounts, as far as they show it."""
    said = [text.strip() for text in samples if text.strip()]
    symbols = tuple(dict.fromkeys(mark for text in said for mark in re.findall(r"[€$£¥]|\b[A-Z]{3}\b", text)))
    bare = [re.sub(r"[^0-9.,'’ \u00a0\u202f]", "", text).strip() for text in said]
    ends = [match[1] for text in bare if (match := re.search(r"([.,])[0-9]{1,2}$", text))]
    decimal = ends[0] if ends and len(set(ends)) == 1 else ""
    marks = {mark for text in bare for mark in _GROUP.findall(text)}
    groups = {" " if mark in SPACES else mark.replace("’", "'") for mark in marks} - {decimal}
    thousands = groups.pop() if len(groups) == 1 else ""
    if thousands in (".", ",") and not decimal:
        decimal = "," if thousands == "." else "."
    return NumberFormat(decimal, thousands, symbols)


def _names(target: Target) -> dict[str, tuple[str, ...]]:
    known = synonyms()[target.name]
    return {name: (plain(name), *known.get(name, ())) for name in target.names}


def _likeness(header: str, names: tuple[str, ...]) -> float:
    """1 for our own name, a little less for a synonym, less still for one that is nearly it."""
    if header == names[0]:
        return 1.0
    if header in names:
        return 0.98
    if len(header) < 4:
        return 0.0
    return 0.95 * max((SequenceMatcher(None, header, name).ratio() for name in names if len(name) >= 4), default=0.0)


def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return form != "%Y%m%d" or len(text) == 8
