"""On a managed database: made by its administrator, migrated by its owner, served as the role app and as no other."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from comptant.ground.database import place
from comptant.ground.database.bootstrap import bootstrap
from comptant.ground.database.embedded import Embedded

NAME = "managed"


@pytest.fixture(scope="module")
def managed(embedded: Embedded):
    admin = embedded.url(place.ADMIN_ROLE, "postgres")
    bootstrap(admin, NAME)
    bootstrap(admin, NAME)
    yield embedded
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def comptant(managed: Embedded, role: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "comptant.settings",
        "LC_ALL": "C",
        "DATABASE_URL": managed.url(role, NAME),
        **more,
    }
    command = [sys.executable, "-m", "comptant", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_only_the_owner_makes_tables(managed):
    behind = comptant(managed, place.APP_ROLE, "migrate")
    assert (behind.returncode, "COMPTANT_OWNER_URL" in behind.stderr) == (3, True)
    owner = managed.url(place.OWNER_ROLE, NAME)
    done = comptant(managed, place.APP_ROLE, "migrate", COMPTANT_OWNER_URL=owner)
    assert (done.returncode, done.stderr) == (0, "")
    again = comptant(managed, place.APP_ROLE, "migrate")
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)


@pytest.mark.parametrize(
    ("role", "strength"),
    [(place.ADMIN_ROLE, "superuser"), (place.OWNER_ROLE, "owner"), (place.BATCH_ROLE, "bypassrls")],
)
@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("migrate",)])
def test_a_strong_role_is_refused(managed, role, strength, words):
    refused = comptant(managed, role, *words)
    assert refused.returncode == 3
    assert role in refused.stderr
    assert strength in refused.stderr


def test_a_role_that_could_become_strong_is_refused(managed):
    with psycopg.connect(managed.url(place.ADMIN_ROLE, NAME), autocommit=True) as admin:
        admin.execute("CREATE ROLE sly LOGIN; GRANT comptant_owner TO sly")
        try:
            admin.execute("SET SESSION AUTHORIZATION sly")
            from comptant.ground.database.bootstrap import refuse_strong_role
            from comptant.ground.database.failures import Unable

            with pytest.raises(Unable) as refusal:
                refuse_strong_role(admin)
            assert refusal.value.facts["role"] == place.OWNER_ROLE
        finally:
            admin.execute("RESET SESSION AUTHORIZATION")
            admin.execute("DROP ROLE sly")


def test_a_database_that_is_not_there_is_said(managed):
    gone = comptant(managed, place.APP_ROLE, "migrate", DATABASE_URL="postgresql://comptant_app@127.0.0.1:9/comptant")
    assert gone.returncode == 3
    assert "does not answer" in gone.stderr
    assert "Traceback" not in gone.stderr
