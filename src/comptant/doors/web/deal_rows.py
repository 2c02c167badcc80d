"""One page of deals, read in two or three queries whatever the size of the firm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Lower

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import PROSPECTED
from comptant.ground.journal.places import StandingAmount, standing_amounts
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline.models import Standing

PAGE = 50
FOUND = 500
"""Deals that a search looks at: beyond, the words are too common to help."""

SORTS = {
    "-amount": "net DESC, deal_id",
    "amount": "net, deal_id DESC",
    "-opened": "opened_on DESC, deal_id",
}

_WALK = """(SELECT firm_id, deal_id, place, net, stage, has_amount, decision_on, wake_on, stall_rule, last_move_on,
    opened_on, closed_on FROM pipeline_standing
  WHERE firm_id = %(firm)s AND place = %(place_{n})s AND (%(among)s::uuid[] IS NULL OR deal_id = ANY(%(among)s))
    AND (%(seller)s::uuid IS NULL OR seller_id = %(seller)s) AND (%(stage)s = '' OR stage = %(stage)s)
  ORDER BY {order} LIMIT %(end)s)"""
_PROSPECTS = """
SELECT d.ref, d.title, p.name, s.place, s.net, d.currency, s.stage, s.has_amount, s.decision_on, s.wake_on,
       s.stall_rule, s.last_move_on, s.opened_on, s.closed_on
FROM (SELECT * FROM ({walks}) w ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) s
JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
ORDER BY {order}
"""
_ONE = """
SELECT d.ref, d.title, p.name, s.place, s.net, d.currency, s.stage, s.has_amount, s.decision_on, s.wake_on,
       s.stall_rule, s.last_move_on, s.opened_on, s.closed_on
FROM pipeline_standing s
JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
WHERE s.firm_id = %(firm)s AND s.deal_id = %(deal)s
"""
# Walks the few rows of the index whose net is 0.
_WITHOUT_AMOUNT = """
SELECT d.currency, s.place, count(*)
FROM pipeline_standing s JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
WHERE s.firm_id = %(firm)s AND s.place = ANY(%(places)s) AND s.net = 0 AND NOT s.has_amount GROUP BY d.currency, s.place
"""


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal of the list, as the tables say it."""

    ref: str
    title: str
    party: str
    account: str
    net: Decimal
    currency: str
    stage: str = ""
    has_amount: bool = True
    decision_on: date | None = None
    wake_on: date | None = None
    stall_rule: str = ""
    last_move_on: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    tax: Decimal = Decimal(0)
    due_on: date | None = None
    """Of what stands in this account, the first day it falls due; None before an invoice."""
    party_ref: str = ""
    """Known of what is to collect alone, whose list leads to its debtors."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and whether there are more."""

    rows: list[DealRow]
    has_more: bool


def deal_page(
    firm: Firm,
    states: Sequence[str],
    *,
    sort: str,
    number: int,
    search: str,
    as_claims: bool = False,
    seller: UUID | None = None,
    stage: str = "",
) -> Page:
    """The ``number``-th page (from 0) of the deals standing in ``states``, ``PAGE`` rows a page.

    ``as_claims``: with the day each falls due, and without what belongs to the time before the invoice. ``seller``: of
    theirs alone; ``stage``: of prospects, those in it.
    """
    among = matching(firm, search) if search else None
    if among == []:
        return Page([], False)
    if set(states) <= PROSPECTED:
        return _prospects(firm, states, sort, number, among, (seller, stage))
    if seller is not None:
        own = set(Standing.objects.filter(firm=firm, seller=seller).values_list("deal_id", flat=True))
        among = sorted(own if among is None else own & set(among))
    return _sold(firm, states, sort, number, among, as_claims)


def matching(firm: Firm, search: str) -> list[UUID]:
    """Deals whose party, title or ref holds the words."""
    words = search.lower()
    parties = Q(party__in=_parties(firm, words))
    named = Q(title__icontains=search) | Q(ref__iexact=search)
    return list(Deal.objects.filter(firm=firm).filter(parties | named).values_list("id", flat=True)[:FOUND])


def _parties(firm: Firm, words: str) -> QuerySet[Any]:
    parties = Party.objects.filter(firm=firm).annotate(lowered=Lower("name"))
    return parties.filter(lowered__contains=words).values("id")  # type: ignore[no-any-return]


def as_id(ref: str) -> str:
    """A ref as the id of an element may hold it.

    >>> as_id("account Léa/2")
    'account_L_a_2'
    """
    return re.sub("[^A-Za-z0-9-]", "_", ref)


def row_of(firm: Firm, deal: Deal) -> DealRow | None:
    """One deal as the list says it, from where it stands in the pipeline; None when it never was there."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, {"firm": firm.id, "deal": deal.id})
        row = cursor.fetchone()
    return DealRow(*row) if row else None


def _prospects(
    firm: Firm, states: Sequence[str], sort: str, number: int, among: list[UUID] | None, of: tuple[UUID | None, str]
) -> Page:
    """From the pipeline's own rows: one ordered walk of the index a state, merged by the database."""
    order = SORTS.get(sort, SORTS["-amount"])
    walks = " UNION ALL ".join(_WALK.format(n=n, order=order) for n in range(len(states)))
    values: dict[str, Any] = {f"place_{n}": state for n, state in enumerate(states)}
    values |= {"firm": firm.id, "among": among, "seller": of[0], "stage": of[1]}
    values |= {"limit": PAGE + 1, "offset": number * PAGE}
    values["end"] = values["offset"] + values["limit"]
    with connection.cursor() as cursor:
        cursor.execute(_PROSPECTS.format(walks=walks, order=order), values)
        rows = cursor.fetchall()
    return Page([DealRow(*row) for row in rows[:PAGE]], len(rows) > PAGE)


def _sold(firm: Firm, states: Sequence[str], sort: str, number: int, among: list[UUID] | None, as_claims: bool) -> Page:
    """From the balances: what was signed, invoiced or paid has no place in the pipeline any more."""
    standing = standing_amounts(
        firm, states, limit=PAGE + 1, offset=number * PAGE, is_rising=sort == "amount", by_gross=as_claims, among=among
    )
    ids = [row.deal_id for row in standing[:PAGE]]
    deals = {deal.id: deal for deal in Deal.objects.filter(firm=firm, id__in=ids).select_related("party")}
    due = first_due(firm, ids, states) if as_claims else {}
    standings = Standing.objects.filter(firm=firm, deal__in=[] if as_claims else ids)
    stages = {row[0]: row[1:] for row in standings.values_list("deal_id", "stage", "opened_on", "closed_on")}
    rows = [_row(row, deals[row.deal_id], stages, due) for row in standing[:PAGE]]
    return Page(rows, len(standing) > PAGE)


def first_due(firm: Firm, deal_ids: Sequence[UUID], accounts: Sequence[str]) -> dict[tuple[UUID, str], date]:
    """Of the invoices a deal has standing in an account, the first day one falls due."""
    rows = Invoice.objects.filter(
        firm=firm, deal__in=deal_ids, deal__balances__account__in=accounts, deal__balances__document=F("id"),
        deal__balances__net__gt=0,
    )  # fmt: skip
    found = rows.values_list("deal_id", "deal__balances__account").annotate(Min("due_on"))
    return {(deal, account): due_on for deal, account, due_on in found}


def without_amount(firm: Firm) -> list[tuple[str, str, int]]:
    """Currency, place and how many deals stand there today without an amount: prospects that count for 0."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_AMOUNT, {"firm": firm.id, "places": sorted(PROSPECTED)})
        return list(cursor.fetchall())


def _row(
    row: StandingAmount, deal: Deal, stages: dict[UUID, tuple[Any, ...]], due: dict[tuple[UUID, str], date]
) -> DealRow:
    stage, opened_on, closed_on = stages.get(row.deal_id, ("", None, None))
    return DealRow(
        deal.ref, deal.title, deal.party.name, row.account, row.net, deal.currency, stage,
        opened_on=opened_on, closed_on=closed_on, tax=row.tax, due_on=due.get((row.deal_id, row.account)),
        party_ref=deal.party.ref,
    )  # fmt: skip
