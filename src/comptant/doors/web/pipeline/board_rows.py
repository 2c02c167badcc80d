"""The board's deals, read in a few statements whatever the size of the firm: some cards a column, and exact totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.journey.pipeline.models import Stage

CARDS = 12
"""Live cards a column shows; the list has the others."""
STALLED_CARDS = 6
KEPT = 300
LATE_KINDS = ("proposal", "decision")
"""From here on the client knows the price: a date for their answer is agreed."""

# The places are written out: only then does PostgreSQL see that the index of deals in hand answers.
_COLUMN = """SELECT deal_id FROM pipeline_standing
    WHERE firm_id = %(firm)s AND place = '{place}' AND stage = c.stage {narrowed}
    ORDER BY net DESC, deal_id LIMIT {most}"""
_READ = """s.place, s.stage, d.ref, d.title, p.name, s.net, d.currency, s.has_amount, s.decision_on, s.wake_on,
       s.stall_rule, s.last_move_on, s.stalled_on, s.hold_reason, s.suspensions, coalesce(m.name, '')"""
_JOINED = """
JOIN pipeline_standing s ON s.firm_id = %(firm)s AND s.deal_id = w.deal_id
JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
LEFT JOIN firms_member m ON m.firm_id = s.firm_id AND m.id = s.seller_id
"""
_CARDS = f"""
SELECT {_READ} FROM unnest(%(stages)s::text[]) WITH ORDINALITY AS c (stage, n)
CROSS JOIN LATERAL ((SELECT deal_id FROM ({{hoped}}) h) UNION ALL (SELECT deal_id FROM ({{stalled}}) t)) w
{_JOINED} ORDER BY c.n, s.place, s.net DESC, s.deal_id
"""
_WAITING = f"""
SELECT {_READ}
FROM (SELECT deal_id FROM pipeline_standing WHERE firm_id = %(firm)s AND place = 'waiting' {{narrowed}}
      ORDER BY wake_on, deal_id LIMIT {CARDS}) w
{_JOINED} ORDER BY s.wake_on, s.deal_id
"""
_TOTALS = """
SELECT s.place, s.stage, {currency}, count(*), sum(s.net), count(*) FILTER (WHERE NOT s.has_amount),
       count(*) FILTER (WHERE s.decision_on BETWEEN %(today)s AND %(week_end)s),
       count(*) FILTER (WHERE s.decision_on IS NULL)
FROM pipeline_standing s {joined}
WHERE s.firm_id = %(firm)s AND s.place IN ('hoped', 'stalled', 'waiting') {narrowed} GROUP BY 1, 2, 3
"""
_NARROWINGS = {
    "soon": "AND decision_on BETWEEN %(today)s AND %(week_end)s AND place = 'hoped'",
    "undated": "AND decision_on IS NULL AND place = 'hoped' AND stage = ANY(%(late)s)",
    "stalled": "AND place = 'stalled'",
}
ONLY = tuple(_NARROWINGS)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which deals the board shows: of a seller, of one kind (``only``), among some."""

    firm: Firm
    today: date
    week_end: date
    seller: UUID | None = None
    only: str = ""
    among: Sequence[UUID] | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it shows less than the whole firm."""
        return bool(self.seller or self.only or self.among is not None)

    def clause(self, prefix: str = "") -> str:
        """What narrows a read of ``pipeline_standing``."""
        said = _NARROWINGS.get(self.only, "")
        said += " AND seller_id = %(seller)s" if self.seller else ""
        return said + (f" AND {prefix}deal_id = ANY(%(among)s)" if self.among is not None else "")

    def values(self, stages: Sequence[Stage]) -> dict[str, Any]:
        """The values its clauses name."""
        return {
            "firm": self.firm.id, "today": self.today, "week_end": self.week_end, "seller": self.seller,
            "among": None if self.among is None else list(self.among), "stages": [stage.key for stage in stages],
            "late": [stage.key for stage in stages if stage.kind in LATE_KINDS],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A deal of the board."""

    place: str
    stage: str
    ref: str
    title: str
    party: str
    net: Decimal
    currency: str
    has_amount: bool
    decision_on: date | None
    wake_on: date | None
    stall_rule: str
    last_move_on: date
    stalled_on: date | None
    hold_reason: str
    suspensions: Sequence[date]
    seller: str


@dataclass(frozen=True, slots=True)
class Total:
    """What stands in a place, at a stage, in a currency.

    ``bare``: deals without an amount; ``soon``: answers due this week; ``undated``: without a decision date.
    """

    place: str
    stage: str
    currency: str
    deals: int
    net: Decimal
    bare: int
    soon: int
    undated: int


def cards(narrowed: Narrowing, stages: Sequence[Stage]) -> list[Card]:
    """The largest live deals of each stage, then its stalled ones; those on hold are not among them."""
    clause = narrowed.clause()
    hoped = _COLUMN.format(place="hoped", narrowed=clause, most=CARDS)
    stalled = _COLUMN.format(place="stalled", narrowed=clause, most=STALLED_CARDS)
    return _read(_CARDS.format(hoped=hoped, stalled=stalled), narrowed.values(stages))


def waiting(narrowed: Narrowing, stages: Sequence[Stage]) -> list[Card]:
    """Deals on hold, the first to wake first."""
    return _read(_WAITING.format(narrowed=narrowed.clause()), narrowed.values(stages))


def _read(statement: str, values: Mapping[str, Any]) -> list[Card]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Card(*row) for row in cursor.fetchall()]


def totals(narrowed: Narrowing, stages: Sequence[Stage], currencies: Sequence[str]) -> list[Total]:
    """Every total of the board; those of the whole firm are kept until its journal says something new."""
    if narrowed.is_narrow:
        return _totals(narrowed, stages, currencies)
    firm = narrowed.firm
    key = f"board:{firm.id}:{narrowed.today}:{version(firm)}"
    kept: list[Total] | None = cache.get(key)
    if kept is None:
        kept = _totals(narrowed, stages, currencies)
        cache.set(key, kept, KEPT)
    return kept


def _totals(narrowed: Narrowing, stages: Sequence[Stage], currencies: Sequence[str]) -> list[Total]:
    values = narrowed.values(stages)
    several = len(set(currencies) | {narrowed.firm.currency}) > 1
    currency, joined = ("%(currency)s::text", "") if not several else (
        "d.currency", "JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id",
    )  # fmt: skip
    values["currency"] = narrowed.firm.currency
    with connection.cursor() as cursor:
        statement = _TOTALS.format(currency=currency, joined=joined, narrowed=narrowed.clause("s."))
        cursor.execute(statement, values)
        return [Total(*row) for row in cursor.fetchall()]
