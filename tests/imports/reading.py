"""How the tests of imports read a text: rows, errors as (line, column, code), and the refusal."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from comptant.doors.imports.mapping import Mapping, parse_mapping
from comptant.doors.imports.reading import Firm, Reading, open_reading

PARIS = ZoneInfo("Europe/Paris")
MONTREAL = ZoneInfo("America/Montreal")
STAGES = ("contacted", "discovery", "proposal", "decision")
TODAY = date(2026, 6, 30)
FIRM = Firm(PARIS, STAGES, TODAY)


def reading(target: str, text: str | bytes, mapping: str = "", *, firm: Firm = FIRM, **more: Any) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    said: Mapping | None = parse_mapping(f'target = "{target}"\n{mapping}'.encode()) if mapping else None
    return open_reading(content, target, firm, mapping=said, **more)


def rows(target: str, text: str | bytes, mapping: str = "", **more: Any) -> list[Any]:
    """Every row, none refused."""
    read = reading(target, text, mapping, **more)
    good = list(read)
    assert not read.errors.kept
    return good


def errors(target: str, text: str | bytes, mapping: str = "", **more: Any) -> list[tuple[int, str, str]]:
    return [(error.line, error.column, error.code) for error in reading(target, text, mapping, **more).check()]
