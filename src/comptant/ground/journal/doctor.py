"""Proves the journal: folds it and compares every cent, every count, every order. Reads only.

Each check is a query that returns what is wrong: no row, no fault. Source: docs/invariants.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.history import deals_by_account
from comptant.ground.journal.replay import UNDOCUMENTED
from comptant.ground.journal.rollup import tally_of, waiting
from comptant.ground.journal.sums import sums


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true of a firm, and what was found."""

    name: str
    ok: bool
    detail: str


def asked(firm: Firm, faults: Mapping[str, str]) -> Iterator[Check]:
    """A check for each query, by name: a row it finds is a fault, and the first three are told."""
    for name, query in faults.items():
        with connection.cursor() as cursor:
            cursor.execute(query, {"firm": firm.id})
            rows = cursor.fetchall()
        shown = "; ".join(" ".join(map(str, row)) for row in rows[:3])
        yield Check(name, not rows, f"{len(rows)}: {shown}" if rows else "")


_SIDES = """
  SELECT deal_id, target AS account, document, net, tax, occurred_on, act_id, n FROM journal_posting
  WHERE firm_id = %(firm)s
  UNION ALL
  SELECT deal_id, source, document, -net, -tax, occurred_on, act_id, n FROM journal_posting WHERE firm_id = %(firm)s
"""

_NOWHERE = "'00000000-0000-0000-0000-000000000000'::uuid"
_CARRIED = f"CASE WHEN account = ANY(%(undocumented)s) THEN {_NOWHERE} ELSE coalesce(document, {_NOWHERE}) END"

FAULTS: dict[str, str] = {
    "balances equal the fold of the postings": f"""
      SELECT coalesce(f.deal_id, b.deal_id)::text, coalesce(f.account, b.account)
      FROM (SELECT deal_id, account, {_CARRIED} AS document, sum(net) AS net, sum(tax) AS tax
            FROM ({_SIDES}) s GROUP BY 1, 2, 3) f
      FULL JOIN (SELECT * FROM journal_balance WHERE firm_id = %(firm)s) b
        ON b.deal_id = f.deal_id AND b.account = f.account AND b.document = f.document
      WHERE coalesce(f.net, 0) <> coalesce(b.net, 0) OR coalesce(f.tax, 0) <> coalesce(b.tax, 0)""",
    "the balances of a deal sum to zero": """
      SELECT deal_id::text, sum(net)::text FROM journal_balance WHERE firm_id = %(firm)s
      GROUP BY 1 HAVING sum(net) <> 0 OR sum(tax) <> 0""",
    "acts are numbered without a gap": """
      SELECT deal_id::text, count(*)::text FROM journal_act WHERE firm_id = %(firm)s
      GROUP BY 1 HAVING max(seq) <> count(*) OR min(seq) <> 1""",
    "an act's day is its instant's in the firm's zone": """
      SELECT id::text, occurred_on::text FROM journal_act
      WHERE firm_id = %(firm)s AND occurred_on <> (occurred_at AT TIME ZONE %(zone)s)::date""",
    "postings go with their act": """
      SELECT p.id::text, p.act_id::text FROM journal_posting p
      LEFT JOIN journal_act a ON a.firm_id = p.firm_id AND a.id = p.act_id
      WHERE p.firm_id = %(firm)s
        AND (a.id IS NULL OR a.deal_id <> p.deal_id OR a.occurred_on <> p.occurred_on
             OR p.is_correction <> (a.corrects_id IS NOT NULL))""",
    "a correction reverses what it corrects": """
      SELECT c.id::text, c.corrects_id::text FROM journal_act c
      JOIN journal_act a ON a.firm_id = c.firm_id AND a.id = c.corrects_id
      WHERE c.firm_id = %(firm)s AND (c.deal_id <> a.deal_id OR c.occurred_at <> a.occurred_at OR EXISTS (
        (SELECT target, source, target_stage, source_stage, net, tax FROM journal_posting
         WHERE firm_id = %(firm)s AND act_id = c.id
         EXCEPT ALL SELECT source, target, source_stage, target_stage, net, tax FROM journal_posting
         WHERE firm_id = %(firm)s AND act_id = a.id)
        UNION ALL
        (SELECT source, target, source_stage, target_stage, net, tax FROM journal_posting
         WHERE firm_id = %(firm)s AND act_id = a.id
         EXCEPT ALL SELECT target, source, target_stage, source_stage, net, tax FROM journal_posting
         WHERE firm_id = %(firm)s AND act_id = c.id)))""",
    "no balance was below zero at any instant": f"""
      WITH held AS (
        SELECT a.id, a.occurred_at, a.is_clock, a.rank, a.said FROM journal_act a
        WHERE a.firm_id = %(firm)s AND a.kind <> 'corrected' AND NOT EXISTS (
          SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
      ), running AS (
        SELECT deal_id, account, sum(s.net) OVER w AS net, sum(s.tax) OVER w AS tax
        FROM (SELECT deal_id, account, {_CARRIED} AS document, net, tax, act_id, n FROM ({_SIDES}) raw) s
        JOIN held h ON h.id = s.act_id WHERE account <> 'origin'
        WINDOW w AS (PARTITION BY deal_id, account, document
                     ORDER BY h.occurred_at, h.is_clock DESC, h.rank, h.said, s.act_id, s.n, s.net DESC)
      )
      SELECT deal_id::text, account FROM running WHERE net < 0 OR tax < 0""",
    "every act waits to be sealed": """
      SELECT a.id::text, a.kind FROM journal_act a
      LEFT JOIN journal_unsealed u ON u.firm_id = a.firm_id AND u.id = a.id
      WHERE a.firm_id = %(firm)s AND u.id IS NULL
      UNION ALL
      SELECT u.id::text, 'no such act' FROM journal_unsealed u
      LEFT JOIN journal_act a ON a.firm_id = u.firm_id AND a.id = u.id
      WHERE u.firm_id = %(firm)s AND a.id IS NULL""",
    "acts are recorded when the database says": """
      SELECT id::text, recorded_at::text FROM journal_act
      WHERE firm_id = %(firm)s AND recorded_at > clock_timestamp()""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of the journal, one after the other; a fault names up to three rows."""
    for name, query in FAULTS.items():
        yield _faults(firm, name, query)
    yield _rollups(firm)
    yield _presence(firm)


def _faults(firm: Firm, name: str, query: str) -> Check:
    with connection.cursor() as cursor:
        cursor.execute(query, {"firm": firm.id, "zone": firm.zone, "undocumented": sorted(UNDOCUMENTED)})
        rows = cursor.fetchmany(1000)
    shown = "; ".join(" ".join(str(part) for part in row) for row in rows[:3])
    return Check(name, not rows, shown if not rows else f"{len(rows)}: {shown}")


_FOLD = """
SELECT d.currency, p.source, p.target, p.source_stage, p.target_stage, a.kind = 'corrected', p.occurred_on,
       sum(p.net), sum(p.tax)
FROM journal_posting p
JOIN journal_act a ON a.firm_id = p.firm_id AND a.id = p.act_id
JOIN deals_deal d ON d.firm_id = p.firm_id AND d.id = p.deal_id
WHERE p.firm_id = %s GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def _rollups(firm: Firm) -> Check:
    """The rollups and the tail against a fold of every posting, day by day."""
    name = "rollups equal the fold of the postings"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, source, target, source_stage, target_stage, occurred_on, net, tax"
            " FROM journal_flowrollup WHERE firm_id = %s",
            [firm.id],
        )
        totals: dict[tuple[object, ...], list[object]] = {}
        for *key, net, tax in cursor.fetchall():
            _add(totals, tuple(key), net, tax)
        cursor.execute(_FOLD, [firm.id])
        for currency, source, target, source_stage, target_stage, back, day, net, tax in cursor.fetchall():
            if back:
                _add(totals, (currency, target, source, target_stage, source_stage, day), net, tax)
            else:
                _add(totals, (currency, source, target, source_stage, target_stage, day), -net, -tax)
    for (day, *pair), (net, tax) in _tail(firm):
        _add(totals, (*pair, day), net, tax)
    wrong = [key for key, amounts in totals.items() if any(amounts)]
    return Check(name, not wrong, "; ".join(" ".join(map(str, key)) for key in wrong[:3]))


def _tail(firm: Firm) -> list[tuple[tuple[object, ...], tuple[object, object]]]:
    return list(tally_of(firm, waiting(firm)).flows.items())


def _add(totals: dict[tuple[object, ...], list[object]], key: tuple[object, ...], net: object, tax: object) -> None:
    before = totals.setdefault(key, [0, 0])
    before[0] += net  # type: ignore[operator]
    before[1] += tax  # type: ignore[operator]


def _presence(firm: Firm) -> Check:
    """The rolled-up counts of deals against a count one by one, at several days of the firm's life."""
    wrong = []
    for day in _days(firm):
        rolled = {key: n for key, n in sums(firm, day).deals.items() if n}
        if rolled != deals_by_account(firm, day):
            wrong.append(day.isoformat())
    return Check("deals are counted where they stand", not wrong, ", ".join(wrong))


def _days(firm: Firm) -> list[date]:
    """The first, the median and the last day of acts, and today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(occurred_on), percentile_disc(0.5) WITHIN GROUP (ORDER BY occurred_on), max(occurred_on)"
            " FROM journal_act WHERE firm_id = %s",
            [firm.id],
        )
        found = cursor.fetchone()
    return [day for day in found if day]
