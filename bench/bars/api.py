"""The API: one deal against the same inserts committed by SQL, and a page of fifty against a signed-in JSON view."""

from __future__ import annotations

import json
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Barrier, Thread

import psycopg

from bench import cluster, house, seeds
from bench.bars import large_firm, pages
from bench.bars.pages import Web
from bench.measuring import Bar, Spent, in_pairs, processor_seconds, spent
from bench.sizes import Size
from comptant.ground.database import place
from comptant.ground.database.ids import uuid7_digits

WRITERS = 4
MOST_STATEMENTS = 15
ON_ONE_CONNECTION = 10_000
"""Posts on a connection before a program opens its next: all of them, as a program keeps its connection."""
NOWHERE = "0" * 32
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_REF = re.compile("'D-[0-9A-Z]{8}'")
_KEY = re.compile("'heard-[0-9a-f]+'")
_INSERTS = re.compile(r"^\s*(?:INSERT|WITH i0 AS \(INSERT)")
CONTROL = ("BEGIN", "COMMIT", "SET LOCAL", "SAVEPOINT", "RELEASE")


def database(size: Size) -> str:
    """Its name in the cluster: a firm with a hundredth of the large one's deals, to which deals are added."""
    return f"bench_api_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards both firms and the floor's rows are there; the small one anew, for its deals stay."""
    pages.prepare(size)
    cluster.drop_database(database(size))
    cluster.make_database(database(size))
    cluster.inside(database(size), "seed_api", size.name)


def seed(size: Size) -> None:
    """Inside: found the small firm."""
    house.found(database(size), "small", max(100, size.many_deals // 100))
    seeds.refresh(database(size))


def token(ref: str) -> str:
    """Inside: a token of the bench's user for a firm."""
    from datetime import UTC, datetime

    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.models import Member
    from comptant.ground.firms.tokens import SCOPES, make_token

    firm = house.firm_called(ref)
    with firm_scope(firm.id):
        member = Member.objects.select_related("firm").get(firm=firm, name="Bench")
        return make_token(member, name="bench", scopes=SCOPES, at=datetime.now(UTC))[1]


def run(size: Size) -> list[Bar]:
    """The list first, while the small firm is as it was seeded."""
    return [*_lists(size), *_deals(size)]


def _lists(size: Size) -> list[Bar]:
    large = json.loads(cluster.inside(large_firm.database(size), "token", "large"))
    with (
        pages._floor(size) as floor,
        _product(large_firm.database(size)) as product,
        _product(database(size)) as small,
    ):
        view = floor.asker(lambda: "/json", floor.cookie)
        ours = product.asker(lambda: "/api/v1/deals", "", large)
        few = small.asker(lambda: "/api/v1/deals", "", token("small"))
        against = in_pairs(
            size.rounds, lambda: floor.time(view, size.requests), lambda: product.time(ours, size.requests)
        )
        grown = in_pairs(size.rounds, lambda: small.time(few, size.requests), lambda: product.time(ours, size.requests))
    theirs, own = against.walls()
    before, after = grown.walls()
    return [
        Bar(
            "api list", f"fifty deals by the API at {size.many_deals:,}: at most 1.5 times a signed-in Django"
            " JSON view", 1.5, False, against.slowdowns(), against.cpu_slowdown(), f"{theirs * 1000:.1f} ms",
            f"{own * 1000:.1f} ms",
        ),
        Bar(
            "api list, grown", "fifty deals by the API: at most 1.3 times the time at a hundredth as many deals", 1.3,
            False, grown.slowdowns(), grown.cpu_slowdown(), f"{before * 1000:.1f} ms", f"{after * 1000:.1f} ms",
        ),
    ]  # fmt: skip


def _deals(size: Size) -> list[Bar]:
    secret = token("small")
    inserts, statements = _heard(secret)
    bars = []
    for writers, least in ((1, 0.12), (WRITERS, 0.25)):
        with _product(database(size), workers=min(writers, 2)) as product:
            _posts(product, secret, writers, 3)
            pairs = in_pairs(
                size.rounds,
                lambda: _floor(size, inserts, writers),  # noqa: B023
                lambda: _posts(product, secret, writers, size.posts),  # noqa: B023
            )
        floor, ours = pairs.walls()
        slowdown, deals = pairs.cpu_slowdown(), writers * size.posts
        bars.append(
            Bar(
                f"api deal, {writers}", f"one deal by the API with {writers} client(s): at least {least} of the same"
                " inserts committed by SQL", least, True, pairs.shares(), slowdown and 1 / slowdown,
                f"{deals / floor:,.0f} deals/s", f"{deals / ours:,.0f} deals/s",
            )
        )  # fmt: skip
    promise = f"one deal by the API: at most {MOST_STATEMENTS} statements"
    return [*bars, Bar("statements api deal", promise, MOST_STATEMENTS, False, [float(statements)])]


BODY = {"party": "P0", "title": "Audit of the treasury", "amount": "12000.00", "stage": "contacted"}


def _heard(secret: str) -> tuple[list[str], int]:
    """The inserts of one deal, what is new in them left open, and how many statements the whole call makes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost", "authorization": f"Bearer {secret}"})

    def ask() -> None:
        headers = {"idempotency-key": f"heard-{secrets.token_hex(8)}"}
        answer = client.post("/api/v1/deals", BODY, "application/json", headers=headers)
        assert answer.status_code == 201, answer.content

    ask()
    with CaptureQueriesContext(connection) as heard:
        ask()
    said = [query["sql"] for query in heard.captured_queries]
    known = _known()
    return [_opened(words, known) for words in said if _INSERTS.match(words)], sum(
        not words.startswith(CONTROL) for words in said
    )


def _known() -> set[str]:
    """The ids that were there before: the party's, the member's, the tokens'."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.models import ApiToken, Member
    from comptant.ground.parties.models import Party

    firm = house.firm_called("small")
    with firm_scope(firm.id):
        rows = [*Party.objects.filter(firm=firm, ref=BODY["party"]), *Member.objects.filter(firm=firm)]
        return {row.id.hex for row in (*rows, *ApiToken.objects.filter(firm=firm))}


def _digits(found: str) -> str:
    return found.replace("-", "")


def _opened(words: str, known: set[str]) -> str:
    """A statement with its new ids, its ref and its key left open."""
    words = words.replace("{", "{{").replace("}", "}}")

    def open_up(match: re.Match[str]) -> str:
        digits = _digits(match[0])
        return match[0] if digits == NOWHERE or digits in known else "{" + f"u{digits}" + "}"

    return _KEY.sub("'{key}'", _REF.sub("'{ref}'", _UUID.sub(open_up, words)))


def _floor(size: Size, inserts: list[str], writers: int) -> Spent:
    """As many bare clients, each committing the same inserts with ids of its own."""
    told = json.dumps({"inserts": inserts, "firm": house.firm_called("small").id, "times": size.posts})
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.inside", "write_api", database(size)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )
        for _ in range(writers)
    ]  # fmt: skip
    for client in clients:
        assert client.stdin and client.stdout
        client.stdin.write(told + "\n")
        client.stdin.flush()
        assert client.stdout.readline() == "ready\n"
    for client in clients:
        assert client.stdin
        client.stdin.write("go\n")
        client.stdin.flush()
    costs = [json.loads(client.communicate()[0]) for client in clients]
    return Spent(max(cost["wall"] for cost in costs), sum(cost["cpu"] for cost in costs))


def write(database: str) -> dict[str, float]:
    """Inside, one bare client: read what to send, get ready, wait for the word."""
    told = json.loads(sys.stdin.readline())
    names = sorted({name for words in told["inserts"] for name in re.findall(r"\{(u[0-9a-f]+)\}", words)})
    client = psycopg.connect(cluster.url(place.APP_ROLE, database), cursor_factory=psycopg.ClientCursor)

    def send() -> None:
        for _ in range(told["times"]):
            new: dict[str, str] = dict(zip(names, uuid7_digits(len(names)), strict=True))
            new |= {"ref": f"D-{secrets.token_hex(8)}", "key": secrets.token_hex(8)}
            with client.cursor() as cursor:
                cursor.execute(f"SET LOCAL app.firm = '{told['firm']}'")
                for words in told["inserts"]:
                    cursor.execute(words.format(**new))
            client.commit()

    print("ready", flush=True)
    sys.stdin.readline()
    cost = spent(send, [client.info.backend_pid])
    return {"wall": cost.wall, "cpu": cost.cpu}


def _posts(web: Web, secret: str, writers: int, times: int) -> Spent:
    """As many programs at once; from the first word to the last answer."""
    numbers, gate = count(), Barrier(writers + 1)
    body = json.dumps(BODY)
    asked = (
        f"POST /api/v1/deals HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {{}}\r\n\r\n{body}"
    )
    before_key, after_key = asked.split("{}", 1)

    def ask() -> None:
        gate.wait()
        for some in range(0, times, ON_ONE_CONNECTION):
            with socket.create_connection(("127.0.0.1", web.port), timeout=120) as line:
                for _ in range(min(ON_ONE_CONNECTION, times - some)):
                    key = f"{secrets.token_hex(6)}-{next(numbers)}"
                    line.sendall(f"{before_key}{key}{after_key}".encode("ascii"))
                    said = _answer(line)
                    assert said.startswith(b"HTTP/1.1 201"), said[:500]

    asking = [Thread(target=ask) for _ in range(writers)]
    for one in asking:
        one.start()

    def work() -> None:
        gate.wait()
        for one in asking:
            one.join()

    before = sum(map(processor_seconds, web._pids()))
    cost = spent(work)
    return Spent(cost.wall, sum(map(processor_seconds, web._pids())) - before)


def _answer(line: socket.socket) -> bytes:
    """One answer, whole: its head, then as many bytes as the head says."""
    said = line.recv(65536)
    while (head := said.find(b"\r\n\r\n")) < 0:
        said += line.recv(65536)
    length = re.search(rb"content-length: *(\d+)", said[:head], re.IGNORECASE)
    assert length is not None, said[:head]
    while len(said) < head + 4 + int(length[1]):
        said += line.recv(65536)
    return said


@contextmanager
def _product(database: str, workers: int = 1) -> Iterator[Web]:
    environment = {**cluster.environment(database), "COMPTANT_API_PER_MINUTE": "100000000"}
    with pages._serving("comptant.wsgi:application", environment, cluster.ROOT, "/login/", workers=workers) as (
        port,
        server,
    ):
        yield Web(port, server)
