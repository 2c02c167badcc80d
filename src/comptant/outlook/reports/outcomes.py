"""How the deals of a firm had ended by a day: what conversion, cycle time and odds are made of.

One pass over the acts that hold, grouped in the database: its result grows with days, not with deals.
Source: product.md 4.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import OPEN, PROSPECTED
from comptant.journey.pipeline.rules import KINDS, Stage
from comptant.journey.pipeline.rules.figures import kaplan_meier, quartiles, shrunk_rate, wilson
from comptant.outlook.reports.shapes import Conversion, CycleDays

_OUTCOMES = """
WITH held AS MATERIALIZED (
  SELECT a.id, a.deal_id, a.kind, a.stage, a.occurred_at, a.occurred_on, a.is_clock, a.rank, a.said, a.fact_key
  FROM journal_act a
  WHERE a.firm_id = %(firm)s AND a.occurred_on <= %(as_of)s AND a.recorded_at <= %(known)s
    AND a.kind <> 'corrected' AND NOT EXISTS (
      SELECT FROM journal_act c
      WHERE c.firm_id = %(firm)s AND c.corrects_id = a.id AND c.recorded_at <= %(known)s)
), moved AS (
  SELECT h.deal_id, p.target AS place, h.occurred_at, h.occurred_on, h.fact_key,
         lead(h.occurred_on) OVER (
           PARTITION BY h.deal_id ORDER BY h.occurred_at, h.is_clock DESC, h.rank, h.said, p.n) AS left_on
  FROM held h JOIN journal_posting p ON p.firm_id = %(firm)s AND p.act_id = h.id
  WHERE p.target = ANY(%(prospected)s) OR (p.source = 'hoped' AND p.target = 'signed')
), ended AS (
  SELECT deal_id, min(occurred_on) AS opened_on,
         max(place) FILTER (WHERE left_on IS NULL) AS place,
         max(occurred_at) FILTER (WHERE left_on IS NULL) AS came_at,
         max(occurred_on) FILTER (WHERE left_on IS NULL) AS came_on,
         bool_or(fact_key LIKE 'row:%%') FILTER (WHERE left_on IS NULL) AS came_by_row,
         coalesce(sum(coalesce(left_on, %(as_of)s) - occurred_on)
                  FILTER (WHERE place IN ('stalled', 'waiting')), 0) AS paused_days
  FROM moved GROUP BY deal_id
), reached AS (
  SELECT h.deal_id, max(s.position) AS furthest,
         count(*) FILTER (WHERE NOT h.is_clock AND h.kind = ANY(%(kinds)s) AND h.occurred_at <= e.came_at) AS facts
  FROM held h JOIN ended e ON e.deal_id = h.deal_id
  LEFT JOIN pipeline_stage s ON s.firm_id = %(firm)s AND s.key = h.stage
  GROUP BY h.deal_id
), told AS (
  SELECT e.opened_on > %(cohort_after)s AS is_recent, e.place, coalesce(r.furthest, 0) AS furthest,
         NOT e.place = ANY(%(open)s) AND e.came_by_row AND r.facts = 2 AS came_closed,
         CASE WHEN e.place = ANY(%(open)s) THEN %(as_of)s ELSE e.came_on END - e.opened_on AS days, e.paused_days
  FROM ended e JOIN reached r ON r.deal_id = e.deal_id
)
SELECT is_recent, place, furthest, came_closed, days, days - paused_days, count(*)
FROM told GROUP BY 1, 2, 3, 4, 5, 6
"""

ENDS = ("won", "lost", "vanished")


@dataclass(slots=True)
class Outcomes:
    """Counts of deals by how they stood at the end of the day.

    ``recent`` counts ends (won, lost, vanished, open, declined) of deals opened in the twelve months before;
    ``by_furthest`` the same by the position of the furthest stage they reached. ``signed`` and ``censored`` count
    the days not spent stalled or waiting, ``raw_days`` the calendar days, of every deal won.
    """

    recent: Counter[str] = field(default_factory=Counter)
    by_furthest: Counter[tuple[int, str]] = field(default_factory=Counter)
    signed: Counter[int] = field(default_factory=Counter)
    censored: Counter[int] = field(default_factory=Counter)
    raw_days: Counter[int] = field(default_factory=Counter)
    left_out: int = 0

    def conversion(self) -> Conversion:
        """Won among won, lost and vanished."""
        won, lost, vanished = (self.recent[end] for end in ENDS)
        ended = won + lost + vanished
        low, high = wilson(won, ended) if ended else (None, None)
        return Conversion(won, lost, vanished, self.recent["open"], won / ended if ended else None, low, high)

    def cycle(self) -> CycleDays:
        """Kaplan-Meier beside the raw median."""
        cycle = kaplan_meier(self.signed.elements(), self.censored.elements())
        raw = quartiles(self.raw_days.elements()).median
        return CycleDays(cycle.median, cycle.q1, cycle.q3, raw, self.left_out)

    def odds(self, stages: Mapping[str, Stage]) -> dict[str, float]:
        """By stage, the chance that a deal in it will be won: the rate of those that reached it, shrunk to 0.1."""
        return {key: shrunk_rate(*self.ended_from(stage.position)) for key, stage in stages.items()}

    def ended_from(self, position: int) -> tuple[int, int]:
        """(won, ended) of the recent deals that reached at least this position."""
        reached = [(end, n) for (furthest, end), n in self.by_furthest.items() if furthest >= position]
        return sum(n for end, n in reached if end == "won"), sum(n for end, n in reached if end in ENDS)


def outcomes(firm: Firm, as_of: date, known_at: datetime | None = None) -> Outcomes:
    """How deals stood at the end of a day. Deals made by an invoice alone were no prospects: they are not counted.

    The twelve months end with ``as_of`` and begin the day after the same date a year before.
    """
    found = Outcomes()
    with connection.cursor() as cursor:
        cursor.execute(
            _OUTCOMES,
            {
                "firm": firm.id, "as_of": as_of, "known": known_at.isoformat() if known_at else "infinity",
                "prospected": sorted(PROSPECTED), "open": sorted(OPEN), "kinds": sorted(KINDS),
                "cohort_after": year_before(as_of),
            },
        )  # fmt: skip
        for is_recent, place, furthest, came_closed, days, moving_days, n in cursor.fetchall():
            end = "open" if place in OPEN else "won" if place == "signed" else place
            if is_recent:
                found.recent[end] += n
                found.by_furthest[furthest, end] += n
            if end == "won":
                found.raw_days[days] += n
            if came_closed:
                found.left_out += n
            else:
                (found.signed if end == "won" else found.censored)[moving_days] += n
    return found


def year_before(day: date) -> date:
    """The same date a year before; 28 February for a 29th.

    >>> year_before(date(2026, 6, 30)), year_before(date(2024, 2, 29))
    (datetime.date(2025, 6, 30), datetime.date(2023, 2, 28))
    """
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
