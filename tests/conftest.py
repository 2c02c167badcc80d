"""One embedded PostgreSQL for the session; tests speak to it as the role app, as the product does.

``db`` rolls each test back. ``transactional_db`` commits, and empties the tables afterwards as the owner, since the
role app may not truncate. A test that looks from outside asks for ``databases=["default", "owner"]``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from comptant.ground.database.embedded import Embedded
from comptant.ground.database.place import OWNER_ROLE, embedded_url, home_folder, make_secret_key

pytest_plugins = ["tests.browsing", "tests.mailing"]
ROOT = Path(__file__).parents[1]

settings.register_profile("quick", max_examples=50, deadline=None)
settings.register_profile(
    "soak", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    """The session's database server, in the session's data folder."""
    home = home_folder()
    with Embedded(home) as server:
        make_secret_key(home)
        yield server
        for connection in connections.all(initialized_only=True):
            connection.close()


@pytest.fixture(scope="session")
def django_db_setup(embedded: Embedded, django_db_blocker: pytest.FixtureRequest) -> None:
    """The tables, made by the owner. No test_ database: the whole cluster is the tests'."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()


def _empty_as_owner(case: TransactionTestCase) -> None:
    with psycopg.connect(embedded_url(home_folder(), OWNER_ROLE), autocommit=True) as owner:
        tables = owner.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        ).fetchone()
        owner.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE")


TransactionTestCase._fixture_teardown = _empty_as_owner  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files, by COMPTANT_SHARED_DATA or beside the repository; the test skips without it."""
    folder = Path(os.environ.get("COMPTANT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the shared files are not here: set COMPTANT_SHARED_DATA")
    return folder
