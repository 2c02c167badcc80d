"""One page of deals, read in two or three queries whatever the size of the firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import PROSPECTED
from comptant.ground.journal.places import StandingAmount, standing_amounts
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.models import Standing

PAGE = 50
FOUND = 500
"""Deals that a search looks at: beyond, the words are too common to help."""

SORTS = {"-amount": ("-net", "deal_id"), "amount": ("net", "-deal_id"), "-opened": ("-opened_on", "deal_id")}


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


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and whether there are more."""

    rows: list[DealRow]
    has_more: bool


_FIELDS = (
    "deal__ref", "deal__title", "deal__party__name", "place", "net", "deal__currency", "stage", "has_amount",
    "decision_on", "wake_on", "stall_rule", "last_move_on", "opened_on", "closed_on",
)  # fmt: skip


def deal_page(firm: Firm, states: Sequence[str], *, sort: str, number: int, search: str) -> Page:
    """The ``number``-th page (from 0) of the deals standing in ``states``, ``PAGE`` rows a page."""
    among = matching(firm, search) if search else None
    if among == []:
        return Page([], False)
    if set(states) <= PROSPECTED:
        return _prospects(firm, states, sort, number, among)
    return _sold(firm, states, sort, number, among)


def matching(firm: Firm, search: str) -> list[UUID]:
    """Deals whose party, title or ref holds the words."""
    words = search.lower()
    parties = Q(party__in=_parties(firm, words))
    named = Q(title__icontains=search) | Q(ref__iexact=search)
    return list(Deal.objects.filter(firm=firm).filter(parties | named).values_list("id", flat=True)[:FOUND])


def _parties(firm: Firm, words: str) -> QuerySet[Any]:
    parties = Party.objects.filter(firm=firm).annotate(lowered=Lower("name"))
    return parties.filter(lowered__contains=words).values("id")  # type: ignore[no-any-return]


def _prospects(firm: Firm, states: Sequence[str], sort: str, number: int, among: list[UUID] | None) -> Page:
    """From the pipeline's own rows: one ordered walk of the index a state, merged by the database."""
    end = (number + 1) * PAGE + 1
    order = SORTS.get(sort, SORTS["-amount"])
    parts = [_walk(firm, state, order, among)[:end] for state in states]
    if len(parts) == 1:
        rows = list(parts[0][number * PAGE : end])
    else:
        merged = parts[0].union(*parts[1:], all=True).order_by(*order)
        rows = list(merged[number * PAGE : end])
    return Page([DealRow(*row[: len(_FIELDS)]) for row in rows[:PAGE]], len(rows) > PAGE)


def _walk(firm: Firm, state: str, order: tuple[str, ...], among: list[UUID] | None) -> QuerySet[Any]:
    found = Standing.objects.filter(firm=firm, place=state)
    if among is not None:
        found = found.filter(deal__in=among)
    return found.order_by(*order).values_list(*_FIELDS, "deal_id")


def _sold(firm: Firm, states: Sequence[str], sort: str, number: int, among: list[UUID] | None) -> Page:
    """From the balances: what was signed, invoiced or paid has no place in the pipeline any more."""
    standing = standing_amounts(
        firm, states, limit=PAGE + 1, offset=number * PAGE, is_rising=sort == "amount", among=among
    )
    ids = [row.deal_id for row in standing[:PAGE]]
    deals = {deal.id: deal for deal in Deal.objects.filter(firm=firm, id__in=ids).select_related("party")}
    stages = {row[0]: row[1:] for row in Standing.objects.filter(firm=firm, deal__in=ids).values_list(
        "deal_id", "stage", "opened_on", "closed_on"
    )}  # fmt: skip
    return Page([_row(row, deals[row.deal_id], stages) for row in standing[:PAGE]], len(standing) > PAGE)


def _row(row: StandingAmount, deal: Deal, stages: dict[UUID, tuple[Any, ...]]) -> DealRow:
    stage, opened_on, closed_on = stages.get(row.deal_id, ("", None, None))
    return DealRow(
        deal.ref, deal.title, deal.party.name, row.account, row.net, deal.currency, stage,
        opened_on=opened_on, closed_on=closed_on,
    )  # fmt: skip
