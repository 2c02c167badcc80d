"""Which parties are clients, debtors or prospects, among a million; and of each, what a list says of it.

A client has paid once at least; a debtor owes something that was invoiced; a prospect has a deal in hand and has never
paid. A client may be a debtor too. Source: product.md section 2, design 06.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.journal.freshness import version
from comptant.ground.parties.models import Party
from comptant.journey.payments.queries import client_since
from comptant.journey.prospects.queries import standing_with
from comptant.journey.prospects.rules import Exposure, Solvency
from comptant.outlook.reports.margins import Margin, margins

ZERO = Decimal("0.00")
MOST = 2000
"""Parties that are gathered and counted; beyond, "more than" is said, and a list goes on by index."""
KEPT = 300
LAST = UUID(int=2**128 - 1)


class Clientele(StrEnum):
    """What a party is to the firm."""

    ALL = "all"
    CLIENTS = "clients"
    DEBTORS = "debtors"
    PROSPECTS = "prospects"


_HAS_PAID = """EXISTS (SELECT FROM invoices_invoice i JOIN journal_balance b ON b.firm_id = i.firm_id
  AND b.deal_id = i.deal_id AND b.account = 'cashed' AND b.net + b.tax > 0
  WHERE i.firm_id = %(firm)s AND i.party_id = p.id AND (i.open_net < i.net OR i.open_tax < i.tax))"""
_OWES = """EXISTS (SELECT FROM invoices_invoice i
  WHERE i.firm_id = %(firm)s AND i.party_id = p.id AND (i.open_net > 0 OR i.open_tax > 0))"""
_IS_IN_HAND = """EXISTS (SELECT FROM deals_deal d JOIN pipeline_standing s ON s.firm_id = d.firm_id AND s.deal_id = d.id
  WHERE d.firm_id = %(firm)s AND d.party_id = p.id AND s.place IN ('hoped', 'stalled', 'waiting'))"""

_CLIENTS = """
SELECT i.party_id FROM invoices_invoice i
WHERE i.firm_id = %(firm)s AND (i.open_net < i.net OR i.open_tax < i.tax) AND EXISTS (
  SELECT FROM journal_balance b
  WHERE b.firm_id = i.firm_id AND b.deal_id = i.deal_id AND b.account = 'cashed' AND b.net + b.tax > 0)
GROUP BY i.party_id ORDER BY i.party_id LIMIT %(most)s
"""
_DEBTORS = """
SELECT i.party_id FROM invoices_invoice i WHERE i.firm_id = %(firm)s AND (i.open_net > 0 OR i.open_tax > 0)
GROUP BY i.party_id ORDER BY i.party_id LIMIT %(most)s
"""
_PLACE = """(SELECT s.deal_id FROM pipeline_standing s WHERE s.firm_id = %(firm)s AND s.place = '{place}'
  ORDER BY s.net DESC, s.deal_id LIMIT 5 * %(most)s)"""
_PLACES = " UNION ALL ".join(_PLACE.format(place=place) for place in ("hoped", "stalled", "waiting"))
_PROSPECTS = f"""
SELECT DISTINCT d.party_id FROM ({_PLACES}) s
JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = s.deal_id LIMIT %(most)s
"""
_IN_HAND = """
SELECT count(*) FROM (SELECT FROM pipeline_standing s WHERE s.firm_id = %(firm)s
  AND s.place IN ('hoped', 'stalled', 'waiting') LIMIT 5 * %(most)s) s
"""
_ALL = "SELECT p.id FROM parties_party p WHERE p.firm_id = %(firm)s ORDER BY p.id DESC LIMIT %(most)s"

_GATHERED = f"SELECT ARRAY({_ALL}), ARRAY({_CLIENTS}), ARRAY({_DEBTORS}), ARRAY({_PROSPECTS}), ({_IN_HAND})"

_WALK = """
SELECT p.id FROM parties_party p WHERE p.firm_id = %(firm)s AND p.id < %(before)s {among}
ORDER BY p.id DESC LIMIT %(limit)s
"""
_AMONG = {
    Clientele.ALL: "",
    Clientele.CLIENTS: f"AND {_HAS_PAID}",
    Clientele.DEBTORS: f"AND {_OWES}",
    Clientele.PROSPECTS: f"AND {_IS_IN_HAND} AND NOT {_HAS_PAID}",
}


@dataclass(frozen=True, slots=True)
class Members:
    """The parties of a clientele. ``ids`` None: too many to gather, ``count`` is then only a lower bound."""

    count: int
    ids: frozenset[UUID] | None

    @property
    def is_whole(self) -> bool:
        """True when ``count`` is exact."""
        return self.ids is not None


def clienteles(firm: Firm, known: str = "") -> dict[Clientele, Members]:
    """Who belongs to each clientele, up to ``MOST``. One statement, kept until the journal says something new.

    ``known`` is the journal's version, when it was read already.
    """
    last = Party.objects.filter(firm=firm).order_by("-id").values_list("id", flat=True).first()
    key = f"clienteles:{firm.id}:{last}:{known or version(firm)}"
    kept: dict[Clientele, Members] | None = cache.get(key)
    if kept is None:
        kept = _gathered(firm)
        cache.set(key, kept, KEPT)
    return kept


def _gathered(firm: Firm) -> dict[Clientele, Members]:
    with connection.cursor() as cursor:
        cursor.execute(_GATHERED, {"firm": firm.id, "most": MOST + 1})
        everyone, clients, debtors, in_hand, rows = cursor.fetchone()
    paying, buying = frozenset(clients), frozenset(in_hand)
    prospects = buying - paying
    is_partial = max(len(paying), len(buying)) > MOST or rows >= 5 * (MOST + 1)
    return {
        Clientele.ALL: _members(frozenset(everyone)),
        Clientele.CLIENTS: _members(paying),
        Clientele.DEBTORS: _members(frozenset(debtors)),
        Clientele.PROSPECTS: Members(len(prospects), None) if is_partial else _members(prospects),
    }


def _members(ids: frozenset[UUID]) -> Members:
    return Members(len(ids), ids) if len(ids) <= MOST else Members(MOST, None)


def page_of(firm: Firm, which: Clientele, members: Members, limit: int, after: Party | None = None) -> list[Party]:
    """The parties of a clientele: by name while they can be gathered, beyond that the newest first. Two statements.

    ``members`` are those of ``which``; ``after`` is the last party of the page before.
    """
    if members.ids is not None:
        return _by_name(firm, members.ids, limit, after)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"firm": firm.id, "before": after.id if after else LAST, "limit": limit}
        cursor.execute(_WALK.format(among=_AMONG[which]), values)
        ids = [row[0] for row in cursor.fetchall()]
    found = Party.objects.filter(firm=firm).in_bulk(ids)
    return [found[party_id] for party_id in ids]


def those_of(firm: Firm, which: Clientele, parties: Sequence[Party]) -> list[Party]:
    """Of some parties those that belong to a clientele, in their order. One statement."""
    if which == Clientele.ALL:
        return list(parties)
    statement = f"SELECT p.id FROM parties_party p WHERE p.firm_id = %(firm)s AND p.id = ANY(%(ids)s) {_AMONG[which]}"
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"firm": firm.id, "ids": [party.id for party in parties]}
        cursor.execute(statement, values)
        kept = {row[0] for row in cursor.fetchall()}
    return [party for party in parties if party.id in kept]


def _by_name(firm: Firm, ids: frozenset[UUID], limit: int, after: Party | None) -> list[Party]:
    named = Party.objects.filter(firm=firm, id__in=ids).values_list("name", "id")
    order = sorted((_sorted_as(name), party_id) for name, party_id in named)
    if after is not None:
        order = [one for one in order if one > (_sorted_as(after.name), after.id)]
    wanted = [party_id for _name, party_id in order[:limit]]
    found = Party.objects.filter(firm=firm).in_bulk(wanted)
    return [found[party_id] for party_id in wanted]


def _sorted_as(name: str) -> str:
    """Neither case nor accents count in the order of names."""
    return "".join(letter for letter in normalize("NFKD", name.casefold()) if not combining(letter))


@dataclass(frozen=True, slots=True)
class Account:
    """What a list says of a party. ``since``: the day of its first payment, None while it is not a client."""

    party: Party
    since: date | None
    brought: Sequence[Margin]
    exposure: Exposure
    solvency: Solvency

    @property
    def owed(self) -> Decimal:
        """What was invoiced and is not in the bank, tax included."""
        return self.exposure.invoiced + self.exposure.overdue + self.exposure.disputed + self.exposure.doubtful

    @property
    def is_signed(self) -> bool:
        """True when something was signed with it that is not paid yet."""
        return bool(self.exposure.signed or self.exposure.billable or self.owed)


def accounts_with(firm: Firm, parties: Iterable[Party]) -> list[Account]:
    """What is to be said of each party, in their order. Four statements, however many."""
    known = list(parties)
    ids = [party.id for party in known]
    for party in known:
        party.firm = firm
    since, standing = client_since(firm, ids), standing_with(firm, known)
    brought: dict[UUID, list[Margin]] = {}
    for margin in margins(firm, party_ids=ids):
        brought.setdefault(margin.id, []).append(margin)
    return [Account(party, since.get(party.id), brought.get(party.id, []), *standing[party.id]) for party in known]
