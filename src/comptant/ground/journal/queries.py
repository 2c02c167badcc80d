"""Reads of the journal: acts of deals, and the state of their balances."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Posting, Recorded
from comptant.ground.journal.rooms import DealHead

_ACTS = """
SELECT a.deal_id, a.id, a.seq, a.said, a.rank, a.kind, a.occurred_at, a.is_clock, a.stage, a.details::text, a.fact_key,
       a.by_id, a.corrects_id, a.document_sha256,
       p.source, p.target, p.net, p.tax, p.source_stage, p.target_stage, p.document
FROM journal_act a LEFT JOIN journal_posting p ON p.firm_id = a.firm_id AND p.act_id = a.id AND p.deal_id = a.deal_id
WHERE a.firm_id = %s AND a.deal_id = ANY(%s)
{known} ORDER BY a.deal_id, a.seq, p.n
"""
_KNOWN = "AND a.recorded_at <= %s"


def deal_heads(firm: Firm, deal_ids: Sequence[UUID]) -> dict[UUID, DealHead]:
    """Identity of each deal for the rules; the client's country, or the firm's where it is unknown."""
    rows = Deal.objects.filter(firm=firm, id__in=deal_ids).values_list("id", "currency", "party__country")
    return {deal_id: DealHead(deal_id, currency, country or firm.country) for deal_id, currency, country in rows}


FEW = 20
"""Deals whose acts are read by a statement planned once a session; for many, each reading is planned for its own."""


def recorded_acts(firm: Firm, deal_ids: Sequence[UUID], known_at: datetime | None = None) -> dict[UUID, list[Recorded]]:
    """Every act of the deals, with its postings, in the order recorded; up to ``known_at`` when given. One query."""
    known, values = ("", []) if known_at is None else (_KNOWN, [known_at])
    with prepared_cursor() if len(deal_ids) <= FEW else connection.cursor() as cursor:
        cursor.execute(_ACTS.format(known=known), [firm.id, list(deal_ids), *values])
        return _grouped(cursor.fetchall())


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, list[Recorded]]:
    """The lines of each act together; those of one act follow each other."""
    deals: dict[UUID, list[Recorded]] = {}
    for _, lines in groupby(rows, _OF_ACT):
        first, *others = lines
        postings = tuple(Posting(*line[14:]) for line in (first, *others)) if first[14] is not None else ()
        deals.setdefault(first[0], []).append(_recorded(first, postings))
    return deals


_OF_ACT = itemgetter(2, 0)
"""The number of an act within its deal, and the deal: cheaper to compare than the act's id."""


def _recorded(row: tuple[Any, ...], postings: tuple[Posting, ...]) -> Recorded:
    document = bytes(row[13]) if row[13] is not None else None
    fields: tuple[Any, ...] = (*row[1:9], json.loads(row[9]), *row[10:13], document, postings)
    return Recorded(*fields)
