"""What surrounds the embedded PostgreSQL: folders and their owners, processes, room on the disk, the system's words."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from comptant.ground.database import place
from comptant.ground.database.binaries import Programs
from comptant.ground.database.failures import Unable

LONGEST_LOG = 10 * 2**20
UNUSABLE = {
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT", "ENAMETOOLONG", "ELOOP")
}


@contextmanager
def handed_over(folder: Path, programs: Programs) -> Iterator[tuple[str, Sequence[int]]]:
    """How a child names a folder, with the descriptors it must inherit for it.

    Under root the child is another user, who may be unable to walk down to the folder: it gets the door itself.
    """
    if programs.user is None or not os.path.exists("/proc/self/fd"):
        yield str(folder), []
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", [descriptor]
    finally:
        os.close(descriptor)


def private(folder: Path, programs: Programs) -> None:
    """The folder is there, nobody else can enter it, and the server's user owns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = os.lstat(folder).st_uid
    wanted = programs.user.pw_uid if programs.user else os.geteuid()
    if folder.is_symlink() or owner not in (wanted, os.geteuid()):
        raise Unable("folder_of_another", folder=str(folder))
    os.chmod(folder, 0o700)
    if programs.user:
        os.chown(folder, programs.user.pw_uid, programs.user.pw_gid)


def let_in(cluster: Path) -> None:
    """Only the system's user who made the cluster may connect, under the names of our roles and as no one else."""
    us = pwd.getpwuid(os.geteuid()).pw_name
    roles = (place.ADMIN_ROLE, place.OWNER_ROLE, place.APP_ROLE, place.BATCH_ROLE)
    (cluster / "pg_hba.conf").write_text("local all all peer map=comptant\n", encoding="utf-8")
    (cluster / "pg_ident.conf").write_text(
        "".join(f'comptant "{us}" {role}\n' for role in roles), encoding="utf-8"
    )  # both files exist and keep their owner


def lives_in(pid: int, cluster: Path) -> bool:
    """True when that process is a server whose working folder is the cluster. Numbers are used again after a crash."""
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except FileNotFoundError:
        if os.path.exists("/proc/self/cwd"):
            return False
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            return False
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in said.stdout and str(cluster) in said.stdout


def refuse_little_room(folder: Path, needed: int) -> None:
    """Raises Unable when the disk has less than ``needed`` bytes left."""
    if shutil.disk_usage(folder).free < needed:
        raise Unable("disk_full", folder=str(folder))


def shared_memory() -> dict[str, str]:
    """Containers often give 64 MB of shared memory files, which a parallel query overruns."""
    try:
        small = shutil.disk_usage("/dev/shm").total < 256 * 2**20  # noqa: S108
    except OSError:
        return {}
    return {"dynamic_shared_memory_type": "mmap"} if small else {}


def environment() -> dict[str, str]:
    """PG* variables of the caller point elsewhere; a foreign locale would change the words we read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def shorten(log: Path) -> None:
    """A log that has grown long is set aside; one is kept."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


@contextmanager
def plain_words(home: Path) -> Iterator[None]:
    """The operating system's refusals in our codes."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unable("disk_full", folder=str(home)) from error
        if error.errno in UNUSABLE:
            raise Unable("home_not_writable", folder=str(home)) from error
        raise
