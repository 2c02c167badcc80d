"""The roles, the database and its extensions; and the check that we do not run as a role stronger than `app`.

On the embedded database the launcher runs it as the cluster's administrator. On a managed one the operator runs it
once, as an administrator: ``comptant bootstrap`` (docs/online.md).
"""

from __future__ import annotations

from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from comptant.ground.database.failures import Unable
from comptant.ground.database.place import APP_ROLE, BATCH_ROLE, DATABASE, OWNER_ROLE

WEAK: Final = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
ROLES: Final[dict[str, LiteralString]] = {
    OWNER_ROLE: f"{WEAK} NOBYPASSRLS",
    APP_ROLE: f"{WEAK} NOBYPASSRLS",
    BATCH_ROLE: f"{WEAK} BYPASSRLS",
}
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin")
# Search by part of a name uses a trigram index under row-level security only if these may not leak what they compare.
LEAKPROOF: Final[tuple[LiteralString, ...]] = ("texticlike(text, text)", "textlike(text, text)")

STRENGTHS = """
SELECT r.rolname,
       CASE WHEN r.rolsuper THEN 'superuser'
            WHEN r.rolbypassrls THEN 'bypassrls'
            ELSE 'owner' END
FROM pg_roles r
WHERE pg_has_role(current_user, r.oid, 'MEMBER')
  AND (r.rolsuper OR r.rolbypassrls
       OR EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
       OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p') AND n.nspname = 'public'))
ORDER BY r.rolsuper DESC, r.rolbypassrls DESC
LIMIT 1
"""


def bootstrap(admin_url: str, database: str = DATABASE) -> None:
    """Afterwards the three roles, the database owned by the owner's role, and the extensions are there.

    Running it again changes nothing. Passwords are the operator's business: none is set.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for role, attributes in ROLES.items():
            _make_role(admin, role, attributes)
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            _make_database(admin, database)
        admin.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}, {}").format(
                sql.Identifier(database), sql.Identifier(APP_ROLE), sql.Identifier(BATCH_ROLE)
            )
        )
    with psycopg.connect(make_conninfo(admin_url, dbname=database), autocommit=True) as inside:
        _furnish(inside)


def _make_role(admin: psycopg.Connection[Any], role: str, attributes: LiteralString) -> None:
    """A role that exists is the operator's, and left as it is: ``refuse_strong_role`` looks at it at each start."""
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return
    create = sql.SQL("CREATE ROLE {} {}")
    try:
        admin.execute(create.format(sql.Identifier(role), sql.SQL(attributes)))
    except psycopg.errors.InsufficientPrivilege:
        # Some hosts let no one pass row security: the role is then there, and its work goes firm by firm.
        admin.execute(create.format(sql.Identifier(role), sql.SQL(WEAK)))


def _make_database(admin: psycopg.Connection[Any], database: str) -> None:
    """An administrator who is not a superuser must be a member of the owner's role to give it a database."""
    admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER_ROLE)))
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
            sql.Identifier(database), sql.Identifier(OWNER_ROLE)
        )
    )


def _furnish(inside: psycopg.Connection[Any]) -> None:
    for extension in EXTENSIONS:
        inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for function in LEAKPROOF:
        try:
            inside.execute(sql.SQL("ALTER FUNCTION {} LEAKPROOF").format(sql.SQL(function)))
        except psycopg.errors.InsufficientPrivilege:
            break  # a managed database without a superuser: searches are right, only slower


def refuse_strong_role(connection: Any) -> None:
    """Raises Unable when the connection's role could see every firm: superuser, table owner, or past row security.

    A role that may become such a role counts as one. ``connection`` is Django's or psycopg's.
    """
    with connection.cursor() as cursor:
        cursor.execute(STRENGTHS)
        found = cursor.fetchone()
    if found:
        raise Unable("strong_role", role=found[0], strength=found[1])
