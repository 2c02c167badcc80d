"""Finding a party by any part of its name among a million, under row-level security, against indexed SQL without it.

``LIKE`` is declared leaking again, as on a managed database, where nobody may declare otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from bench import cluster, house, seeds
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place
from comptant.ground.database.bootstrap import LEAKPROOF

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

NAME = """(ARRAY['Quartz', 'Raven', 'Harbor', 'Lumen', 'Nimbus', 'Onyx', 'Pylon'])[1 + p % 7] || ' ' || md5(p::text)"""
PARTIES = f"""
INSERT INTO parties_party (id, firm_id, ref, name, kind, country, siren, siret, vat_number, bn, email, phone, street,
                           postcode, city, language, iban, tags, custom, is_mentioned)
SELECT pg_temp.made_id(p, 9000003), {{firm}}, 'S' || p, {NAME}, 'company', 'FR', lpad(p::text, 9, '0'), '', '', '',
       'a@d' || p % 50000 || '.example', '', '', '', '', '', '', '{{{{}}}}', '{{{{}}}}', false
FROM generate_series(1, {{parties}}) p
"""
FLOOR = """
SELECT * FROM (SELECT id, name, email FROM parties_party WHERE firm_id = %s AND lower(name) LIKE %s LIMIT 1000) found
ORDER BY lower(name), id LIMIT 50
"""
SHOWN = 50


def database(size: Size) -> str:
    """Its name in the cluster."""
    return f"bench_search_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards the firm is there, with as many parties as the large firm has deals."""
    told = f"{size.many_deals} {PARTIES}"
    seeds.kept(database(size), told, lambda: cluster.inside(database(size), "seed_search", size.name))
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        for function in LEAKPROOF:
            admin.execute(f"ALTER FUNCTION {function} NOT LEAKPROOF")


def seed(size: Size) -> None:
    """Inside: found the firm, and let it know everybody."""
    house.found(database(size), "search", 10)
    firm = house.firm_called("search")
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute(seeds.MADE_ID)
        admin.execute(PARTIES.format(firm=firm.id, parties=size.many_deals))
    seeds.refresh(database(size))


def run(size: Size) -> list[Bar]:
    """The same words on both sides, each as many times as a page is asked for."""
    firm = house.firm_called("search")
    floor = psycopg.connect(cluster.url(place.OWNER_ROLE, database(size)), autocommit=True)
    words = _words(floor, firm.id)
    for side in (lambda: _bare(floor, firm, words, 1), lambda: _ours(firm, words, 1)):
        side()
    times = max(1, size.requests // 10)
    pairs = in_pairs(size.rounds, lambda: _bare(floor, firm, words, times), lambda: _ours(firm, words, times))
    theirs, ours = (1000 * wall / (times * len(words)) for wall in pairs.walls())
    return [
        Bar(
            "search", f"a party by any part of its name, {size.many_deals:,} of them: under 10 times the indexed SQL"
            " without row-level security", 10, False, pairs.slowdowns(), pairs.cpu_slowdown(), f"{theirs:.2f} ms",
            f"{ours:.2f} ms",
        )
    ]  # fmt: skip


def _words(floor: psycopg.Connection[Any], firm_id: int) -> list[str]:
    """Parts of names that are there: from within, from the beginning, frequent ones; and some that are not."""
    sample = floor.execute(
        "SELECT lower(name) FROM parties_party WHERE firm_id = %s ORDER BY ref LIMIT 14", [firm_id]
    ).fetchall()
    within = [name[n % 9 + 10 : n % 9 + 15 + n % 4] for n, (name,) in enumerate(sample)]
    return [*within, *(name[:9] for (name,) in sample[:4]), "raven", "onyx 1", "zzzzzz", "fedcba98"]


def _bare(floor: psycopg.Connection[Any], firm: Firm, words: list[str], times: int) -> Spent:
    def ask() -> None:
        for _ in range(times):
            for word in words:
                floor.execute(FLOOR, [firm.id, f"%{word}%"]).fetchall()

    return spent(ask, [floor.info.backend_pid])


def _ours(firm: Firm, words: list[str], times: int) -> Spent:
    from django.db import connection

    from comptant.ground.database.scope import firm_scope
    from comptant.journey.prospects.queries import search_parties

    def ask() -> None:
        for _ in range(times):
            for word in words:
                with firm_scope(firm.id):
                    search_parties(firm, word, SHOWN)

    connection.ensure_connection()
    return spent(ask, [connection.connection.info.backend_pid])
