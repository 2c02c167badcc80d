"""``journal.post`` by four writers at once, against four bare clients that send the same statements."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from bench import cluster, house, seeds
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place
from comptant.ground.database.ids import uuid7_digits

if TYPE_CHECKING:
    from comptant.ground.deals.models import Deal

WRITERS = 4
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOWHERE = "0" * 32
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


def database(size: Size) -> str:
    """Its name in the cluster."""
    return "bench_posts"


def prepare(size: Size) -> None:
    """Seeded anew each time: posts stay."""
    cluster.drop_database(database(size))
    cluster.make_database(database(size))
    cluster.inside(database(size), "seed_posts", size.name)
    seeds.refresh(database(size))


def seed(size: Size) -> None:
    """Inside: a firm with deals enough, each posted on once."""
    house.found(database(size), "posts", 2 * (size.rounds + 1) * WRITERS * size.posts)


def run(size: Size) -> list[Bar]:
    """Rates of both, each round on deals of its own."""
    turn = iter(range(2 * (size.rounds + 1)))
    for side in ("bare", "product"):
        _four(size, side, next(turn))
    pairs = in_pairs(size.rounds, lambda: _four(size, "bare", next(turn)), lambda: _four(size, "product", next(turn)))
    floor, product = pairs.walls()
    slowdown, count = pairs.cpu_slowdown(), WRITERS * size.posts
    return [
        Bar(
            "post", "journal.post by 4 writers: at least 0.25 of 4 bare clients sending the same statements", 0.25,
            True, pairs.shares(), slowdown and 1 / slowdown, f"{count / floor:,.0f} acts/s",
            f"{count / product:,.0f} acts/s",
        )
    ]  # fmt: skip


def _four(size: Size, side: str, turn: int) -> Spent:
    """Four processes that begin together: the seconds of the slowest, and all their processor time."""
    command = [sys.executable, "-m", "bench.inside", "write", side, str(size.posts)]
    writers = [
        subprocess.Popen(
            [*command, str((turn * WRITERS + n) * size.posts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    costs = [json.loads(writer.communicate()[0]) for writer in writers]
    return Spent(max(cost["wall"] for cost in costs), sum(cost["cpu"] for cost in costs))


def write(side: str, posts: str, first: str) -> dict[str, float]:
    """Inside, one writer: get ready, wait for the word, post on each of its deals once."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.deals.models import Deal

    firm = house.firm_called("posts")
    refs = [f"D{number + 1:08d}" for number in range(int(first), int(first) + int(posts))]
    with firm_scope(firm.id):
        found = Deal.objects.filter(firm=firm, ref__in=[*refs]).select_related("firm").order_by("ref")
        deals = list(found)
    assert len(deals) == int(posts)
    return _bare(firm.id, deals) if side == "bare" else _ours(firm.id, deals)


def _ours(firm_id: int, deals: list[Deal]) -> dict[str, float]:
    from django.db import connection

    _wait()
    cost = spent(lambda: [_post(firm_id, deal) for deal in deals], [connection.connection.info.backend_pid])
    return {"wall": cost.wall, "cpu": cost.cpu}


def _post(firm_id: int, deal: Deal) -> None:
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.journal.actions import post
    from comptant.ground.journal.acts import Posting

    with firm_scope(firm_id):
        signed = Posting("hoped", "signed", seeds.SMALLEST, source_stage="contacted")
        post(deal, act="signed", at=AT, postings=[signed], stage="contacted", details={"amount": "100.37"})


def _bare(firm_id: int, deals: list[Deal]) -> dict[str, float]:
    """The statements of one post, heard and taken back, then sent for each deal with ids of its own."""
    heard, fresh = _hear(firm_id, deals[0])
    client = psycopg.connect(cluster.url(place.APP_ROLE, "bench_posts"), cursor_factory=psycopg.ClientCursor)

    def send() -> None:
        for deal in deals:
            ids = dict(zip(fresh, uuid7_digits(len(fresh)), strict=True))
            with client.cursor() as cursor:
                for statement in heard:
                    cursor.execute(statement.format(deal=deal.id.hex, **ids))
                    if cursor.description:
                        cursor.fetchall()
            client.commit()

    _wait()
    cost = spent(send, [client.info.backend_pid])
    return {"wall": cost.wall, "cpu": cost.cpu}


def _hear(firm_id: int, deal: Deal) -> tuple[list[str], list[str]]:
    """The statements of one post as they are sent, their ids left open; and the names of those that are new."""
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope

    heard: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append(connection.connection.cursor().mogrify(sql, params) if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen), firm_scope(firm_id):
        _post(firm_id, deal)
        transaction.set_rollback(True)
    # The outer scope is there to take the post back: its own statement is not sent twice.
    statements = [words.replace("{", "{{").replace("}", "}}") for words in heard[1:]]
    names: dict[str, str] = {deal.id.hex: "deal"}

    def open_up(match: re.Match[str]) -> str:
        digits = match[0].replace("-", "")
        if digits == NOWHERE:
            return match[0]
        return "{" + names.setdefault(digits, f"id{len(names)}") + "}"

    opened = [_UUID.sub(open_up, words) for words in statements]
    return opened, [name for name in names.values() if name != "deal"]


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()
