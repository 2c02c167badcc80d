"""The balances of the path at past dates, against adding up every posting in SQL."""

from __future__ import annotations

from datetime import date, timedelta

from bench import house, seeds
from bench.bars import large_firm
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size

database = large_firm.database
prepare = large_firm.prepare

ADDED_UP = """
SELECT source, target, source_stage, target_stage, sum(net), sum(tax) FROM journal_posting
WHERE firm_id = %s AND occurred_on <= %s GROUP BY 1, 2, 3, 4
"""
DAYS_AGO = (0, 45, 200, 420, 800)


def run(size: Size) -> list[Bar]:
    """At several dates, the same sums both ways."""
    from django.db import connection

    from comptant.ground.database.scope import firm_scope
    from comptant.ground.journal.sums import sums

    firm = house.firm_called("large")
    bars = []
    with firm_scope(firm.id), connection.cursor() as cursor:
        server = connection.connection.info.backend_pid
        cursor.execute("SELECT count(*) FROM journal_posting WHERE firm_id = %s", [firm.id])
        postings = cursor.fetchone()[0]

        def add_up(day: date) -> dict[tuple[str, ...], tuple[object, ...]]:
            cursor.execute(ADDED_UP, [firm.id, day])
            return {tuple(row[:4]): tuple(row[4:]) for row in cursor.fetchall() if any(row[4:])}

        for ago in DAYS_AGO:
            day = seeds.TODAY - timedelta(days=ago)
            ours = {pair[1:]: amounts for pair, amounts in sums(firm, day).flows.items() if any(amounts)}
            assert ours == add_up(day), f"the sums at {day} differ"

            def floor(day: date = day) -> Spent:
                return spent(lambda: add_up(day), [server])

            def product(day: date = day) -> Spent:
                return spent(lambda: sums(firm, day), [server])

            pairs = in_pairs(size.rounds, floor, product)
            slow, quick = pairs.walls()
            bars.append(
                Bar(
                    f"path, {ago} days ago",
                    f"balances at a past date on {postings:,} postings: under 0.2 of adding them up in SQL",
                    0.2, False, pairs.slowdowns(), pairs.cpu_slowdown(), f"{slow * 1000:,.0f} ms",
                    f"{quick * 1000:,.0f} ms",
                )
            )  # fmt: skip
    return bars
