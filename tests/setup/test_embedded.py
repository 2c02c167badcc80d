"""The embedded PostgreSQL: started by the first, shared, stopped by the last, back after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

import psycopg
import pytest

from comptant.ground.database import place
from comptant.ground.database.binaries import find_programs
from comptant.ground.database.embedded import Embedded
from comptant.ground.database.failures import Unable
from comptant.ground.database.premises import handed_over, private

APP, ADMIN, OWNER = place.APP_ROLE, place.ADMIN_ROLE, place.OWNER_ROLE
USER = """
import sys, time
from pathlib import Path
from comptant.ground.database.embedded import Embedded
with Embedded(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="comptant-launcher-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(home):
    with Embedded(home, patience=10) as server:
        yield server


def answers(server: Embedded) -> bool:
    try:
        psycopg.connect(server.url(APP)).close()
    except psycopg.OperationalError:
        return False
    return True


def another_command(home: Path) -> subprocess.Popen[str]:
    """A process of its own that uses the database until it is told to go."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def pid_of(server: Embedded) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def test_it_starts_answers_and_stops(home):
    with Embedded(home) as server:
        assert answers(server)
        assert (server.socket.stat().st_mode & 0o777, server.cluster.stat().st_mode & 0o777) == (0o700, 0o700)
    assert not answers(server)
    assert not (server.cluster / "postmaster.pid").exists()


def test_what_is_committed_survives_a_stop_and_a_kill(home):
    with Embedded(home) as server, psycopg.connect(server.url(OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 1 AS one")
    with Embedded(home) as server:
        os.kill(pid_of(server), signal.SIGKILL)
        assert server.ensure()
        with psycopg.connect(server.url(OWNER), autocommit=True) as owner:
            assert owner.execute("TABLE kept").fetchall() == [(1,)]
            owner.execute("DROP TABLE kept")
        assert not server.ensure()


def test_it_is_durable_and_hears_no_network(server):
    with psycopg.connect(server.url(APP)) as app:
        said = {name: app.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "listen_addresses", "TimeZone")}
    assert said == {"fsync": "on", "listen_addresses": "", "TimeZone": "UTC"}


def test_the_last_one_out_stops_it(home):
    with Embedded(home) as server:
        other = another_command(home)
    assert answers(server)
    other.communicate("go\n", timeout=30)
    assert not answers(server)


def test_a_command_that_leaves_does_not_stop_it_under_anothers_feet(server):
    other = another_command(server.home)
    other.communicate("go\n", timeout=30)
    assert answers(server)


def test_a_killed_command_neither_stops_it_nor_keeps_it(home):
    other = another_command(home)
    other.kill()
    other.wait()
    server = Embedded(home)
    assert answers(server)
    with server:
        assert answers(server)
    assert not answers(server)


def test_many_commands_at_once_start_one_server(home):
    others = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [other.stdout.readline() for other in others if other.stdout] == ["in\n"] * 4
    for other in others:
        other.communicate("go\n", timeout=30)
    assert [other.returncode for other in others] == [0] * 4
    assert not answers(Embedded(home))


def test_a_number_used_again_is_no_server(home):
    """After a kill and a restart of the machine, the number in postmaster.pid may be anyone's: here, ours."""
    with Embedded(home) as server:
        pass
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n0\n5432\n\n\n 1 1\n")
    with server:
        assert answers(server)


def test_a_server_started_by_other_hands_is_left_alone(home):
    with Embedded(home):
        pass
    programs = find_programs()
    server = Embedded(home, patience=5)
    private(elsewhere := home / "elsewhere", programs)
    with (
        handed_over(server.cluster, programs) as (cluster, first),
        handed_over(elsewhere, programs) as (socket, second),
    ):
        stranger = subprocess.Popen(
            [programs.folder / "postgres", "-D", cluster, "-k", socket, "-h", ""],
            cwd="/", stderr=subprocess.DEVNULL, pass_fds=[*first, *second], **programs.identity,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 10
        while not (server.cluster / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        with pytest.raises(Unable) as refusal:
            server.join()
        assert (refusal.value.code, refusal.value.facts["pid"]) == ("database_in_use", stranger.pid)
        assert stranger.poll() is None
    finally:
        stranger.send_signal(signal.SIGINT)
        stranger.wait(30)


def test_a_start_cut_short_leaves_no_half_cluster():
    home = Path(tempfile.mkdtemp(prefix="comptant-launcher-", dir="/tmp"))
    (home / "database" / "cluster.new" / "base").mkdir(parents=True)
    with Embedded(home) as server:
        assert answers(server)
        assert not (home / "database" / "cluster.new").exists()
    shutil.rmtree(home)


def test_a_long_path_gets_a_short_socket():
    home = Path(tempfile.mkdtemp(prefix="comptant-launcher-", dir="/tmp"))
    deep = home / ("folder-" * 15)
    with Embedded(deep) as server:
        assert answers(server)
        assert len(str(server.socket)) < place.LONGEST_SOCKET_FOLDER
    shutil.rmtree(server.socket)
    shutil.rmtree(home)


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 1000))
    with pytest.raises(Unable) as refusal:
        Embedded(tmp_path / "home").join()
    assert refusal.value.code == "disk_full"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Unable) as refusal:
        Embedded(tmp_path / "file" / "home").join()
    assert refusal.value.code == "home_not_writable"


def test_a_folder_of_another_version_is_said(home):
    with Embedded(home) as server:
        pass
    version = server.cluster / "PG_VERSION"
    written = version.read_text()
    version.write_text("12\n")
    with pytest.raises(Unable) as refusal:
        server.join()
    assert refusal.value.code == "database_other_version"
    version.write_text(written)


def test_a_socket_folder_of_another_is_refused(tmp_path, monkeypatch):
    server = Embedded(tmp_path / "home")
    server.socket = Path(tempfile.mkdtemp(prefix="comptant-launcher-", dir="/tmp")) / "link"
    server.socket.symlink_to("/tmp")
    with pytest.raises(Unable) as refusal:
        server.join()
    assert refusal.value.code == "folder_of_another"
    shutil.rmtree(server.socket.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that no one else can enter")
def test_root_may_keep_its_data_where_only_root_can_enter():
    closed = Path(tempfile.mkdtemp(prefix="comptant-closed-", dir="/tmp"))
    assert closed.stat().st_mode & 0o077 == 0
    with Embedded(closed / "below" / "home") as server:
        assert answers(server)
        assert os.stat(f"/proc/{pid_of(server)}").st_uid != 0
    shutil.rmtree(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_no_one_but_its_owner_may_connect(server):
    """Even with the folders open, the socket asks who is there."""
    import pwd

    script = f"""
import os, psycopg
os.setgid({pwd.getpwnam("nobody").pw_gid}); os.setuid({pwd.getpwnam("nobody").pw_uid})
try: psycopg.connect({server.url(APP)!r}); print("let in")
except psycopg.OperationalError: print("refused")
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "refused\n"
