"""A backup: one file that holds the database, as it was at one instant, and the files of the data folder.

A tar: ``manifest.json`` first, which names every part with its SHA-256 and every table with its rows; then
``database.dump``, by pg_dump, and ``files/``. Neither the secret key nor a session is in it: who finds a backup must
not be able to sign, nor to walk in as someone who is signed in.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from comptant.ground.database.failures import Unable

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
BLOCK = 1 << 20
LONGEST_MANIFEST = 64 << 20
LEFT_OUT = "django_session"
"""Its rows are keys to the house that runs on."""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    made_at: str
    version: str
    """Of Comptant."""
    postgresql: str
    migrations: list[str]
    """Those the tables had been through, as ``room.name``."""
    key_print: str
    """By which the installation's secret key is recognised, without being told."""
    rows: dict[str, int]
    parts: dict[str, str]
    """Every other part of the file, with its SHA-256."""


def key_print(secret_key: str) -> str:
    """By what a secret key is recognised. It has 512 random bits: nothing of it is given away."""
    return hashlib.sha256(f"comptant:key-print:{secret_key}".encode()).hexdigest()[:16]


def back_up(
    target: Path, owner_url: str, programs: Path, files: Path, *, version: str, secret_key: str, at: datetime
) -> Manifest:
    """Write the backup to ``target``, whole or not at all, readable by its owner alone.

    Raises Unable backup_exists, backup_not_written, dump_failed.
    """
    if target.exists():
        raise Unable("backup_exists", file=str(target))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with TemporaryDirectory(prefix=".comptant-backup-", dir=target.parent) as folder:
            dump = Path(folder) / DUMP
            said = _dumped(owner_url, programs, dump)
            parts = {DUMP: dump} | {f"{FILES}/{name}": path for name, path in _files_in(files)}
            sums = {name: _sum(path) for name, path in parts.items()}
            manifest = Manifest(
                FORMAT, at.isoformat(timespec="seconds"), version, parts=sums,
                key_print=key_print(secret_key), **said,
            )  # fmt: skip
            _write(draft, manifest, parts)
        draft.rename(target)
    except OSError as error:
        raise Unable("backup_not_written", file=str(target), reason=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _dumped(owner_url: str, programs: Path, dump: Path) -> dict[str, Any]:
    """The dump, and what was in the tables at the same instant: both look at one snapshot."""
    with psycopg.connect(owner_url) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = owner.execute("SELECT pg_export_snapshot()").fetchone()
        made = owner.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
        options = ["--format=custom", "--exclude-extension=*", "--no-comments", f"--file={dump}"]
        options.append(f"--exclude-table-data=public.{LEFT_OUT}")
        run_tool(programs / "pg_dump", owner_url, [*options, f"--snapshot={snapshot[0]}" if snapshot else ""])
        version = str(owner.info.parameter_status("server_version"))
        rows = {name: count for name, count in count_rows(owner).items() if name != LEFT_OUT}
        return {"postgresql": version, "migrations": [row[0] for row in made], "rows": rows}


def count_rows(owner: psycopg.Connection[Any]) -> dict[str, int]:
    """Every table with its rows, exactly; as the tables' owner, whom no wall stops."""
    counts = {}
    for (name,) in owner.execute(_TABLES).fetchall():
        found = owner.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = found[0] if found else 0
    return counts


def run_tool(program: Path, url: str, options: Sequence[str]) -> None:
    """Run a program of PostgreSQL on a database; its password goes by the environment. Raises Unable dump_failed."""
    parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    secret = {"PGPASSWORD": str(parts.pop("password"))} if "password" in parts else {}
    command: list[str | Path] = [program, f"--dbname={make_conninfo('', **parts)}", *filter(None, options)]
    try:
        done = subprocess.run(
            command, env={**os.environ, **secret, "LC_ALL": "C"}, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Unable("dump_failed", program=program.name, reason=error.strerror or str(error)) from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise Unable("dump_failed", program=program.name, reason=said[0].removeprefix(f"{program.name}: "))


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(draft: Path, manifest: Manifest, parts: Mapping[str, Path]) -> None:
    """The tar, on the disk for good before it gets its name."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            text = json.dumps(asdict(manifest), indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(text)
            tar.addfile(head, io.BytesIO(text))
            for name, path in parts.items():
                tar.add(path, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def opened(source: Path, within: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest of a backup and a folder, gone afterwards, where each of its parts lies, its sum compared.

    Raises Unable backup_unreadable, backup_corrupted, backup_of_another_format.
    """
    with TemporaryDirectory(prefix=".restoring-", dir=within) as folder:
        try:
            with tarfile.open(source, mode="r:") as tar:
                manifest = _manifest(source, tar)
                found = {
                    entry.name
                    for entry in tar
                    if entry.name != MANIFEST and _laid(source, tar, entry, manifest, Path(folder))
                }
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Unable("backup_unreadable", file=str(source), reason=str(error)) from error
        if missing := sorted(set(manifest.parts) - found):
            raise Unable("backup_corrupted", file=str(source), part=missing[0])
        yield manifest, Path(folder)


def _manifest(source: Path, tar: tarfile.TarFile) -> Manifest:
    head = tar.next()
    file = (
        tar.extractfile(head) if head is not None and head.name == MANIFEST and head.size < LONGEST_MANIFEST else None
    )
    if file is None:
        raise Unable("backup_corrupted", file=str(source), part=MANIFEST)
    try:
        said = json.loads(file.read())
        if said["format"] != FORMAT:
            raise Unable("backup_of_another_format", file=str(source), format=said["format"])
        return Manifest(**said)
    except (ValueError, KeyError, TypeError) as error:
        raise Unable("backup_corrupted", file=str(source), part=MANIFEST) from error


def _laid(source: Path, tar: tarfile.TarFile, entry: tarfile.TarInfo, manifest: Manifest, folder: Path) -> bool:
    """Lay a part in the folder, if it is what the manifest says. Nothing is ever laid outside the folder."""
    name = PurePosixPath(entry.name)
    file = tar.extractfile(entry) if entry.isreg() else None
    if file is None or entry.name not in manifest.parts or name.is_absolute() or ".." in name.parts:
        raise Unable("backup_corrupted", file=str(source), part=entry.name)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as kept:
        if _copied(file, kept) != manifest.parts[entry.name]:
            raise Unable("backup_corrupted", file=str(source), part=entry.name)
    return True


def _copied(file: IO[bytes], kept: IO[bytes]) -> str:
    """Copy; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        kept.write(block)
    return digest.hexdigest()


def is_empty(owner_url: str) -> bool:
    """Whether the database has no table yet."""
    with psycopg.connect(owner_url) as owner:
        return not owner.execute(_TABLES).fetchall()


def fill(owner_url: str, programs: Path, manifest: Manifest, folder: Path) -> None:
    """The empty database holds what the dump holds, in one transaction; each table's rows are counted again.

    Raises Unable dump_failed, restored_otherwise.
    """
    options = ["--exit-on-error", "--single-transaction", "--no-comments", str(folder / DUMP)]
    run_tool(programs / "pg_restore", owner_url, options)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")
        counted = count_rows(owner)
    for name, rows in sorted(manifest.rows.items()):
        if counted.get(name) != rows:
            raise Unable("restored_otherwise", table=name, rows=rows, found=counted.get(name, 0))
