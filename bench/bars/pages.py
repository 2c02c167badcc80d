"""Pages at a million deals, against a signed-in Django template view over as many rows, on the same web server."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import cluster, house, seeds
from bench.bars import large_firm
from bench.measuring import Bar, Spent, in_pairs, processor_seconds
from bench.sizes import Size
from comptant.ground.database import place

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

database = large_firm.database

MOST_QUERIES = 15
THREADS = 2
"""As ``comptant serve`` has them, for product and floor alike."""
OURS_TOO = Path(__file__).parents[1] / "floor_view"
"""An equal view, for where the peers' is not at hand."""


def peers() -> Path:
    """The folder of the floor's application, ``floor_django``."""
    shared = Path(os.environ.get("COMPTANT_SHARED_DATA") or cluster.ROOT.parent / "shared" / "data")
    folder = shared.parent / "bench" / "peers"
    return folder if (folder / "floor_django.py").is_file() else OURS_TOO


def prepare(size: Size) -> None:
    """Afterwards the firm and the floor's rows are there."""
    large_firm.prepare(size)
    seeds.kept(_floor_database(size), str(size.many_deals), lambda: _fill_floor(size), has_product=False)


def _floor_database(size: Size) -> str:
    return f"bench_floor_{size.name}"


def _fill_floor(size: Size) -> None:
    """The peers' table and indexes, with as many open opportunities as the firm has deals."""
    with cluster.connect(place.OWNER_ROLE, _floor_database(size)) as owner:
        owner.execute("CREATE SCHEMA IF NOT EXISTS floor")
        for statement in FLOOR_TABLES.format(rows=size.many_deals).split(";\n"):
            owner.execute(statement)
    seeds.refresh(_floor_database(size))


FLOOR_TABLES = """
SET search_path = floor, public;
CREATE TABLE party (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE opportunity (id bigint PRIMARY KEY, number text NOT NULL, party_id bigint NOT NULL REFERENCES party,
  employee_id int NOT NULL, amount numeric(14, 2) NOT NULL, stage text NOT NULL, start_date date NOT NULL,
  description text, probability real NOT NULL DEFAULT 0.5);
INSERT INTO party SELECT g, 'Quartz Raven ' || md5(g::text) FROM generate_series(1, 10000) g;
INSERT INTO opportunity (id, number, party_id, employee_id, amount, stage, start_date, description)
SELECT g, 'O' || lpad(g::text, 7, '0'), 1 + g % 10000, 1, 100 + (g::bigint * 7919 % 8990000) / 100.0, 'lead',
       date '2026-01-01' + (g % 300)::int, 'Opportunity ' || g FROM generate_series(1, {rows}) g;
CREATE INDEX ON opportunity (party_id);
CREATE INDEX ON opportunity (amount DESC, id) WHERE stage IN ('lead', 'opportunity')
"""


def run(size: Size) -> list[Bar]:
    """Each page in pairs with the floor's list, a request at a time on a connection that stays open."""
    firm = house.firm_called("large")
    cookie = _sign_in(firm)
    addresses = _addresses(firm)
    bars = []
    with _floor(size) as floor, _product(size) as product:
        floor_page = floor.asker(lambda: "/list", floor.cookie)
        for name, address in addresses.items():
            page = product.asker(address, f"sessionid={cookie}")
            pairs = in_pairs(size.rounds, lambda: floor.time(floor_page, size.requests),
                             lambda: product.time(page, size.requests))  # noqa: B023  # fmt: skip
            slow, ours = pairs.walls()
            queries = _queries(cookie, address())
            bars.append(
                Bar(
                    f"page {name}", f"the page {name} at {size.many_deals:,} deals: at most 3 times a signed-in"
                    " Django template view", 3, False, pairs.slowdowns(), pairs.cpu_slowdown(), f"{slow * 1000:.1f} ms",
                    f"{ours * 1000:.1f} ms", f"{queries} queries",
                )
            )  # fmt: skip
            bars.append(
                Bar(
                    f"queries {name}",
                    f"the page {name}: at most {MOST_QUERIES} queries",
                    MOST_QUERIES,
                    False,
                    [queries],
                )
            )
    return bars


def _addresses(firm: Firm) -> Mapping[str, Callable[[], str]]:
    """Pages by name; "path, any day" asks for another day each time, so that no figure is at hand."""
    days = count(1)
    home = f"/f/{firm.ref}"
    return {
        "path": lambda: f"{home}/path/",
        "path, any day": lambda: f"{home}/path/?as_of={seeds.TODAY - timedelta(days=next(days) % 1000)}",
        "deals": lambda: f"{home}/deals/",
        "deal": lambda: f"{home}/deals/D{next(days) * 97 % 9000 + 1:08d}/",
    }


def _sign_in(firm: Firm) -> str:
    """A session of the bench's user."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from comptant.ground.firms.models import User

    user = User.objects.get(email=house.EMAIL)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _queries(cookie: str, address: str) -> int:
    """How many queries a page makes, once the process is warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.cookies["sessionid"] = cookie
    client.get(address)
    with CaptureQueriesContext(connection) as heard:
        assert client.get(address).status_code == 200
    said = [query["sql"] for query in heard.captured_queries]
    return sum(not words.startswith(("BEGIN", "COMMIT", "SET LOCAL", "SAVEPOINT", "RELEASE")) for words in said)


class Web:
    """A web server under test."""

    def __init__(self, port: int, server: subprocess.Popen[bytes], cookie: str = "") -> None:
        self.port, self.server, self.cookie = port, server, cookie

    def asker(self, address: Callable[[], str], cookie: str, token: str = "") -> Callable[[], None]:
        """Asks for a page, on one connection; with a token, for an answer of the API."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {token}"}
        headers |= {"Accept-Language": "en", "Host": "127.0.0.1"}

        def ask() -> None:
            where = address()
            try:
                line.request("GET", where, headers=headers)
                answer = line.getresponse()
            except ConnectionError:  # it was idle while the other side was measured
                line.close()
                line.request("GET", where, headers=headers)
                answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200 and len(body) > 1_000, (answer.status, body[:300])

        return ask

    def time(self, ask: Callable[[], None], requests: int) -> Spent:
        """The median request, warm; processor time of the server's processes alone, a request."""
        for _ in range(5):
            ask()
        walls, cpu = [], sum(map(processor_seconds, self._pids()))
        for _ in range(requests):
            began = time.perf_counter()
            ask()
            walls.append(time.perf_counter() - began)
        return Spent(statistics.median(walls), sum(map(processor_seconds, self._pids())) - cpu)

    def _pids(self) -> list[int]:
        """The server and its children."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children")
        found = children.read_text(encoding="ascii").split() if children.exists() else []
        return [self.server.pid, *map(int, found)]


@contextmanager
def _floor(size: Size, workers: int = 1) -> Iterator[Web]:
    """The floor's application, its session made by itself."""
    own = {
        "FLOOR_DSN": f"postgresql://{place.OWNER_ROLE}@/{_floor_database(size)}", "FLOOR_SCHEMA": "floor",
        "FLOOR_FULL": "1", "PGHOST": str(place.socket_folder(cluster.HOME)), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment = {**kept, **own}
    made = subprocess.run(
        [sys.executable, "floor_django.py"], cwd=peers(), env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    with _serving("floor_django:application", environment, peers(), "/ping", workers) as (port, server):
        yield Web(port, server, f"sessionid={made.stdout.strip()}")


@contextmanager
def _product(size: Size) -> Iterator[Web]:
    environment = dict(cluster.environment(database(size)))
    with _serving("comptant.wsgi:application", environment, cluster.ROOT, "/login/") as (port, server):
        yield Web(port, server)


@contextmanager
def _serving(
    application: str, environment: Mapping[str, str], folder: Path, first: str, workers: int = 1
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """An application on the product's own web server, one process unless more are asked for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        _await(port, first, server)
        yield port, server
    finally:
        server.terminate()
        server.wait(30)


def _await(port: int, first: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the web server ended"
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", first)
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the web server does not answer")
