"""Screens of the journey against a signed-in Django template view of fifty rows, and how heavy they are.

The board, Aujourd'hui, a deal and a client in the firm with a million deals; Factures where a hundred thousand invoices
are late; Banque where ten thousand lines wait. The list of deals is measured against our own time at a hundredth, too.
"""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import cluster, house, seeds
from bench.bars import bank, large_firm, pages, reminders
from bench.bars.pages import Web
from bench.measuring import Bar, in_pairs
from bench.sizes import Size

if TYPE_CHECKING:
    pass

MOST_TIMES = 3
STATIC = Path(__file__).parents[2] / "src" / "comptant" / "ground" / "web" / "static" / "comptant"
BANK_AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def database(size: Size) -> str:
    """Its name in the cluster: a firm in which bank lines wait."""
    return f"bench_screens_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards the large firm, the late one, the small one and the one with bank lines are there."""
    pages.prepare(size)
    reminders.prepare(size)
    seeds.kept(database(size), f"{bank.lines(size)}", lambda: cluster.inside(database(size), "seed_screens", size.name))


def seed(size: Size) -> None:
    """Inside: invoices and a statement that nobody matched yet; a small firm to compare the large one with."""
    from comptant.doors.imports.loading import load
    from comptant.doors.imports.reading import Firm as ReadingFirm
    from comptant.doors.imports.reading import open_reading
    from comptant.ground.database.scope import firm_scope
    from comptant.journey.payments.bank import import_statement

    _, lines = bank.lines(size)
    house.found(database(size), "bank", 1)
    house.found(database(size), "small", max(100, size.many_deals // 100))
    firm = house.firm_called("bank")
    asked = ReadingFirm(firm.tz, ("contacted",), seeds.DUE_BY)
    reading = open_reading(bank._invoices(lines + lines // 5).encode(), "invoices", asked)
    assert not load(firm, reading, today=seeds.DUE_BY).errors.count
    with firm_scope(firm.id):
        assert import_statement(firm, bank.statement(lines), "march.xml", at=BANK_AT, by=None).added == lines
    seeds.refresh(database(size))


def run(size: Size) -> list[Bar]:
    """Each screen in pairs with the floor's list; the list against itself; then weights and memory."""
    cookie = cookie_of(large_firm.database(size), "large")
    numbers = count(1)
    screens: list[tuple[str, str, str, Callable[[], str]]] = [
        (name, large_firm.database(size), "large", address) for name, address in _of_large(numbers).items()
    ] + [
        ("invoices", reminders.database(size), "late", lambda: "/f/late/invoices/"),
        ("today, late", reminders.database(size), "late", lambda: "/f/late/"),
        ("bank", database(size), "bank", lambda: "/f/bank/bank/"),
        ("today, bank", database(size), "bank", lambda: "/f/bank/"),
    ]
    bars: list[Bar] = []
    with pages._floor(size) as floor, ExitStack() as open_servers:
        servers = {name: open_servers.enter_context(_serving(name)) for name in {one[1] for one in screens}}
        for name, where, firm, address in screens:
            session = cookie if firm == "large" else cookie_of(where, firm)
            bars += _beside(size, floor, servers[where], name, address, session)
        small = servers[database(size)]
        bars.append(_grown(size, servers[large_firm.database(size)], cookie, small, cookie_of(database(size), "small")))
        bars += _weights(servers[large_firm.database(size)], cookie)
        bars.append(_memory(size, floor))
    return bars


def _of_large(numbers: Iterator[int]) -> Mapping[str, Callable[[], str]]:
    home = "/f/large"
    return {
        "board": lambda: f"{home}/pipeline/?view=board",
        "list": lambda: f"{home}/deals/",
        "today": lambda: f"{home}/",
        "affaire": lambda: f"{home}/deals/D{next(numbers) * 97 % 9000 + 1:08d}/",
        "client": lambda: f"{home}/clients/P{next(numbers) % 900}/",
        "clients": lambda: f"{home}/clients/",
        "offers": lambda: f"{home}/offers/",
        "forecast": lambda: f"{home}/forecast/",
    }


def cookie_of(where: str, ref: str) -> str:
    """A session of the bench's user, in that database."""
    return str(cluster.inside(where, "session", ref)).strip().strip('"')


def session(ref: str) -> str:
    """Inside: sign the bench's user in."""
    return pages._sign_in(house.firm_called(ref))


def queries(ref: str, cookie: str, address: str) -> int:
    """Inside: how many queries a page makes."""
    return pages._queries(cookie, address)


def _beside(size: Size, floor: Web, product: Web, name: str, address: Callable[[], str], cookie: str) -> list[Bar]:
    view = floor.asker(lambda: "/list", floor.cookie)
    page = product.asker(address, f"sessionid={cookie}")
    pairs = in_pairs(size.rounds, lambda: floor.time(view, size.requests), lambda: product.time(page, size.requests))
    theirs, ours = pairs.walls()
    most = 1.5 if name == "list" else MOST_TIMES
    asked = int(str(cluster.inside(product.database, "page_queries", "", cookie, address())))
    return [
        Bar(
            f"screen {name}", f"the screen {name}: at most {most:g} times a signed-in Django template view", most,
            False, pairs.slowdowns(), pairs.cpu_slowdown(), f"{theirs * 1000:.1f} ms", f"{ours * 1000:.1f} ms",
            f"{asked} queries",
        ),
        Bar(f"queries {name}", f"the screen {name}: at most {pages.MOST_QUERIES} queries", pages.MOST_QUERIES, False,
            [float(asked)]),
    ]  # fmt: skip


def _grown(size: Size, large: Web, cookie: str, small: Web, other: str) -> Bar:
    many = large.asker(lambda: "/f/large/deals/", f"sessionid={cookie}")
    few = small.asker(lambda: "/f/small/deals/", f"sessionid={other}")
    pairs = in_pairs(size.rounds, lambda: small.time(few, size.requests), lambda: large.time(many, size.requests))
    before, after = pairs.walls()
    return Bar(
        "screen list, grown", "the list of deals: at most 1.3 times its time at a hundredth as many deals", 1.3, False,
        pairs.slowdowns(), pairs.cpu_slowdown(), f"{before * 1000:.1f} ms", f"{after * 1000:.1f} ms",
    )  # fmt: skip


def _weights(product: Web, cookie: str) -> list[Bar]:
    """What a first load sends, fonts left out, as a browser that takes gzip receives it."""
    script = len(gzip.compress((STATIC / "comptant.js").read_bytes(), 6))
    style = len(gzip.compress((STATIC / "comptant.css").read_bytes(), 6))
    page = max(_sent(product, cookie, address) for address in ("/f/large/", "/f/large/deals/", "/f/large/pipeline/"))
    return [
        Bar("first load", "a first load without fonts: at most 120 kB", 120_000, False, [float(script + style + page)]),
        Bar("script", "its script: at most 60 kB", 60_000, False, [float(script)]),
    ]


def _sent(product: Web, cookie: str, address: str) -> int:
    line = HTTPConnection("127.0.0.1", product.port, timeout=60)
    line.request("GET", address, headers={"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip"})
    return len(line.getresponse().read())


def _memory(size: Size, floor: Web) -> Bar:
    """Both servers with two processes that have answered: what the processes hold for themselves."""
    with _serving(large_firm.database(size), workers=2) as product:
        cookie = cookie_of(large_firm.database(size), "large")
        for _ in range(40):
            product.asker(lambda: "/f/large/deals/", f"sessionid={cookie}")()
        ours = sum(map(_resident, product._pids()))
    with pages._floor(size, workers=2) as bare:
        for _ in range(40):
            bare.asker(lambda: "/list", bare.cookie)()
        theirs = sum(map(_resident, bare._pids()))
    return Bar(
        "memory", "two processes: at most 3 times the memory of a signed-in bare Django", 3, False, [ours / theirs],
        None, f"{theirs / 1024:.0f} MB", f"{ours / 1024:.0f} MB",
    )  # fmt: skip


def _resident(pid: int) -> int:
    """Kilobytes a process holds, its share of what is shared."""
    for row in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if row.startswith("Pss:"):
            return int(row.split()[1])
    return 0


class Screens(Web):
    """A web server of the product, and its database."""

    def __init__(self, port: int, server: subprocess.Popen[bytes], database: str) -> None:
        super().__init__(port, server)
        self.database = database


@contextmanager
def _serving(name: str, workers: int = 1) -> Iterator[Screens]:
    environment = dict(cluster.environment(name))
    with pages._serving("comptant.wsgi:application", environment, cluster.ROOT, "/login/", workers) as (port, server):
        yield Screens(port, server, name)
