"""Bring in parties, deals, events, invoices or payments from a CSV or XLSX file: whole, or not at all.

Exit code 0: done, nothing new, or differences held back; 1: rows were refused, or the file is no table; 2: misuse.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.import_words import document, tell
from comptant.doors.cli.progress import Progress
from comptant.doors.founding import found
from comptant.doors.imports.loading import Outcome, load
from comptant.doors.imports.mapping import Mapping, load_mapping, shipped_mappings
from comptant.doors.imports.reading import Firm as ReadingFirm
from comptant.doors.imports.reading import Reading, open_reading
from comptant.doors.imports.refusals import ImportRefused
from comptant.doors.imports.targets import target_named
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import found_alone
from comptant.ground.firms.models import Firm
from comptant.ground.firms.queries import OPERATOR, memberships_of
from comptant.ground.web.sentences import sentence
from comptant.journey.pipeline.queries import stages_of

MISUSED = ("file_unreadable", "target_unknown", "mapping_", "lookup_")
"""Codes, or their beginnings, of what was asked wrongly; the other refusals are the file's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, from where, how."""
    parser.add_argument("target", metavar="WHAT", help="parties, deals, events, invoices or payments")
    parser.add_argument("file", metavar="FILE", help="a table as CSV or XLSX")
    parser.add_argument(
        "--mapping",
        metavar="M",
        help=f"how the file is to be read: a TOML file, or one that ships ({', '.join(shipped_mappings())})",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    parser.add_argument(
        "--update", action="store_true", help="load rows that exist and differ, as corrections; nothing is erased"
    )
    parser.add_argument("--skip-bad", action="store_true", help="load the good rows although others are refused")
    parser.add_argument("--new-firm", metavar="NAME", help="create a firm of that name and load into it")


def run(options: argparse.Namespace) -> int:
    """Load the file and tell what became of it."""
    try:
        done = _done(options)
    except ImportRefused as refused:
        told = sentence(refused.code, refused.facts)
        print(f"comptant: {told}", file=sys.stderr)
        if options.json:
            print(json.dumps({"ok": False, "code": refused.code, "message": told}, ensure_ascii=False))
        return firms.MISUSE if refused.code.startswith(MISUSED) else 1
    if options.json:
        said = document(done.outcome, done.firm, Path(options.file).name, is_new_firm=done.is_new_firm)
        print(json.dumps(said, ensure_ascii=False, indent=2))
    tell(done.outcome, done.firm, Path(options.file).name, is_new_firm=done.is_new_firm, as_json=options.json)
    return 1 if done.outcome.errors.count else 0


@dataclass(frozen=True, slots=True)
class Done:
    """What was loaded, into which firm."""

    outcome: Outcome
    firm: Firm
    is_new_firm: bool


def _done(options: argparse.Namespace) -> Done:
    """The file loaded into its firm."""
    mapping = _mapping(options)
    firm = _known_firm(options)
    if firm is None:
        done = _into_new_firm(options, mapping)
        if done is not None:
            return done
        firm = firms.opened(firms.chosen_firm(options))
    with _opened(options, mapping, firm) as reading:
        return Done(_loaded(options, firm, reading), firm, False)


def _into_new_firm(options: argparse.Namespace, mapping: Mapping) -> Done | None:
    """A firm is created with its first rows, or not at all; None when someone created the first one meanwhile."""
    with transaction.atomic():
        found_alone()
        if not options.new_firm and memberships_of(OPERATOR):
            return None
        firm = found(options.new_firm or _first_name(), "FR", "fr")
        with _opened(options, mapping, firm) as reading:
            outcome = _loaded(options, firm, reading)
        if outcome.is_dry_run or outcome.is_refused:
            transaction.set_rollback(True)
    return Done(outcome, firm, True)


def _mapping(options: argparse.Namespace) -> Mapping:
    """How the file is to be read. Raises ImportRefused."""
    target = target_named(options.target)
    return load_mapping(options.mapping) if options.mapping else Mapping(target)


def _known_firm(options: argparse.Namespace) -> Firm | None:
    """The firm to load into; None when it is to be created: named by --new-firm, or the first of this data folder."""
    if options.new_firm and options.firm:
        firms.misuse(_("--firm names a firm that is here, --new-firm one that is not: give one of them."))
    if options.new_firm or (not options.firm and not memberships_of(OPERATOR)):
        return None
    return firms.opened(firms.chosen_firm(options))


def _first_name() -> str:
    """What the firm is called until its people say: in its language, not the terminal's."""
    with translation.override("fr"):
        return _("My firm")


@contextmanager
def _opened(options: argparse.Namespace, mapping: Mapping, firm: Firm) -> Iterator[Reading]:
    """The file, ready to be read as rows of the target."""
    with firm_scope(firm.id):
        stages = tuple(stages_of(firm))
    asked = ReadingFirm(firm.tz, stages, firm.today(datetime.now(UTC)))
    reading = open_reading(Path(options.file), options.target, asked, mapping=mapping)
    try:
        yield reading
    finally:
        reading.table.close()


def _loaded(options: argparse.Namespace, firm: Firm, reading: Reading) -> Outcome:
    with Progress(sys.stderr) as progress:
        return load(
            firm,
            reading,
            today=firms.today_of(firm),
            dry_run=options.dry_run,
            update=options.update,
            skip_bad=options.skip_bad,
            progress=progress,
        )
