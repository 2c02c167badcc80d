"""Bring a backup back into an empty database, and prove it by doctor. Each byte is compared before that."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from comptant.doors.cli import doctor, readiness
from comptant.ground.database import archive
from comptant.ground.database.binaries import find_programs
from comptant.ground.database.failures import Unable

NEEDS = "database"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what comptant backup has written")


def run(options: argparse.Namespace) -> int:
    """Restore, then check everything; 1 when doctor finds something wrong."""
    source, owner_url = Path(options.file).expanduser().absolute(), readiness.owner_url()
    files = Path(settings.MEDIA_ROOT)
    if not archive.is_empty(owner_url) or (files.is_dir() and any(files.iterdir())):
        raise Unable("not_empty", folder=str(settings.HOME))
    with archive.opened(source, settings.HOME) as (manifest, folder):
        _refuse_what_is_newer(manifest)
        archive.fill(owner_url, find_programs().folder, manifest, folder)
        if (folder / archive.FILES).is_dir():
            shutil.copytree(folder / archive.FILES, files, dirs_exist_ok=True)
    for opened in connections.all(initialized_only=True):
        opened.close()
    readiness.ensure_tables()
    print(
        _("Restored as it was on {instant}, {rows} rows.").format(
            instant=manifest.made_at, rows=sum(manifest.rows.values())
        ),
        file=sys.stderr,
    )
    if manifest.key_print != archive.key_print(settings.SECRET_KEY):
        text = _("The secret key is another one. Put the former back, or let each person lay their second step anew.")
        print(text, file=sys.stderr)
    return doctor.run(options)


def _refuse_what_is_newer(manifest: archive.Manifest) -> None:
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("comptant.")}
    known = {f"{room}.{name}" for room, name in readiness.known_migrations()}
    ahead = [name for name in manifest.migrations if name not in known and name.split(".")[0] in ours]
    if ahead:
        raise Unable("tables_ahead", first=ahead[0].split(".", 1)[1])
