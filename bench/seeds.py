"""Large firms made by SQL: rows such as the product writes, without the time it would take to live through them.

A deal opens, changes stage, grows, changes stage and shrinks again, a week between: ``histories`` of these five acts,
a posting each. One in twenty more has gone on, and stands in another account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg

from bench import cluster
from comptant.ground.database import place

TODAY = date(2026, 3, 2)
DUE_BY = TODAY + timedelta(days=14)
SMALLEST = Decimal("100.37")
"""What every deal is worth at least."""
BATCHES = 4
TAIL = 20
"""Acts that no rollup holds yet: four a minute, since the tail was emptied five minutes ago."""
OTHERS = ("lost", "vanished", "declined", "stalled", "waiting", "signed", "billable", "invoiced", "overdue", "cashed")

Admin = psycopg.Connection[tuple[object, ...]]

MADE_ID = """
CREATE OR REPLACE FUNCTION pg_temp.made_id(number bigint, salt bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(1700000000000 + number), 12, '0') || '7000' || '8' || lpad(to_hex(salt), 15, '0'))::uuid $$
"""

_DEALS = """
CREATE TEMP TABLE made AS
SELECT g, pg_temp.made_id(g, %(firm)s %% 1000003) AS deal_id, %(today)s::date - 40 - (g %% 1000)::int AS opened_on,
       (100 * (1 + g %% 997) + 0.37)::numeric(18, 2) AS net,
       CASE WHEN g <= %(open)s THEN 'hoped' ELSE (%(others)s::text[])[1 + g %% 10] END AS place,
       CASE WHEN g <= %(open)s THEN least(%(histories)s, 5) ELSE 1 END AS acts
FROM generate_series(1, %(all)s::bigint) g;
ANALYZE made
"""

_ROWS = (
    """
INSERT INTO parties_party (id, firm_id, ref, name, kind, country, siren, siret, vat_number, bn, email, phone, street,
                           postcode, city, language, iban, tags, custom, is_mentioned)
SELECT pg_temp.made_id(p, 1000003 + %(firm)s %% 1000003), %(firm)s, 'P' || p,
       (ARRAY['Quartz', 'Raven', 'Harbor', 'Lumen', 'Nimbus', 'Onyx', 'Pylon'])[1 + p %% 7] || ' ' || md5(p::text),
       'company', '', '', '', '', '', '', '', '', '', '', '', '', '{}', '{}', false
FROM generate_series(0, %(parties)s - 1) p
""",
    """
INSERT INTO deals_deal (id, firm_id, ref, title, party_id, currency, custom, is_mentioned)
SELECT deal_id, %(firm)s, 'D' || lpad(g::text, 8, '0'), 'Website, lot ' || g,
       pg_temp.made_id(g %% %(parties)s, 1000003 + %(firm)s %% 1000003), 'EUR', '{}', false
FROM made
""",
    """
CREATE TEMP TABLE said AS
SELECT m.*, k, pg_temp.made_id(m.g * 8 + k, 2000003 + %(firm)s %% 1000003) AS act_id, m.opened_on + 7 * k AS on_day,
       (ARRAY['opened', 'stage', 'estimate', 'stage', 'estimate'])[k + 1] AS kind,
       (ARRAY['contacted', 'discovery', 'discovery', 'proposal', 'proposal'])[k + 1] AS stage
FROM made m, generate_series(0, m.acts - 1) k;
""",
    """
INSERT INTO journal_act (id, firm_id, deal_id, seq, said, rank, kind, occurred_at, occurred_on, is_clock, stage,
                         details, fact_key)
SELECT act_id, %(firm)s, deal_id, k + 1, k + 1, CASE WHEN k = 0 THEN 0 ELSE 1 END, kind,
       on_day::timestamp AT TIME ZONE 'Europe/Paris', on_day, false, stage,
       jsonb_build_object('amount', net::text, 'stage', stage), CASE WHEN k = 0 THEN 'row:opened' ELSE '' END
FROM said
""",
    """
CREATE TEMP TABLE moved AS
SELECT s.*, 1 AS n, (ARRAY['origin', 'hoped', 'origin', 'hoped', 'hoped'])[k + 1] AS source,
       (ARRAY['hoped', 'hoped', 'hoped', 'hoped', 'origin'])[k + 1] AS target,
       (ARRAY['', 'contacted', '', 'discovery', 'proposal'])[k + 1] AS source_stage,
       (ARRAY['contacted', 'discovery', 'discovery', 'proposal', ''])[k + 1] AS target_stage,
       CASE WHEN k IN (2, 4) THEN 50.00 WHEN k = 3 THEN s.net + 50 ELSE s.net END AS moves
FROM said s
UNION ALL
SELECT s.*, chain.n, chain.source, chain.target, CASE WHEN chain.source = 'hoped' THEN stage ELSE '' END, '', s.net
FROM said s, (VALUES ('lost', 2, 'hoped', 'lost'), ('vanished', 2, 'hoped', 'vanished'),
  ('declined', 2, 'hoped', 'declined'), ('stalled', 2, 'hoped', 'stalled'), ('waiting', 2, 'hoped', 'waiting'),
  ('signed', 2, 'hoped', 'signed'), ('billable', 2, 'hoped', 'signed'), ('billable', 3, 'signed', 'billable'),
  ('invoiced', 2, 'hoped', 'signed'), ('invoiced', 3, 'signed', 'billable'), ('invoiced', 4, 'billable', 'invoiced'),
  ('overdue', 2, 'hoped', 'signed'), ('overdue', 3, 'signed', 'billable'), ('overdue', 4, 'billable', 'invoiced'),
  ('overdue', 5, 'invoiced', 'overdue'),
  ('cashed', 2, 'hoped', 'signed'), ('cashed', 3, 'signed', 'billable'), ('cashed', 4, 'billable', 'invoiced'),
  ('cashed', 5, 'invoiced', 'cashed')) chain(place, n, source, target)
WHERE chain.place = s.place;
""",
    """
INSERT INTO journal_posting (id, firm_id, act_id, deal_id, n, source, target, source_stage, target_stage, net, tax,
                             occurred_on)
SELECT pg_temp.made_id(g * 8 + k, 3000003 + 10 * (%(firm)s %% 1000003) + n), %(firm)s, act_id, deal_id, n, source,
       target, source_stage, target_stage, moves, 0, on_day
FROM moved
""",
    """
INSERT INTO journal_balance (id, firm_id, deal_id, account, document, net, tax)
SELECT pg_temp.made_id(row_number() OVER (), 4000003 + %(firm)s %% 1000003), %(firm)s, deal_id, account,
       '00000000-0000-0000-0000-000000000000', sum(net), 0
FROM (SELECT deal_id, target AS account, moves AS net FROM moved
      UNION ALL SELECT deal_id, source, -moves FROM moved) sides GROUP BY deal_id, account
""",
    """
INSERT INTO journal_unsealed (id, firm_id) SELECT act_id, %(firm)s FROM said
""",
    """
INSERT INTO journal_unrolled (id, firm_id)
SELECT act_id, %(firm)s FROM said WHERE k = 4 AND g <= %(tail)s
""",
    """
INSERT INTO journal_flowrollup (id, firm_id, batch, occurred_on, currency, source, target, source_stage, target_stage,
                                net, tax)
SELECT gen_random_uuid(), %(firm)s, pg_temp.made_id(g %% %(batches)s, 0), on_day, 'EUR', source, target, source_stage,
       target_stage, sum(moves), 0
FROM moved WHERE NOT (k = 4 AND g <= %(tail)s) GROUP BY g %% %(batches)s, on_day, source, target, source_stage,
       target_stage
""",
    """
INSERT INTO journal_presencerollup (id, firm_id, batch, occurred_on, currency, account, deals)
SELECT gen_random_uuid(), %(firm)s, pg_temp.made_id(g %% %(batches)s, 0), opened_on, 'EUR', place, count(*)
FROM made GROUP BY g %% %(batches)s, opened_on, place
""",
    """
INSERT INTO pipeline_standing (id, firm_id, deal_id, place, stage, furthest_stage, net, has_amount, source, presented,
  opened_on, last_move_on, count_from_on, suspensions, stage_changed_at, decision_moves, hold_reason, stalled_on,
  stall_rule, next_on, next_rule, next_at, next_details, wake_on, signed_on, closed_on, competitor, reason)
SELECT pg_temp.made_id(g, 5000003 + %(firm)s %% 1000003), %(firm)s, deal_id,
       CASE WHEN place IN ('billable', 'invoiced', 'overdue', 'cashed') THEN 'signed' ELSE place END, last_stage,
       last_stage, net, true, 'fair', '', opened_on, opened_on, opened_on, '{}', opened_on, 0, '',
       CASE WHEN place = 'stalled' THEN opened_on END, CASE WHEN place = 'stalled' THEN 'silence' ELSE '' END,
       ahead_on, CASE WHEN ahead_on IS NULL THEN '' WHEN place = 'waiting' THEN 'wake' ELSE 'silence' END,
       ahead_on::timestamp AT TIME ZONE 'Europe/Paris',
       CASE WHEN place = 'hoped' THEN '{"rule": "silence", "threshold_days": 14, "days_silent": 14}'::jsonb
            WHEN ahead_on IS NOT NULL THEN '{}' END,
       CASE WHEN place = 'waiting' THEN ahead_on END, CASE WHEN place = 'signed' THEN opened_on END,
       CASE WHEN place IN ('lost', 'vanished', 'declined') THEN opened_on END, '', ''
FROM (SELECT m.*, CASE WHEN acts >= 5 THEN 'proposal' ELSE 'contacted' END AS last_stage,
             CASE WHEN place = 'hoped' AND g %% %(open)s < %(due)s THEN %(today)s::date + 1 + (g %% 14)::int
                  WHEN place IN ('hoped', 'waiting') THEN %(today)s::date + 40 + (g %% 60)::int END AS ahead_on
      FROM made m) m
""",
    "DROP TABLE made, said, moved",
)


def seed_firm(admin: Admin, firm_id: int, deals: int, due: int, histories: int) -> None:
    """The firm, founded already, gets ``deals`` open deals, ``due`` of them crossing a limit by DUE_BY."""
    values = {
        "firm": firm_id, "today": TODAY, "open": deals, "all": deals + deals // 20, "parties": max(deals // 10, 1),
        "due": due, "histories": histories, "others": list(OTHERS), "batches": BATCHES,
        "tail": TAIL if histories == 5 else 0,
    }  # fmt: skip
    with admin.transaction():
        # Foreign keys hold by construction: `comptant doctor` and the bars themselves would show it if they did not.
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("SET LOCAL work_mem = '256MB'")
        admin.execute(MADE_ID)
        for statement in (*_DEALS.split(";"), *_ROWS):
            for one in statement.split(";\n"):
                if one.strip():
                    admin.execute(one, values if "%" in one else None)


def kept(database: str, what: str, make: Callable[[], None], *, has_product: bool = True) -> None:
    """Make a database unless it was made before by the same version: of the tables, and of what is put into them."""
    mark, version = cluster.HOME / f"{database}.made", _version(what)
    if mark.exists() and mark.read_text(encoding="utf-8") == version:
        return
    mark.unlink(missing_ok=True)
    cluster.drop_database(database)
    cluster.make_database(database, has_product=has_product)
    make()
    mark.write_text(version, encoding="utf-8")


def _version(what: str) -> str:
    told = hashlib.sha256(what.encode())
    sources = [*(cluster.ROOT / "src" / "comptant").glob("**/migrations/*.py"), Path(__file__)]
    for source in sorted(sources):
        told.update(source.read_bytes())
    return told.hexdigest()


def refresh(database: str) -> None:
    """Statistics and visibility as autovacuum would have left them."""
    with cluster.connect(place.ADMIN_ROLE, database) as admin:
        admin.execute("VACUUM (ANALYZE)")
    cluster.settle()
