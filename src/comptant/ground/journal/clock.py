"""The clock's set-based pen: crossings that a room finds in its own table become acts, in one statement.

``post_many`` is the set-based form of ``post``, for conclusions of one kind that move all of one account to
another: hundreds of thousands of rows cost what the rows cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from comptant.ground.database.ids import UUID7_IN_SQL, stamp, uuid7
from comptant.ground.firms.models import Firm
from comptant.ground.journal.models import NO_DOCUMENT


@dataclass(frozen=True, slots=True)
class CrossingSource:
    """Where a room keeps the crossings that are due.

    ``select`` yields deal_id, occurred_at, occurred_on, stage, net, tax, details and row_id for rows that are due,
    ``lock`` what comes last in it to hold them until the end. ``update`` is the room's own state change, an
    UPDATE ... FROM numbered.
    """

    kind: str
    source: str
    target: str
    select: str
    lock: str
    update: str


_STATEMENT = """
WITH due AS MATERIALIZED ({select}), numbered AS MATERIALIZED (
  SELECT due.*, {new_id} AS act_id, 1 + (
    SELECT max(a.seq) FROM journal_act a WHERE a.firm_id = %(firm)s AND a.deal_id = due.deal_id) AS seq
  FROM due
), acts AS (
  INSERT INTO journal_act (id, firm_id, deal_id, seq, said, rank, kind, occurred_at, occurred_on, is_clock, stage,
                           details, fact_key)
  SELECT act_id, %(firm)s, deal_id, seq, seq, 0, %(kind)s, occurred_at, occurred_on, true, stage, details, ''
  FROM numbered
), postings AS (
  INSERT INTO journal_posting (id, firm_id, act_id, deal_id, n, source, target, source_stage, target_stage, net, tax,
                               occurred_on)
  SELECT {new_id}, %(firm)s, act_id, deal_id, 1, %(source)s, %(target)s,
         CASE WHEN %(source)s = 'hoped' THEN stage ELSE '' END, CASE WHEN %(target)s = 'hoped' THEN stage ELSE '' END,
         net, tax, occurred_on
  FROM numbered
), taken AS (
  UPDATE journal_balance b SET net = b.net - n.net, tax = b.tax - n.tax FROM numbered n
  WHERE b.firm_id = %(firm)s AND b.deal_id = n.deal_id AND b.account = %(source)s AND b.document = %(nowhere)s::uuid
), given AS (
  INSERT INTO journal_balance (id, firm_id, deal_id, account, document, net, tax)
  SELECT {new_id}, %(firm)s, deal_id, %(target)s, %(nowhere)s::uuid, net, tax FROM numbered
  ON CONFLICT (firm_id, deal_id, account, document)
  DO UPDATE SET net = journal_balance.net + excluded.net, tax = journal_balance.tax + excluded.tax
), queued AS (
  INSERT INTO journal_unsealed (id, firm_id) SELECT act_id, %(firm)s FROM numbered
), summed AS (
  SELECT d.currency, n.occurred_on, n.stage, sum(n.net) AS net, sum(n.tax) AS tax, count(*) AS deals
  FROM numbered n JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = n.deal_id GROUP BY 1, 2, 3
), flows AS (
  INSERT INTO journal_flowrollup (id, firm_id, batch, occurred_on, currency, source, target, source_stage,
                                  target_stage, net, tax)
  SELECT {new_id}, %(firm)s, %(batch)s, occurred_on, currency, %(source)s, %(target)s,
         CASE WHEN %(source)s = 'hoped' THEN stage ELSE '' END, CASE WHEN %(target)s = 'hoped' THEN stage ELSE '' END,
         net, tax
  FROM summed
), presences AS (
  INSERT INTO journal_presencerollup (id, firm_id, batch, occurred_on, currency, account, deals)
  SELECT {new_id}, %(firm)s, %(batch)s, occurred_on, currency, side.account, side.sign * sum(deals)
  FROM summed, (VALUES (%(source)s, -1), (%(target)s, 1)) side(account, sign) GROUP BY 2, 3, 4, 5, 6, side.sign
), kept AS ({update})
SELECT count(*) FROM numbered
"""


def post_many(firm: Firm, source: CrossingSource, params: Mapping[str, Any]) -> int:
    """Post every crossing that the room's ``select`` finds due; how many. Two statements, however many.

    The first holds the deals: what someone recorded on one of them meanwhile is seen by the second.
    """
    statement = _STATEMENT.replace("{select}", source.select).replace("{update}", source.update)
    statement = statement.replace("{new_id}", UUID7_IN_SQL)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({source.select} {source.lock}) held", {**params, "firm": firm.id})
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            statement,
            {
                **params, "firm": firm.id, "kind": source.kind, "source": source.source, "target": source.target,
                "nowhere": NO_DOCUMENT, "batch": uuid7(), "stamp": stamp(),
            },
        )  # fmt: skip
        return int(cursor.fetchone()[0])
