"""Reminders for late invoices, prepared, against the SQL that writes the same rows. Nothing is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench import cluster, house, seeds
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

DAY = seeds.TODAY + timedelta(days=7)
"""On which every invoice is due for a reminder."""

_ROWS = (
    """
CREATE TEMP TABLE late AS
SELECT d.id AS deal_id, d.party_id, row_number() OVER (ORDER BY d.id) AS g,
       pg_temp.made_id(row_number() OVER (ORDER BY d.id), 6000003) AS invoice_id
FROM deals_deal d WHERE d.firm_id = {firm} ORDER BY d.id LIMIT {invoices}
""",
    """
INSERT INTO invoices_invoice (id, firm_id, deal_id, party_id, number, kind, issued_on, due_on, net, tax, currency,
                              is_elsewhere, open_net, open_tax, custom)
SELECT invoice_id, {firm}, deal_id, party_id, 'F-' || g, 'invoice', '{day}'::date - 70 - (g % 300)::int,
       '{day}'::date - 40 - (g % 300)::int, 1000 + g % 977, 200, 'EUR', true,
       1000 + g % 977 - CASE WHEN g % 100 = 0 THEN 100 ELSE 0 END, 200, '{{}}'
FROM late
""",
    """
INSERT INTO journal_balance (id, firm_id, deal_id, account, document, net, tax)
SELECT pg_temp.made_id(g, 7000003), {firm}, deal_id, 'overdue', invoice_id,
       1000 + g % 977 - CASE WHEN g % 100 = 0 THEN 100 ELSE 0 END, 200 FROM late
""",
    """
INSERT INTO journal_posting (id, firm_id, act_id, deal_id, n, source, target, source_stage, target_stage, net, tax,
                             document, occurred_on)
SELECT pg_temp.made_id(g * 4 + k, 8000003), {firm}, invoice_id, deal_id, k, source, target, '', '', net, tax,
       invoice_id, day
FROM late, LATERAL (VALUES
  (1, 'billable', 'invoiced', 1000 + g % 977, 200, '{day}'::date - 70 - (g % 300)::int),
  (2, 'invoiced', 'overdue', 1000 + g % 977, 200, '{day}'::date - 39 - (g % 300)::int),
  (3, 'overdue', 'cashed', 100, 0, '{day}'::date - 20)) p(k, source, target, net, tax, day)
WHERE k < 3 OR g % 100 = 0
""",
)  # One invoice in a hundred was paid in part, late.

PREPARED = """
CREATE UNLOGGED TABLE bench_prepared AS
SELECT id, firm_id, invoice_id, party_id, level, channel, is_automatic, prepared_on, state, days_late, open_amount,
       interest, indemnity, why_dropped FROM recovery_reminder WHERE firm_id = {firm}
"""
SAME_ROWS = """
INSERT INTO recovery_reminder (id, firm_id, invoice_id, party_id, level, channel, is_automatic, prepared_on, state,
                               days_late, open_amount, interest, indemnity, why_dropped)
SELECT * FROM bench_prepared
"""


def database(size: Size) -> str:
    """Its name in the cluster."""
    return f"bench_late_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards the firm with late invoices is there, and what the floor will write."""
    told = f"{size.deals} {_ROWS}"
    seeds.kept(database(size), told, lambda: cluster.inside(database(size), "seed_late", size.name))


def seed(size: Size) -> None:
    """Inside: found the firm, make its invoices late; keep what the product prepares, for the floor to write."""
    from comptant.ground.database.scope import firm_scope
    from comptant.journey.recovery.dunning import prepare_reminders

    house.found(database(size), "late", size.deals, 0, 1)
    firm = house.firm_called("late")
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin, admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute(seeds.MADE_ID)
        for statement in _ROWS:
            admin.execute(statement.format(firm=firm.id, invoices=size.deals, day=DAY))
    seeds.refresh(database(size))
    with firm_scope(firm.id):
        assert prepare_reminders(firm, DAY) == size.deals
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute("DROP TABLE IF EXISTS bench_prepared")
        admin.execute(PREPARED.format(firm=firm.id))
        admin.execute(f"GRANT SELECT ON bench_prepared TO {place.APP_ROLE}")
        admin.execute("DELETE FROM recovery_reminder")
    seeds.refresh(database(size))


def run(size: Size) -> list[Bar]:
    """Pairs; beside each, a second run on the same day, with nothing due."""
    firm = house.firm_called("late")
    seconds: list[float] = []

    def product() -> Spent:
        first, second = _prepare(size, firm)
        seconds.append(second.wall)
        return first

    pairs = in_pairs(size.rounds, lambda: _same_rows(size, firm), product)
    floor, ours = pairs.walls()
    what = f"reminders of {size.deals:,} late invoices, prepared"
    again = [second / theirs.wall for second, theirs in zip(seconds, pairs.floor, strict=True)]
    return [
        Bar(
            "reminders", f"{what}: at most 3 times the SQL that writes the same rows", 3, False, pairs.slowdowns(),
            pairs.cpu_slowdown(), f"{floor:,.2f} s", f"{ours:,.2f} s",
        ),
        Bar("reminders, again", "run again with nothing due: at most 0.3 of that SQL", 0.3, False, again),
    ]  # fmt: skip


def _prepare(size: Size, firm: Firm) -> tuple[Spent, Spent]:
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope
    from comptant.journey.recovery.dunning import prepare_reminders

    made: list[int] = []
    with firm_scope(firm.id):
        server = connection.connection.info.backend_pid
        first, second = (spent(lambda: made.append(prepare_reminders(firm, DAY)), [server]) for _ in range(2))
        transaction.set_rollback(True)
    assert made == [size.deals, 0], made
    _tidy(size)
    return first, second


def _same_rows(size: Size, firm: Firm) -> Spent:
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope

    def write(cursor: Any) -> None:
        cursor.execute(SAME_ROWS)

    with firm_scope(firm.id), connection.cursor() as cursor:
        cost = spent(lambda: write(cursor), [connection.connection.info.backend_pid])
        transaction.set_rollback(True)
    _tidy(size)
    return cost


def _tidy(size: Size) -> None:
    """Clear away what was taken back, so that each run finds the same table."""
    with cluster.connect(place.ADMIN_ROLE, database(size)) as admin:
        admin.execute("VACUUM (ANALYZE) recovery_reminder")
    cluster.settle()
