"""Where things lie: the data folder, what is in it, and how to reach the database. No Django, nothing is created."""

from __future__ import annotations

import hashlib
import logging.handlers
import os
import secrets
from pathlib import Path
from typing import Any

import platformdirs
from psycopg.conninfo import conninfo_to_dict

ADMIN_ROLE = "comptant_admin"
OWNER_ROLE = "comptant_owner"
APP_ROLE = "comptant_app"
BATCH_ROLE = "comptant_batch"
DATABASE = "comptant"

# A Unix socket's whole path holds 103 characters on macOS, 107 on Linux; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 80


def home_folder() -> Path:
    """The data folder: COMPTANT_HOME, else the platform's user-data folder."""
    named = os.environ.get("COMPTANT_HOME")
    folder = Path(named).expanduser() if named else platformdirs.user_data_path("comptant", appauthor=False)
    return Path(os.path.abspath(folder))


def database_folder(home: Path) -> Path:
    """What the embedded PostgreSQL needs: its cluster, socket, log and locks."""
    return home / "database"


def socket_folder(home: Path) -> Path:
    """Where the embedded PostgreSQL listens: in the data folder, or under /tmp when that path is too long.

    Every command must arrive at the same folder, hence /tmp itself and not TMPDIR, which differs from one to the next.
    """
    inside = database_folder(home) / "socket"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"comptant-{os.geteuid()}-{digest}"  # noqa: S108 - its owner and mode are checked


def secret_key(home: Path) -> str:
    """The key that signs sessions, made at the first start; before it, one that lasts as long as this process."""
    try:
        return (home / "secret-key").read_text(encoding="ascii").strip() or secrets.token_urlsafe(64)
    except OSError:
        return secrets.token_urlsafe(64)


def make_secret_key(home: Path) -> None:
    """Afterwards the data folder holds a key that only its owner can read. Two commands at once make one key."""
    path = home / "secret-key"
    if path.exists():
        return
    draft = home / f".secret-key-{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def is_embedded() -> bool:
    """True when the database is ours to start: DATABASE_URL is not set."""
    return not os.environ.get("DATABASE_URL")


def connections(home: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: ``default`` as the role app, ``owner`` to migrate, ``batch`` for all-firm nightly work.

    On a managed database ``owner`` and ``batch`` are there when COMPTANT_OWNER_URL and COMPTANT_BATCH_URL are set.
    """
    if is_embedded():
        roles = {"default": APP_ROLE, "owner": OWNER_ROLE, "batch": BATCH_ROLE}
        return {alias: _connection(embedded_url(home, role)) for alias, role in roles.items()}
    names = {"default": "DATABASE_URL", "owner": "COMPTANT_OWNER_URL", "batch": "COMPTANT_BATCH_URL"}
    return {alias: _connection(os.environ[name]) for alias, name in names.items() if os.environ.get(name)}


def embedded_url(home: Path, role: str, database: str = DATABASE) -> str:
    """How libpq reaches the embedded database as a role."""
    return f"host='{socket_folder(home)}' user='{role}' dbname='{database}'"


def _connection(url: str) -> dict[str, Any]:
    parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "comptant.ground.database.backend",
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts,
    }


class HomeLogHandler(logging.handlers.WatchedFileHandler):
    """Writes to ``comptant.log`` in the data folder, made with its first line; silent when it cannot be."""

    def __init__(self, folder: str) -> None:
        super().__init__(Path(folder) / "comptant.log", encoding="utf-8", delay=True)

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """As a file's, also when its folder cannot be made."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name in logging
        """A log that cannot be written must not stop a sale."""
