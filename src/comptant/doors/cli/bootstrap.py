"""Make the roles, the database and its extensions on a managed PostgreSQL, as its administrator. Run it once."""

from __future__ import annotations

import argparse
import os

from django.utils.translation import gettext as _

from comptant.ground.database.bootstrap import bootstrap
from comptant.ground.database.failures import Unable
from comptant.ground.database.place import DATABASE

NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The address is a secret: it comes by COMPTANT_ADMIN_URL, not on the command line."""
    parser.add_argument("--database", default=DATABASE, help="the name of the database (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Make what is missing. Running it again changes nothing."""
    address = os.environ.get("COMPTANT_ADMIN_URL")
    if not address:
        raise Unable("no_administrator")
    bootstrap(address, options.database)
    print(_("The roles and the database are there. Give each role its password, then run “comptant migrate”."))
    return 0
