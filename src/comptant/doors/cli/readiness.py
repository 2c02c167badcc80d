"""What a command needs before it runs: a database that answers, as a role that is weak enough, with its tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from comptant.ground.database import place
from comptant.ground.database.bootstrap import refuse_strong_role
from comptant.ground.database.embedded import Embedded
from comptant.ground.database.failures import Unable

MIGRATING = 0x636F6D70
"""The advisory lock under which one command at a time makes tables."""


@contextmanager
def database() -> Iterator[Embedded | None]:
    """The embedded server, started or shared, or the managed one of DATABASE_URL; never as a strong role."""
    server = Embedded(settings.HOME) if place.is_embedded() else None
    with server or nullcontext():
        if server is not None:
            place.make_secret_key(settings.HOME)
            settings.SECRET_KEY = settings.SECRET_KEY if settings.IN_PRODUCTION else place.secret_key(settings.HOME)
        try:
            refuse_strong_role(connection)
            yield server
        finally:
            for opened in connections.all(initialized_only=True):
                opened.close()


def ensure_tables() -> None:
    """Make or change the tables when this version asks for it; a few milliseconds when it does not."""
    known, made = known_migrations(), made_migrations()
    if known - made:
        migrate()
        made = made_migrations()
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("comptant.")}
    ahead = sorted(name for label, name in made - known if label in ours)
    if ahead:
        raise Unable("tables_ahead", first=ahead[0])


def owner_url() -> str:
    """How libpq reaches the database as the tables' owner. Raises Unable no_owner on a managed one that names none."""
    if place.is_embedded():
        return place.embedded_url(settings.HOME, place.OWNER_ROLE)
    if not os.environ.get("COMPTANT_OWNER_URL"):
        raise Unable("no_owner")
    return os.environ["COMPTANT_OWNER_URL"]


def known_migrations() -> set[tuple[str, str]]:
    """Every migration this version has, as (room, name)."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return set(loader.disk_migrations or {})


def made_migrations() -> set[tuple[str, str]]:
    """Every migration the database has had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if cursor.fetchone() == (False,):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def migrate() -> None:
    """Make the tables as their owner; two commands at once make them once."""
    if "owner" not in settings.DATABASES:
        raise Unable("tables_behind")
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            call_command("migrate", database="owner", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    owner.close()
