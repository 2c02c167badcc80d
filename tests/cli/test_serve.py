"""``comptant serve`` from outside: starts everything, stops everything, comes back after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from comptant.ground.database.embedded import Embedded


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="comptant-serve-", dir="/tmp"))
    yield folder
    with Embedded(folder):
        pass
    shutil.rmtree(folder)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def comptant(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "COMPTANT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "comptant.settings",
        "LC_ALL": "C",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "comptant", *words],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def serve(home: Path, port: int) -> subprocess.Popen[str]:
    server = comptant(home, "serve", "--port", str(port), "--workers", "1", "--no-demo")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if status(port) == 200:
            return server
        time.sleep(0.1)
    server.kill()
    raise AssertionError(server.communicate()[0])


def status(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=10) as answer:
            return int(answer.status)
    except OSError:
        return 0


def postmaster(home: Path) -> int | None:
    file = home / "database" / "cluster" / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_all(home, port, stop):
    server = serve(home, port)
    server.send_signal(stop)
    said, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert f"http://localhost:{port}/" in said
    assert "Traceback" not in said
    assert (status(port), postmaster(home)) == (0, None)


def test_a_port_that_is_taken_is_said(home, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        server = comptant(home, "serve", "--port", str(port))
        said, _ = server.communicate(timeout=60)
    assert server.returncode == 3
    assert f"port {port}" in said
    assert postmaster(home) is None


def test_it_comes_back_after_a_kill(home, port):
    server = serve(home, port)
    server.kill()
    server.wait()
    deadline = time.monotonic() + 30
    while status(port) and time.monotonic() < deadline:
        time.sleep(0.2)
    again = serve(home, port)
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=60)
    assert again.returncode == 0


def test_a_killed_database_is_started_again_under_it(home, port):
    server = serve(home, port)
    killed = postmaster(home)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while postmaster(home) == killed and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        assert server.poll() is None
        assert comptant(home, "migrate").wait(60) == 0
        assert status(port) == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    assert server.returncode == 0
