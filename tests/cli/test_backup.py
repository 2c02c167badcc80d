"""A backup of the demonstration, restored elsewhere and proven; files that are damaged are refused by name."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TIMEOUT = 180


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with a short name: the path of a Unix socket must be short."""
    folder = Path(tempfile.mkdtemp(prefix="comptant-backup-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def backup(place: Path) -> Path:
    """The demonstration and a file on its way in, kept while nothing else ran."""
    assert comptant(place / "a", "demo").returncode == 0
    waiting = place / "a" / "files" / "imports" / "7"
    waiting.mkdir(parents=True)
    (waiting / "déjà vu.csv").write_text("ref;client\n", "utf-8")
    done = comptant(place / "a", "backup", str(place / "kept.tar"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["rows"] > 1000
    assert said["bytes"] == (place / "kept.tar").stat().st_size
    return place / "kept.tar"


def comptant(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command on a data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMPTANT_", "DATABASE_"))}
    environment = {**kept, "COMPTANT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "comptant.settings", "LC_ALL": "C"}
    command = [sys.executable, "-m", "comptant", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT)


def damaged(place: Path, name: str, content: bytes) -> Path:
    """A file that looks like a backup."""
    path = place / name
    path.write_bytes(content)
    return path


def test_it_comes_back_as_it_was_and_doctor_finds_nothing(place: Path, backup: Path) -> None:
    shutil.copy(place / "a" / "secret-key", place / "key")
    done = comptant(place / "b", "restore", str(backup))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "secret key is another" in done.stderr
    before, after = (comptant(place / home, "path", "--json").stdout for home in "ab")
    assert json.loads(before) == json.loads(after)
    assert (place / "b/files/imports/7/déjà vu.csv").read_text("utf-8") == "ref;client\n"
    again = comptant(place / "b", "restore", str(backup))
    assert (again.returncode, str(place / "b") in again.stderr) == (3, True)


def test_it_is_readable_by_its_owner_alone_and_holds_no_key(place: Path, backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert (place / "a" / "secret-key").read_text("ascii").strip().encode() not in backup.read_bytes()
    with tarfile.open(backup) as tar:
        assert tar.getnames()[:2] == ["manifest.json", "database.dump"]
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        assert "django_session" not in json.loads(manifest.read())["rows"]


def test_it_never_writes_over_a_file(place: Path, backup: Path) -> None:
    refused = comptant(place / "a", "backup", str(backup))
    assert (refused.returncode, str(backup) in refused.stderr) == (3, True)
    nowhere = comptant(place / "a", "backup", str(place / "nowhere" / "x.tar"))
    assert (nowhere.returncode, "nowhere" in nowhere.stderr) == (3, True)
    assert [path.name for path in place.iterdir() if "backup" in path.name] == []


def test_a_damaged_file_is_refused_by_name_and_nothing_is_restored(place: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    cases = [
        (damaged(place, "flipped.tar", bytes(flipped)), "database.dump"),
        (damaged(place, "short.tar", whole[: len(whole) // 2]), "short.tar"),
        (damaged(place, "empty.tar", b""), "empty.tar"),
        (damaged(place, "words.tar", b"no backup at all" * 100), "words.tar"),
        (place / "absent.tar", "absent.tar"),
        (with_part(place, whole, "../escaped"), "escaped"),
        (with_part(place, whole, "/tmp/escaped"), "escaped"),
    ]
    for file, told in cases:
        refused = comptant(place / "c", "restore", str(file))
        assert refused.returncode == 3, refused.stdout
        assert told in refused.stderr, refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (place / "escaped").exists()
    assert comptant(place / "c", "restore", str(backup)).returncode == 0


def with_part(place: Path, whole: bytes, name: str) -> Path:
    """The backup with a part that its manifest names, outside the folder."""
    path = place / "planted.tar"
    with tarfile.open(fileobj=io.BytesIO(whole)) as old, tarfile.open(path, "w") as new:
        manifest = json.load(old.extractfile("manifest.json"))  # type: ignore[arg-type]
        manifest["parts"] = {name: "00"} | manifest["parts"]
        text = json.dumps(manifest).encode()
        for entry, content in ((tarfile.TarInfo("manifest.json"), text), (tarfile.TarInfo(name), b"x")):
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return path


def test_a_backup_of_a_newer_version_is_left_alone(place: Path, backup: Path) -> None:
    path = place / "newer.tar"
    with tarfile.open(backup) as old, tarfile.open(path, "w") as new:
        for entry in old:
            content = old.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name == "manifest.json":
                said = json.loads(content)
                content = json.dumps({**said, "migrations": [*said["migrations"], "firms.9999_to_come"]}).encode()
                entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    refused = comptant(place / "d", "restore", str(path))
    assert (refused.returncode, "9999_to_come" in refused.stderr) == (3, True)
