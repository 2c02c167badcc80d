"""What the search finds, in a handful of bounded questions: parties, deals, offers, invoices of the firm, by kind.

Numbers and refs are found by their beginning, through the index that keeps them unique; a part of a title among the
firm's latest deals alone, since row-level security keeps LIKE from any index (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.models import Offer
from comptant.journey.pipeline.models import Standing
from comptant.journey.prospects.search import search_parties

MOST = 6
"""Of each kind: a longer word finds the others."""
LATEST = 3000
"""Deals whose titles are looked into."""
LONGEST = 100
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """What answers the words, at most ``MOST`` of each kind."""

    parties: list[Party]
    deals: list[Deal]
    offers: list[Offer]
    invoices: list[Invoice]


def plain(text: str) -> str:
    """The words as they are looked for: no NUL, single spaces, not endless."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]


def find(firm: Firm, words: str, seller: UUID | None = None) -> Found:
    """What answers the words. ``seller``: of their own deals alone; parties are the whole firm's. Eight questions."""
    if not words:
        return Found([], [], [], [])
    parties = search_parties(firm, words, MOST)
    return Found(
        parties, _deals(firm, words, parties, seller), _offers(firm, words, seller), _invoices(firm, words, seller)
    )


def _deals(firm: Firm, words: str, parties: Iterable[Party], seller: UUID | None) -> list[Deal]:
    """By ref first, then by title among the latest, then those of the parties found."""
    rows = _own(Deal.objects.filter(firm=firm), "id", seller).select_related("party")
    called = list(rows.filter(_begins("ref", words))[:MOST])
    if len(called) < MOST:
        latest = _own(Deal.objects.filter(firm=firm), "id", seller).order_by("-id").values("id")[:LATEST]
        called += rows.filter(id__in=latest, title__icontains=words).order_by("-id")[:MOST]
    theirs = [party.id for party in parties]
    if len(called) < MOST and theirs:
        called += rows.filter(party__in=theirs)[:MOST]
    return list({deal.id: deal for deal in called}.values())[:MOST]


def _offers(firm: Firm, words: str, seller: UUID | None) -> list[Offer]:
    """By number, the newest version of each."""
    rows = _own(Offer.objects.filter(firm=firm), "deal_id", seller).filter(_begins("number", words))
    found = rows.select_related("deal__party").order_by("number", "-version")[: MOST * 3]
    newest: dict[str, Offer] = {}
    for offer in found:
        newest.setdefault(offer.number, offer)
    return list(newest.values())[:MOST]


def _invoices(firm: Firm, words: str, seller: UUID | None) -> list[Invoice]:
    rows = _own(Invoice.objects.filter(firm=firm), "deal_id", seller).filter(_begins("number", words))
    return list(rows.select_related("deal__party").defer("content").order_by("number")[:MOST])


def _begins(field: str, words: str) -> Q:
    """The field begins with the words as typed or in capitals: two ranges of its index, which the wall lets through."""
    said = Q()
    for start in {words, words.upper()}:
        said |= Q(**{f"{field}__gte": start, f"{field}__lt": start + LAST_LETTER})
    return said


def _own(rows: QuerySet[Any], deal: str, seller: UUID | None) -> QuerySet[Any]:
    """The rows whose deal the seller follows; all of them for anybody else."""
    if seller is None:
        return rows
    return rows.filter(Exists(Standing.objects.filter(firm=OuterRef("firm"), deal=OuterRef(deal), seller=seller)))
