"""Bring the database's tables to this version, as their owner."""

from __future__ import annotations

import argparse

from django.utils.translation import gettext as _

from comptant.doors.cli import readiness

NEEDS = "database"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No argument: on a managed database COMPTANT_OWNER_URL says who owns the tables."""


def run(options: argparse.Namespace) -> int:
    """Migrate, or say that there is nothing to do."""
    if readiness.known_migrations() <= readiness.made_migrations():
        print(_("The tables are those of this version: nothing to do."))
        return 0
    readiness.ensure_tables()
    print(_("The tables are those of this version now."))
    return 0
