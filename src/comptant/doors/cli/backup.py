"""Keep everything in one file: the database as it is now, and the files of the data folder. The server may run on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from comptant import __version__
from comptant.doors.cli import readiness
from comptant.ground.database import archive
from comptant.ground.database.binaries import find_programs

NEEDS = "database"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write; it must not exist yet")


def run(options: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    target = Path(options.file).expanduser().absolute()
    made = archive.back_up(
        target, readiness.owner_url(), find_programs().folder, Path(settings.MEDIA_ROOT),
        version=__version__, secret_key=settings.SECRET_KEY, at=timezone.now(),
    )  # fmt: skip
    rows, size = sum(made.rows.values()), target.stat().st_size
    if options.json:
        said = {"file": str(target), "bytes": size, "made_at": made.made_at, "tables": len(made.rows), "rows": rows}
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return 0
    said_text = _("{file}: {tables} tables, {rows} rows, {megabytes} MB.")
    print(said_text.format(file=target, tables=len(made.rows), rows=rows, megabytes=-(-size // 1_000_000)))
    print(_("The secret key is not in it. Keep it apart: without it, second steps must be laid anew."))
    return 0
