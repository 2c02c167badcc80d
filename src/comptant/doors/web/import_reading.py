"""One file met with the firm: read it, try it, load it. The dry run loads and then takes everything back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from comptant.doors.imports.headers import plain
from comptant.doors.imports.mapping import Mapping as FileMapping
from comptant.doors.imports.mapping import load_mapping
from comptant.doors.imports.reading import Firm as ReadingFirm
from comptant.doors.imports.reading import Reading, open_reading
from comptant.doors.imports.refusals import Notice, RowError
from comptant.doors.web import uploads
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.queries import stages_of

SAMPLED = 200
"""Rows looked at for the sample of each column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: a value of it, what it becomes, how many lines fill it among those looked at."""

    header: str
    sample: str
    becomes: str
    filled: int


@dataclass(frozen=True, slots=True)
class Dry:
    """What a file would do."""

    rows: int
    bad_rows: int
    errors: tuple[RowError, ...]
    error_count: int
    notices: tuple[Notice, ...]
    columns: tuple[Column, ...]
    changes: Mapping[str, Mapping[str, tuple[Decimal, int]]] = field(default_factory=dict)
    """By currency and account: net gained, deals gained."""
    counts: tuple[tuple[str, int], ...] = ()
    differing: int = 0
    can_save: bool = False


def open_upload(request: MemberRequest, upload: uploads.Upload) -> Reading:
    """The file ready to be read. Raises ImportRefused."""
    if upload.mapping:
        mapping = load_mapping(upload.mapping)
    elif upload.columns:
        mapping = FileMapping.of_columns(upload.target, upload.columns)
    else:
        mapping = FileMapping.plain(upload.target)
    firm = ReadingFirm(request.firm.tz, tuple(stages_of(request.firm)), request.today)
    return open_reading(
        upload.path, mapping.target.name, firm, mapping=mapping, where=upload.companions, name=upload.name
    )


def dry_run(request: MemberRequest, upload: uploads.Upload) -> Dry:
    """Everything the file would do, none of it done. Raises ImportRefused when it cannot be read at all."""
    reading = open_upload(request, upload)
    errors = reading.check()
    return Dry(
        reading.row_count, errors.rows, tuple(errors), len(errors), tuple(reading.notices), _columns(reading, upload)
    )


def load(request: MemberRequest, upload: uploads.Upload, *, skip_bad: bool, update: bool) -> Mapping[str, int]:
    """The file is loaded, in one transaction. Raises Refusal."""
    raise Refusal("not_yet")


def _columns(reading: Reading, upload: uploads.Upload) -> tuple[Column, ...]:
    """The headers, with what the mapping in force makes of each, and a value seen."""
    samples: dict[int, str] = {}
    filled: dict[int, int] = {}
    for number, (_line, cells) in enumerate(reading.table.rows()):
        if number >= SAMPLED:
            break
        for place, cell in enumerate(cells):
            if cell.strip():
                samples.setdefault(place, cell.strip()[:40])
                filled[place] = filled.get(place, 0) + 1
    becomes = _becomes(reading, upload)
    return tuple(
        Column(header, samples.get(place, ""), becomes.get(header, ""), filled.get(place, 0))
        for place, header in enumerate(reading.table.headers)
    )


def _becomes(reading: Reading, upload: uploads.Upload) -> dict[str, str]:
    if upload.columns and not upload.mapping:
        return {header: ours for ours, header in upload.columns.items()}
    mapping = reading.mapping
    if mapping.columns is None:
        names = {plain(name): name for name in mapping.target.names}
        return {header: names[plain(header)] for header in reading.table.headers if plain(header) in names}
    found: dict[str, str] = {}
    for ours, source in mapping.columns.items():
        for header in source.first:
            found.setdefault(header, ours)
    return found


