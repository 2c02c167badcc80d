"""Where the bench measures: an embedded PostgreSQL of its own, a database a bar, made once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from comptant.ground.database import place
from comptant.ground.database.bootstrap import bootstrap
from comptant.ground.database.embedded import Embedded

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("COMPTANT_BENCH_HOME") or ROOT / "build" / "bench").absolute()


@contextmanager
def running() -> Iterator[Embedded]:
    """The server, as the product starts it, every commit flushed to disk."""
    with Embedded(HOME) as server:
        place.make_secret_key(HOME)
        yield server


def url(role: str, database: str) -> str:
    """How to reach a database of the bench as a role."""
    return place.embedded_url(HOME, role, database)


def connect(role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A bare connection, committing each statement."""
    return psycopg.connect(url(role, database), autocommit=True)


def environment(database: str) -> Mapping[str, str]:
    """What makes the product use a database of the bench; deaf to what the caller has set for itself."""
    ours = ("COMPTANT_SHARED_DATA",)
    kept = {
        name: value for name, value in os.environ.items() if name in ours or not name.startswith(("COMPTANT_", "PG"))
    }
    return {
        **kept,
        "COMPTANT_BENCH_HOME": str(HOME),
        "COMPTANT_HOME": str(HOME),
        "DATABASE_URL": url(place.APP_ROLE, database),
        "COMPTANT_OWNER_URL": url(place.OWNER_ROLE, database),
        "COMPTANT_BATCH_URL": url(place.BATCH_ROLE, database),
        "DJANGO_SETTINGS_MODULE": "comptant.settings",
        "LC_ALL": "C.UTF-8",
    }


def make_database(database: str, *, has_product: bool = True) -> None:
    """Afterwards the database is there, with the product's tables as this version has them unless it is the floor's."""
    bootstrap(url(place.ADMIN_ROLE, "postgres"), database)
    if has_product:
        migrate = [sys.executable, "-m", "comptant", "migrate"]
        subprocess.run(migrate, env=environment(database), check=True, stdout=subprocess.DEVNULL)


def drop_database(database: str) -> None:
    """Afterwards it is gone."""
    with connect(place.ADMIN_ROLE, "postgres") as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def set_up() -> None:
    """Load the product in this process, which was started with ``environment``."""
    import django

    django.setup()


def settle() -> None:
    """Leave no checkpoint of one measure to the next."""
    with connect(place.ADMIN_ROLE, "postgres") as admin:
        admin.execute("CHECKPOINT")


def inside(database: str, job: str, *words: str) -> str:
    """Run a job of ``bench.inside`` in a process of its own, with the product on that database; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", job, *words], env=environment(database), cwd=ROOT, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout
