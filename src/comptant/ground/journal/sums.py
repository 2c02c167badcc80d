"""Where every euro stood at the end of a day, and how it moved in a period: rollups plus the tail.

Source: product.md section 2, "as-of D" and "known-at T".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO
from comptant.ground.journal.rollup import tally_of
from comptant.ground.journal.tally import Tally

Pair = tuple[str, str, str, str, str]
"""Currency, source, target, source stage, target stage."""

_SUMS = """
SELECT 'flow', currency, source, target, source_stage, target_stage, sum(net), sum(tax), 0, NULL::uuid
FROM journal_flowrollup WHERE firm_id = %(firm)s AND occurred_on BETWEEN %(since)s AND %(until)s GROUP BY 2, 3, 4, 5, 6
UNION ALL
SELECT 'deals', currency, account, '', '', '', 0, 0, sum(deals), NULL
FROM journal_presencerollup WHERE firm_id = %(firm)s AND occurred_on BETWEEN %(since)s AND %(until)s GROUP BY 2, 3
UNION ALL
SELECT 'tail', '', '', '', '', '', 0, 0, 0, id FROM journal_unrolled WHERE firm_id = %(firm)s
"""

_EVER = """
SELECT DISTINCT currency FROM journal_flowrollup WHERE firm_id = %(firm)s
UNION
SELECT DISTINCT currency FROM journal_presencerollup WHERE firm_id = %(firm)s
UNION
SELECT DISTINCT d.currency FROM journal_unrolled u
JOIN journal_act a ON a.firm_id = u.firm_id AND a.id = u.id
JOIN deals_deal d ON d.firm_id = a.firm_id AND d.id = a.deal_id
WHERE u.firm_id = %(firm)s
"""

_KNOWN = """
SELECT d.currency, p.source, p.target, p.source_stage, p.target_stage, a.kind = 'corrected', sum(p.net), sum(p.tax)
FROM journal_posting p
JOIN journal_act a ON a.firm_id = p.firm_id AND a.id = p.act_id
JOIN deals_deal d ON d.firm_id = p.firm_id AND d.id = p.deal_id
WHERE p.firm_id = %(firm)s AND p.occurred_on BETWEEN %(since)s AND %(until)s AND a.recorded_at <= %(known)s
GROUP BY 1, 2, 3, 4, 5, 6
"""

BEGINNING = date(1, 1, 1)


@dataclass(slots=True)
class Sums:
    """What moved between two days, both included: (net, tax) by pair, and deals in less deals out by account."""

    flows: dict[Pair, tuple[Decimal, Decimal]] = field(default_factory=dict)
    deals: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, pair: Pair, net: Decimal, tax: Decimal) -> None:
        """Add to a pair."""
        before = self.flows.get(pair, (ZERO, ZERO))
        self.flows[pair] = (before[0] + net, before[1] + tax)

    def currencies(self) -> list[str]:
        """The currencies that ever moved, in order."""
        return sorted({pair[0] for pair in self.flows})


Tails = dict[frozenset[UUID], Tally]
"""What tails of the journal add, by their acts."""


def sums(
    firm: Firm,
    until: date,
    since: date = BEGINNING,
    known_at: datetime | None = None,
    tails: Tails | None = None,
) -> Sums:
    """The flows between two days, both included, corrections netted out; from the first day on, the balances.

    ``known_at`` leaves out what was recorded later, and reads the acts themselves: it is asked for
    rarely, and rollups of batches recorded out of order could not be cut at an instant. Who asks for several sums
    gives the same ``tails`` to each: a tail that has not changed meanwhile is read once.
    """
    if known_at is not None:
        return _known(firm, since, until, known_at)
    with prepared_cursor() as cursor:
        cursor.execute(_SUMS, {"firm": firm.id, "since": since, "until": until})
        rows = cursor.fetchall()
    result = Sums()
    for row in rows:
        if row[0] == "flow":
            result.add(row[1:6], row[6], row[7])
        elif row[0] == "deals":
            result.deals[row[1], row[2]] = int(row[8])
    chosen = frozenset(row[9] for row in rows if row[0] == "tail")
    if chosen:
        known = {} if tails is None else tails
        tally = known[chosen] = known.get(chosen) or tally_of(firm, chosen)
        _add_tail(result, tally, since, until)
    return result


def currencies_ever(firm: Firm) -> frozenset[str]:
    """The currencies in which anything moved or stood on any day, whenever it was recorded."""
    with connection.cursor() as cursor:
        cursor.execute(_EVER, {"firm": firm.id})
        return frozenset(row[0] for row in cursor.fetchall())


def _add_tail(result: Sums, tally: Tally, since: date, until: date) -> None:
    for (day, *pair), (net, tax) in tally.flows.items():
        if since <= day <= until:
            result.add(_pair(pair), net, tax)
    for (day, currency, account), change in tally.deals.items():
        if since <= day <= until:
            result.deals[currency, account] = result.deals.get((currency, account), 0) + change


def _pair(parts: list[Any]) -> Pair:
    currency, source, target, source_stage, target_stage = parts
    return currency, source, target, source_stage, target_stage


def _known(firm: Firm, since: date, until: date, known_at: datetime) -> Sums:
    result = Sums()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"firm": firm.id, "since": since, "until": until, "known": known_at})
        for currency, source, target, source_stage, target_stage, is_correction, net, tax in cursor.fetchall():
            if is_correction:
                result.add((currency, target, source, target_stage, source_stage), -net, -tax)
            else:
                result.add((currency, source, target, source_stage, target_stage), net, tax)
    return result
