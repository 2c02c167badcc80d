"""The stall thresholds of each month, from the gaps between the buyers' moves on deals won before it.

Source: product.md 4.2: P90 by nearest rank once 20 gaps are known, recorded on the first of each month.
"""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models.functions import Now

from comptant.ground.firms.models import Firm
from comptant.journey.pipeline.models import Threshold
from comptant.journey.pipeline.queries import stages_of
from comptant.journey.pipeline.rules.thresholds import Histogram, monthly_thresholds

_GAPS = """
WITH held AS (
  SELECT a.deal_id, a.kind, a.stage, a.occurred_at, a.occurred_on, a.is_clock, a.rank, a.said FROM journal_act a
  WHERE a.firm_id = %(firm)s AND NOT a.is_clock AND a.occurred_on < %(before)s
    AND a.kind IN ('opened', 'buyer_move', 'meeting_accepted', 'stage', 'reactivated', 'won')
    AND NOT EXISTS (SELECT FROM journal_act c WHERE c.firm_id = %(firm)s AND c.corrects_id = a.id)
), won AS (
  SELECT deal_id, min(occurred_on) AS won_on, min(occurred_at) AS won_at FROM held WHERE kind = 'won' GROUP BY 1
), days AS (
  SELECT h.deal_id, h.occurred_on, w.won_on, bool_or(h.kind NOT IN ('stage', 'reactivated')) AS has_move,
         (array_agg(h.stage ORDER BY h.occurred_at DESC, h.rank DESC, h.said DESC))[1] AS stage
  FROM held h JOIN won w ON w.deal_id = h.deal_id AND h.occurred_at <= w.won_at GROUP BY 1, 2, 3
), gaps AS (
  SELECT stage, won_on, lead(occurred_on) OVER (PARTITION BY deal_id ORDER BY occurred_on) - occurred_on AS gap
  FROM days WHERE has_move
)
SELECT stage, date_trunc('month', won_on)::date, gap, count(*) FROM gaps WHERE gap IS NOT NULL GROUP BY 1, 2, 3
"""


def recorded_gaps(firm: Firm, before: date) -> Histogram:
    """Gaps of the deals won before a day, as the journal holds them: {(stage, month won): {days: how many}}."""
    histogram: Histogram = {}
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"firm": firm.id, "before": before})
        for stage, month, gap, count in cursor.fetchall():
            histogram.setdefault((stage, month), {})[gap] = count
    return histogram


def record_thresholds(firm: Firm, month: date) -> bool:
    """Record the thresholds of one first of month, unless they are; True when they were not."""
    if Threshold.objects.filter(firm=firm, from_on=month, replaced_at=None).exists():
        return False
    write_thresholds(firm, recorded_gaps(firm, month), month, month)
    return True


def write_thresholds(firm: Firm, histogram: Histogram, first: date, last: date) -> bool:
    """Record the thresholds of every first of month from ``first`` to ``last``; True when any day count changed.

    What they replace is kept, for reports of what was known before.
    """
    held = Threshold.objects.filter(firm=firm, from_on__range=(first, last), replaced_at=None)
    known = {(row.stage, row.from_on): row for row in held}
    rows = [
        Threshold(firm=firm, stage=t.stage, from_on=t.from_on, days=t.days, p90_days=t.p90_days, gaps=t.gaps)
        for t in monthly_thresholds(histogram, stages_of(firm).values(), first, last)
    ]
    new = [row for row in rows if not _says_the_same(known.get((row.stage, row.from_on)), row)]
    replaced = [old.id for row in new if (old := known.get((row.stage, row.from_on)))]
    Threshold.objects.filter(firm=firm, id__in=replaced).update(replaced_at=Now())
    Threshold.objects.bulk_create(new)
    declared = {key: stage.declared_days for key, stage in stages_of(firm).items()}
    before = {key: row.days for key, row in known.items()}
    return any(before.get((row.stage, row.from_on), declared[row.stage]) != row.days for row in new)


def _says_the_same(held: Threshold | None, row: Threshold) -> bool:
    return held is not None and (held.days, held.p90_days, held.gaps) == (row.days, row.p90_days, row.gaps)
