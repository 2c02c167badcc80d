"""One file met with the firm: look at it, recognise its columns, try it, load it. The try takes everything back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from comptant.doors.imports.guessing import DATE_FORMATS, guess_columns, guess_date_formats, guess_numbers
from comptant.doors.imports.loading import Outcome
from comptant.doors.imports.loading import load as load_file
from comptant.doors.imports.mapping import Mapping as FileMapping
from comptant.doors.imports.mapping import load_mapping
from comptant.doors.imports.numbers import NumberFormat
from comptant.doors.imports.reading import Firm as ReadingFirm
from comptant.doors.imports.reading import Reading, open_reading
from comptant.doors.imports.refusals import Notice, RowError
from comptant.doors.imports.tables import open_table
from comptant.doors.imports.targets import TARGETS
from comptant.doors.web import uploads
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.queries import stages_of

SAMPLED = 200
"""Rows looked at for the sample and the writing of each column."""
AT_ONCE = 150_000
"""A file of more bytes is worked on beside the server."""
SHOWN_ERRORS = 50

Say = Callable[[str, float], None]


def _silent(step: str, part: float) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: a value of it, and how many of the rows looked at fill it."""

    header: str
    samples: tuple[str, ...]

    @property
    def sample(self) -> str:
        """The first value met."""
        return self.samples[0][:40] if self.samples else ""


@dataclass(frozen=True, slots=True)
class Dry:
    """What a file would do."""

    rows: int
    bad_rows: int
    errors: tuple[RowError, ...]
    error_count: int
    notices: tuple[Notice, ...]
    nets: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    deals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    changes_nothing: bool = False


def look(upload: uploads.Upload) -> tuple[Column, ...]:
    """The file's columns with some of their values. Raises ImportRefused when it is no table."""
    mapping = load_mapping(upload.mapping) if upload.mapping else FileMapping.plain(upload.target)
    table = open_table(
        upload.path, name=upload.name, delimiter=mapping.delimiter, encoding=mapping.encoding, sheet=mapping.sheet
    )
    try:
        samples: list[list[str]] = [[] for _ in table.headers]
        for _line, cells in islice(table.rows(), SAMPLED):
            for place, cell in enumerate(cells[: len(samples)]):
                if text := cell.strip():
                    samples[place].append(text)
    finally:
        table.close()
    return tuple(Column(header, tuple(found)) for header, found in zip(table.headers, samples, strict=True))


def becomes(upload: uploads.Upload, columns: Sequence[Column]) -> dict[str, str]:
    """Which column of ours each header becomes: by the mapping, by choice, or as guessed."""
    if upload.mapping:
        mapping = load_mapping(upload.mapping)
        return {header: ours for ours, source in (mapping.columns or {}).items() for header in source.first}
    if upload.columns:
        return {header: ours for ours, header in upload.columns.items()}
    guesses = guess_columns([column.header for column in columns], upload.target)
    return {header: guess.column for header, guess in guesses.items()}


def mapping_of(upload: uploads.Upload, columns: Sequence[Column]) -> FileMapping:
    """How the file is read: the mapping named, or the columns chosen, with days and amounts as they are written."""
    if upload.mapping:
        return load_mapping(upload.mapping)
    chosen = becomes(upload, columns)
    amounts = _samples(upload, columns, chosen, "amount")
    forms = day_forms(upload, columns)
    form = upload.dates or (forms[0] if forms else "")
    return FileMapping.of_columns(
        upload.target,
        {ours: header for header, ours in chosen.items()},
        dates=() if not form or form.startswith("%Y-%m-%d") else (form,),
        numbers=guess_numbers(amounts) if amounts else NumberFormat(),
    )


def day_forms(upload: uploads.Upload, columns: Sequence[Column]) -> tuple[str, ...]:
    """The ways of writing a day that read the most of the file's, the likeliest first; several: someone must say."""
    days = day_samples(upload, columns)
    found = Counter(form for text in days for form in guess_date_formats([text]))
    most = max(found.values(), default=0)
    return tuple(form for form in DATE_FORMATS if found[form] == most and most)


def day_samples(upload: uploads.Upload, columns: Sequence[Column]) -> tuple[str, ...]:
    """Values of the columns that hold days, each once; none when a mapping says how to read them."""
    if upload.mapping:
        return ()
    chosen = becomes(upload, columns)
    return tuple(dict.fromkeys(_samples(upload, columns, chosen, "day", "instant")))


def _samples(upload: uploads.Upload, columns: Sequence[Column], chosen: Mapping[str, str], *kinds: str) -> list[str]:
    ours = {column.name for column in TARGETS[upload.target].columns if column.kind in kinds}
    return [text for column in columns if chosen.get(column.header, "") in ours for text in column.samples]


def open_upload(request: MemberRequest, upload: uploads.Upload, columns: Sequence[Column]) -> Reading:
    """The file ready to be read. Raises ImportRefused."""
    with firm_scope(request.firm.id):
        stages = tuple(stages_of(request.firm))
    firm = ReadingFirm(request.firm.tz, stages, request.today)
    mapping = mapping_of(upload, columns)
    return open_reading(
        upload.path, mapping.target.name, firm, mapping=mapping, where=upload.companions, name=upload.name
    )


def is_long(upload: uploads.Upload) -> bool:
    """Whether the file is too much for one answer."""
    return upload.path.stat().st_size > AT_ONCE


def key_of(request: MemberRequest, upload: uploads.Upload) -> str:
    """What a try depends on: the choices made, the firm's journal, the day."""
    with firm_scope(request.firm.id):
        return f"{uploads.choices_of(upload)}:{version(request.firm)}:{request.today}"


def dry_run(firm: Firm, today: date, reading: Reading, say: Say = _silent) -> Dry:
    """Everything the file would do, none of it done."""
    outcome = load_file(firm, reading, today=today, dry_run=True, update=True, skip_bad=True, progress=say)
    errors = outcome.errors
    return Dry(
        reading.row_count, errors.rows, tuple(errors)[:SHOWN_ERRORS], len(errors), tuple(outcome.notices),
        outcome.moved(), outcome.deals(), dict(outcome.counts), outcome.changed_nothing,
    )  # fmt: skip


def load(firm: Firm, today: date, reading: Reading, *, skip_bad: bool, say: Say = _silent) -> Outcome:
    """The file is loaded, whole or not at all; what differs from before is recorded as a correction."""
    return load_file(firm, reading, today=today, update=True, skip_bad=skip_bad, progress=say)


def as_json(dry: Dry) -> dict[str, Any]:
    """The answer as it is kept beside the file."""
    return {
        "rows": dry.rows, "bad_rows": dry.bad_rows, "error_count": dry.error_count,
        "errors": [[e.line, e.column, e.value, e.code, dict(e.facts)] for e in dry.errors],
        "notices": [[n.code, dict(n.facts), n.count, n.first_line] for n in dry.notices],
        "nets": [[*pair, str(net)] for pair, net in dry.nets.items()],
        "deals": [[*pair, count] for pair, count in dry.deals.items()],
        "counts": dict(dry.counts), "changes_nothing": dry.changes_nothing,
    }  # fmt: skip


def from_json(said: Mapping[str, Any]) -> Dry:
    """The answer kept, read back."""
    return Dry(
        said["rows"], said["bad_rows"], tuple(RowError(*error) for error in said["errors"]), said["error_count"],
        tuple(Notice(*notice) for notice in said["notices"]),
        {(currency, account): Decimal(net) for currency, account, net in said["nets"]},
        {(currency, account): count for currency, account, count in said["deals"]},
        said["counts"], said["changes_nothing"],
    )  # fmt: skip
