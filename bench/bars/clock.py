"""The clock over deals in hand, against the SQL that writes the same rows. Nothing is kept: each run is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import cluster, house, seeds
from bench.bars import large_firm
from bench.measuring import Bar, Pairs, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

database = large_firm.database
prepare = large_firm.prepare

CROSSED = """
CREATE UNLOGGED TABLE bench_crossed AS
SELECT s.id AS row_id, s.deal_id, s.next_at, s.next_on, s.stage, s.net, s.next_details, s.next_rule,
       (SELECT 1 + max(seq) FROM journal_act a WHERE a.firm_id = s.firm_id AND a.deal_id = s.deal_id) AS seq,
       pg_temp.made_id(1 << 36, 1 + row_number() OVER (ORDER BY s.deal_id)) AS act_id,
       pg_temp.made_id(1 << 36, 10000000 + row_number() OVER (ORDER BY s.deal_id)) AS posting_id,
       pg_temp.made_id(1 << 36, 20000000 + row_number() OVER (ORDER BY s.deal_id)) AS balance_id
FROM pipeline_standing s WHERE s.firm_id = {firm} AND s.next_on <= '{until}' AND s.place = 'hoped' ORDER BY s.deal_id
"""
NOWHERE = "'00000000-0000-0000-0000-000000000000'"
SAME_ROWS = (
    """
INSERT INTO journal_act (id, firm_id, deal_id, seq, said, rank, kind, occurred_at, occurred_on, is_clock, stage,
                         details, fact_key)
SELECT act_id, {firm}, deal_id, seq, seq, 0, 'stalled', next_at, next_on, true, stage, next_details, ''
FROM bench_crossed
""",
    """
INSERT INTO journal_posting (id, firm_id, act_id, deal_id, n, source, target, source_stage, target_stage, net, tax,
                             occurred_on)
SELECT posting_id, {firm}, act_id, deal_id, 1, 'hoped', 'stalled', stage, '', net, 0, next_on FROM bench_crossed
""",
    f"""
UPDATE journal_balance b SET net = b.net - c.net FROM bench_crossed c
WHERE b.firm_id = {{firm}} AND b.deal_id = c.deal_id AND b.account = 'hoped' AND b.document = {NOWHERE}
""",
    f"""
INSERT INTO journal_balance (id, firm_id, deal_id, account, document, net, tax)
SELECT balance_id, {{firm}}, deal_id, 'stalled', {NOWHERE}, net, 0 FROM bench_crossed
""",
    "INSERT INTO journal_unsealed (id, firm_id) SELECT act_id, {firm} FROM bench_crossed",
    """
INSERT INTO journal_flowrollup (id, firm_id, batch, occurred_on, currency, source, target, source_stage, target_stage,
                                net, tax)
SELECT gen_random_uuid(), {firm}, gen_random_uuid(), next_on, 'EUR', 'hoped', 'stalled', stage, '', sum(net), 0
FROM bench_crossed GROUP BY next_on, stage
""",
    """
INSERT INTO journal_presencerollup (id, firm_id, batch, occurred_on, currency, account, deals)
SELECT gen_random_uuid(), {firm}, gen_random_uuid(), next_on, 'EUR', unnest(ARRAY['hoped', 'stalled']), count(*)
FROM bench_crossed GROUP BY next_on
""",
    """
UPDATE pipeline_standing s SET place = 'stalled', stalled_on = c.next_on, stall_rule = c.next_rule, next_on = NULL,
       next_rule = '', next_at = NULL, next_details = NULL
FROM bench_crossed c WHERE s.firm_id = {firm} AND s.id = c.row_id
""",
)


def run(size: Size) -> list[Bar]:
    """Pairs on the large firm, and beside each the second run and the firm half as large."""
    large, half = house.firm_called("large"), house.firm_called("half")
    _note_crossings(size, large)
    again: list[float] = []
    doubled: list[float] = []

    def product() -> Spent:
        cost, second = _advance(size, large, size.crossings)
        again.append(second.wall / cost.wall)
        doubled.append(cost.wall / _advance(size, half, size.crossings // 2)[0].wall)
        return cost

    pairs = in_pairs(size.rounds, lambda: _same_rows(size, large), product)
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute("DROP TABLE bench_crossed")
    seeds.refresh(database(size))
    return _bars(size, pairs, again, doubled)


def _bars(size: Size, pairs: Pairs, again: list[float], doubled: list[float]) -> list[Bar]:
    floor, product = pairs.walls()
    what = f"the clock over {size.many_deals:,} deals, {size.crossings:,} crossings"
    return [
        Bar(
            "clock", f"{what}: at most 3 times the SQL that writes the same rows", 3, False, pairs.slowdowns(),
            pairs.cpu_slowdown(), f"{floor:,.1f} s", f"{product:,.1f} s",
        ),
        Bar("clock, again", "a second run with nothing to do: under 0.05 of the first", 0.05, False, again),
        Bar("clock, doubled", "twice the deals, twice the time (at most 2.4)", 2.4, False, doubled),
    ]  # fmt: skip


def _note_crossings(size: Size, firm: Firm) -> None:
    """What the floor will write, worked out beforehand."""
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute("DROP TABLE IF EXISTS bench_crossed")
        admin.execute(seeds.MADE_ID)
        admin.execute(CROSSED.format(firm=firm.id, until=seeds.DUE_BY))
        admin.execute(f"GRANT SELECT ON bench_crossed TO {place.APP_ROLE}")
        admin.execute("ANALYZE bench_crossed")


def _advance(size: Size, firm: Firm, expected: int) -> tuple[Spent, Spent]:
    """The clock's run and a second one, in one transaction that is then taken back."""
    from django.db import connection, transaction

    from comptant.doors.nightly import advance
    from comptant.ground.database.scope import firm_scope

    crossed: list[int] = []

    def cross() -> None:
        crossed.append(advance(firm, seeds.DUE_BY))

    with firm_scope(firm.id):
        server = connection.connection.info.backend_pid
        first, second = spent(cross, [server]), spent(cross, [server])
        transaction.set_rollback(True)
    assert crossed == [expected, 0], crossed
    _tidy(size)
    return first, second


def _same_rows(size: Size, firm: Firm) -> Spent:
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope

    def write(cursor: Any) -> None:
        for statement in SAME_ROWS:
            cursor.execute(statement.format(firm=firm.id), None)

    with firm_scope(firm.id), connection.cursor() as cursor:
        cost = spent(lambda: write(cursor), [connection.connection.info.backend_pid])
        transaction.set_rollback(True)
    _tidy(size)
    return cost


def _tidy(size: Size) -> None:
    """Clear away what was taken back, so that each run finds the same tables."""
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute("VACUUM pipeline_standing, journal_balance, journal_unsealed")
    cluster.settle()
