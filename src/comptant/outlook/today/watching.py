"""What deserves a look: whether enough prospects are live, on whom hope rests, what was presented without a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.journey.pipeline.queries import stages_of
from comptant.journey.pipeline.rules.figures import USUAL_RATE, chance_of_at_least, shrunk_rate
from comptant.outlook.reports.outcomes import outcomes
from comptant.outlook.reports.pipelines import portfolio
from comptant.outlook.reports.shapes import Conversion, Portfolio
from comptant.outlook.today.rules import ZERO

ENOUGH_ENDED = 10
"""Deals that must have ended before a firm has a rate of its own (design, section 6)."""


@dataclass(frozen=True, slots=True)
class StageHope:
    """What is hoped for at a stage, net: how many deals, and how those that got there in twelve months ended."""

    stage: str
    name: str
    currency: str
    net: Decimal
    deals: int
    without_amount: int
    odds: float
    won: int
    ended: int

    @property
    def expected(self) -> Decimal:
        """The amount at the odds that programs read, three decimals, to the unit."""
        return (self.net * Decimal(f"{self.odds:.3f}")).quantize(Decimal(1))


@dataclass(frozen=True, slots=True)
class Named:
    """The largest of several: of whom, which deal, how much; ``count`` of them come to ``total``."""

    count: int
    total: Decimal
    currency: str
    party: str
    deal: str
    amount: Decimal
    other: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Prospects:
    """Hope by stage, and whether it is enough for the goal."""

    stages: tuple[StageHope, ...]
    conversion: Conversion
    portfolio: Portfolio
    chance_of_goal: float
    chance_of_goal_with_needed: float

    @property
    def ended(self) -> int:
        """How many deals ended in twelve months."""
        return self.conversion.won + self.conversion.lost + self.conversion.vanished

    @property
    def is_beginner(self) -> bool:
        """Too few deals have ended for a rate of the firm's own."""
        return self.ended < ENOUGH_ENDED or self.portfolio.is_usual_rate


_STAGES = """
SELECT s.stage, d.currency, sum(s.net), count(*)::int, count(*) FILTER (WHERE NOT s.has_amount)::int
FROM pipeline_standing s JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
WHERE s.firm_id = %(firm)s AND s.place = 'hoped' GROUP BY s.stage, d.currency
"""


def prospects(firm: Firm, today: date) -> Prospects:
    """Hope by stage with the odds of each, and the portfolio, as the pipeline report says them."""
    ended, stages = outcomes(firm, today), stages_of(firm)
    odds, names = ended.odds(stages), _names(firm)
    with connection.cursor() as cursor:
        cursor.execute(_STAGES, {"firm": firm.id})
        found = cursor.fetchall()
    hopes = [
        StageHope(
            key, names.get(key, key), currency, net, deals, bare, odds.get(key) or shrunk_rate(0, 0),
            *(ended.ended_from(stages[key].position) if key in stages else (0, 0)),
        )
        for key, currency, net, deals, bare in found
    ]  # fmt: skip
    hopes.sort(key=lambda one: (stages[one.stage].position if one.stage in stages else 0, one.currency))
    conversion, live = ended.conversion(), [one.odds for one in hopes for _ in range(one.deals)]
    enough = portfolio(today, conversion, live, ())
    rate = conversion.rate or USUAL_RATE
    return Prospects(
        tuple(hopes), conversion, enough, chance_of_at_least(enough.goal, live),
        chance_of_at_least(enough.goal, [rate] * enough.needed),
    )  # fmt: skip


def _names(firm: Firm) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, name FROM pipeline_stage WHERE firm_id = %s", [firm.id])
        return dict(cursor.fetchall())


_WATCHED = """
(SELECT 'largest', 1, s.net, d.currency, p.name, d.ref, s.net, 0::numeric FROM pipeline_standing s
 JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
 JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
 WHERE s.firm_id = %(firm)s AND s.place = 'hoped' AND d.currency = %(currency)s
 ORDER BY s.net DESC, s.deal_id LIMIT 1)
UNION ALL
(SELECT 'undated', count(*) OVER ()::int, sum(s.net) OVER (), d.currency, p.name, d.ref, s.net, 0
 FROM pipeline_standing s JOIN pipeline_stage g ON g.firm_id = s.firm_id AND g.key = s.stage
 JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
 JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
 WHERE s.firm_id = %(firm)s AND s.place = 'hoped' AND s.decision_on IS NULL AND g.kind IN ('proposal', 'decision')
   AND d.currency = %(currency)s
 ORDER BY s.net DESC, s.deal_id LIMIT 1)
UNION ALL
(SELECT 'uncovered', count(*) OVER ()::int, sum(u.owed) OVER (), %(currency)s, p.name, p.ref, u.owed, u.delivered
 FROM (SELECT d.party_id, sum(b.net + b.tax) FILTER (WHERE b.account = 'overdue') AS owed,
         sum(b.net) FILTER (WHERE b.account = 'billable') AS delivered
       FROM (SELECT DISTINCT party_id FROM invoices_invoice
             WHERE firm_id = %(firm)s AND (open_net > 0 OR open_tax > 0)) o
       JOIN deals_deal d ON d.firm_id = %(firm)s AND d.party_id = o.party_id AND d.currency = %(currency)s
       JOIN journal_balance b ON b.firm_id = d.firm_id AND b.deal_id = d.id
         AND b.account IN ('overdue', 'billable') AND b.net + b.tax > 0
       GROUP BY d.party_id) u
 JOIN parties_party p ON p.firm_id = %(firm)s AND p.id = u.party_id
 WHERE u.owed > 0 AND u.delivered > 0 ORDER BY u.owed DESC, p.id LIMIT 1)
"""


def watched(firm: Firm) -> dict[str, Named]:
    """In the firm's currency: the ``largest`` hope, what was presented ``undated``, clients late yet ``uncovered``.

    A client is uncovered when they are late and we have delivered more since, not invoiced yet. Missing: nothing is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WATCHED, {"firm": firm.id, "currency": firm.currency})
        return {row[0]: Named(*row[1:]) for row in cursor.fetchall()}
