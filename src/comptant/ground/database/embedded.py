"""The embedded PostgreSQL: started by whoever comes first, shared, stopped by the last one out.

Three lock files in the data folder say all there is to know, and the kernel lets go of a lock when its holder dies:

- ``starting.lock``: held alone by the one command that is starting or stopping the server.
- ``users.lock``: held together by every command that uses the server. Who can hold it alone is the last one out.
- ``server.lock``: handed to PostgreSQL's processes, which hold it until the last of them is gone. Who can hold it
  knows that no server runs on this cluster, whatever ``postmaster.pid`` says after a crash.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

import psycopg

from comptant.ground.database import place
from comptant.ground.database.binaries import Programs, find_programs
from comptant.ground.database.bootstrap import bootstrap
from comptant.ground.database.failures import Unable
from comptant.ground.database.premises import (
    environment,
    handed_over,
    let_in,
    lives_in,
    plain_words,
    private,
    refuse_little_room,
    shared_memory,
    shorten,
)

FURNISHED = "3"
"""Raised when ``bootstrap`` gains something that existing clusters must get too."""
ROOM_FOR_CLUSTER = 150 * 2**20
ROOM_TO_START = 32 * 2**20
INITDB = (
    "--username=comptant_admin",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--auth=reject",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class Embedded:
    """One command's use of the embedded PostgreSQL of a data folder."""

    def __init__(self, home: Path, *, patience: float = 30.0) -> None:
        self.home, self.patience = home, patience
        self.folder = place.database_folder(home)
        self.cluster = self.folder / "cluster"
        self.socket = place.socket_folder(home)
        self.log = home / "logs" / "postgresql.log"
        self._users: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Embedded:
        self.join()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()

    def url(self, role: str, database: str = place.DATABASE) -> str:
        """How to reach it as a role."""
        return place.embedded_url(self.home, role, database)

    def join(self) -> None:
        """Use the server, starting it when none runs. Raises Unable when it cannot be."""
        with plain_words(self.home):
            self._make_folders()
        with self._starting(), plain_words(self.home):
            users = open(self.folder / "users.lock", "ab")  # noqa: SIM115 - held as long as we use the server
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure()
            except BaseException:
                users.close()
                raise
            self._users = users

    def leave(self) -> None:
        """Stop using the server; the last one out stops it."""
        users, self._users = self._users, None
        if users is None:
            return
        with users, self._starting():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    def ensure(self) -> bool:
        """Bring the server back when it was killed under our feet; True when it had to be."""
        if self._child is not None:
            self._child.poll()
        if _answers(self.url(place.ADMIN_ROLE, "postgres")):
            return False
        with self._starting(), plain_words(self.home):
            return self._ensure()

    # --- with starting.lock held --------------------------------------------------------------------------------------

    def _ensure(self) -> bool:
        """Afterwards a server answers; True when we started it."""
        programs = find_programs()
        lock = self._wait_for_answer_or_lock()
        if lock is None:
            return False
        with lock:
            self._refuse_stranger()
            self._make_cluster(programs, lock)
            self._launch(programs, lock)
        self._furnish()
        return True

    def _wait_for_answer_or_lock(self) -> IO[bytes] | None:
        """None when a server answers; its lock, held by us, when none runs.

        A server that is killed takes a moment to be gone, one that recovers from a crash a moment to answer.
        """
        lock = open(self.folder / "server.lock", "ab")  # noqa: SIM115 - handed to the caller
        end = time.monotonic() + self.patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                if _answers(self.url(place.ADMIN_ROLE, "postgres")):
                    lock.close()
                    return None
            if time.monotonic() > end:
                lock.close()
                raise Unable("database_silent", folder=str(self.home), seconds=int(self.patience), log=str(self.log))
            time.sleep(0.02)

    def _refuse_stranger(self) -> None:
        """A server started by other hands on our cluster does not hold our lock, but lives in its folder.

        What a killed server left is cleared away: its number may by now be another process's.
        """
        pid = self._postmaster()
        if pid is not None and lives_in(pid, self.cluster):
            raise Unable("database_in_use", folder=str(self.home), pid=pid)
        for left_behind in (self.cluster / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            with suppress(FileNotFoundError):
                left_behind.unlink()

    def _postmaster(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _make_folders(self) -> None:
        for folder in (self.home, self.folder, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise Unable("home_not_writable", folder=str(self.home))

    def _make_cluster(self, programs: Programs, lock: IO[bytes]) -> None:
        """Make it as a draft that takes its name once whole, so that a crash leaves no half cluster."""
        if self.cluster.exists():
            _refuse_other_version(self.cluster, programs)
            return
        refuse_little_room(self.home, ROOM_FOR_CLUSTER)
        draft = self.folder / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        private(draft, programs)
        with handed_over(draft, programs) as (path, descriptors):
            done = subprocess.run(
                [programs.folder / "initdb", "-D", path, *INITDB],
                cwd="/", env=environment(), pass_fds=[*descriptors, lock.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                **programs.identity,
            )  # fmt: skip
        if done.returncode:
            self._fail(done.stdout.decode(errors="replace"))
        let_in(draft)
        draft.rename(self.cluster)

    def _launch(self, programs: Programs, lock: IO[bytes]) -> None:
        refuse_little_room(self.home, ROOM_TO_START)
        private(self.socket, programs)
        shorten(self.log)
        began = self.log.stat().st_size if self.log.exists() else 0
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, **shared_memory()}.items()]
        with (
            open(self.log, "ab") as log,
            handed_over(self.cluster, programs) as (cluster, first),
            handed_over(self.socket, programs) as (socket, second),
        ):
            self._child = subprocess.Popen(
                [programs.folder / "postgres", "-D", cluster, "-k", socket, *settings],
                cwd="/", env=environment(), pass_fds=[*first, *second, lock.fileno()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                **programs.identity,
            )  # fmt: skip
        self._await_answer(self._child, began)

    def _await_answer(self, child: subprocess.Popen[bytes], began: int) -> None:
        """Recovery after a crash may be long: while the server says that it is starting, we wait."""
        end = time.monotonic() + self.patience
        while not _answers(self.url(place.ADMIN_ROLE, "postgres")):
            if child.poll() is not None:
                self._fail(_tail(self.log, began))
            if time.monotonic() > end and not _is_starting(self.url(place.ADMIN_ROLE, "postgres")):
                child.send_signal(signal.SIGINT)
                raise Unable("database_silent", folder=str(self.home), seconds=int(self.patience), log=str(self.log))
            time.sleep(0.02)

    def _furnish(self) -> None:
        mark = self.folder / "furnished"
        if not mark.exists() or mark.read_text(encoding="ascii") != FURNISHED:
            bootstrap(self.url(place.ADMIN_ROLE, "postgres"))
            mark.write_text(FURNISHED, encoding="ascii")

    def _stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, what was committed is on disk."""
        pid = self._postmaster()
        if pid is None or not lives_in(pid, self.cluster):
            return
        os.kill(pid, signal.SIGINT)
        end = time.monotonic() + 60
        with open(self.folder / "server.lock", "ab") as lock:
            while time.monotonic() < end:
                if self._child is not None:
                    self._child.poll()
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    time.sleep(0.01)

    def _fail(self, said: str) -> None:
        """Raises what the server's last words mean."""
        if "No space left on device" in said:
            raise Unable("disk_full", folder=str(self.home))
        if "postmaster.pid" in said and "already exists" in said:
            raise Unable("database_in_use", folder=str(self.home), pid=self._postmaster())
        words = [line.split(":", 1)[-1].strip() for line in said.splitlines() if "FATAL" in line or "error:" in line]
        raise Unable("database_did_not_start", reason=(words or said.splitlines() or ["?"])[-1], log=str(self.log))

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with open(self.folder / "starting.lock", "ab") as lock:
            end = time.monotonic() + max(self.patience, 90)
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise Unable("database_busy_starting", folder=str(self.home)) from None
                    time.sleep(0.01)
            yield


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _is_starting(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.errors.CannotConnectNow:
        return True
    except psycopg.OperationalError as error:
        return "starting up" in str(error) or "recovery" in str(error)
    return True


def _refuse_other_version(cluster: Path, programs: Programs) -> None:
    written = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if written != programs.major:
        raise Unable("database_other_version", written=written, ours=programs.major)


def _tail(log: Path, began: int) -> str:
    with open(log, "rb") as file:
        file.seek(began)
        return file.read().decode(errors="replace")
