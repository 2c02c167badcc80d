"""Values become a printed page: PDF/A-3a and PDF/UA-1 by typst, byte for byte the same for the same values.

A template is a ``.typ`` file of a room; it imports ``/ground/documents/templates/letterhead.typ`` and reads ``values``
from it. Amounts and days come as text, already in the client's language: a template decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from typst import PDFStandard

ROOT = Path(__file__).parents[2]
"""Templates lie below it and import from it: nothing else of the machine can be read."""
TYPEFACES = Path(__file__).parent / "typefaces"
STANDARDS: list[PDFStandard] = ["a-3a", "ua-1"]


def typeset(template: Path, values: Mapping[str, Any], *, at: datetime, title: str, language: str) -> bytes:
    """The PDF of a template filled with ``values``, which must be JSON. ``at`` is the only date it carries.

    ``language`` is that of the words, such as ``fr-ca``; ``title`` is what a reader shows as its name.
    """
    pdf = _compiler(template).compile(
        format="pdf", sys_inputs=_inputs(values, title, language, at), pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )  # fmt: skip
    if not isinstance(pdf, bytes):
        raise RuntimeError(f"{template.name} came out as {type(pdf).__name__}, not as one PDF")
    return pdf


def picture(
    template: Path, values: Mapping[str, Any], *, at: datetime, title: str, language: str, ppi: int = 100
) -> list[bytes]:
    """The same pages as PNG, to be looked at."""
    pages = _compiler(template).compile(format="png", sys_inputs=_inputs(values, title, language, at), ppi=ppi)
    return pages if isinstance(pages, list) else [pages or b""]


def _inputs(values: Mapping[str, Any], title: str, language: str, at: datetime) -> dict[str, str]:
    tongue, _, region = language.partition("-")
    day = at.astimezone(UTC).date()
    return {
        "values": json.dumps(values, ensure_ascii=False, sort_keys=True),
        "title": title, "language": tongue, "region": region, "year": str(day.year), "month": str(day.month),
        "day": str(day.day),
    }  # fmt: skip


@cache
def _compiler(template: Path) -> typst.Compiler:
    """One for each template and process: it keeps the fonts open and what it has already laid out."""
    return typst.Compiler(template, root=ROOT, font_paths=_typefaces())


@cache
def _typefaces() -> typst.Fonts:
    """The design's faces and those typst brings; never the machine's, so that a page is the same everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[TYPEFACES])
