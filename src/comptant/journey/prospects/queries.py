"""What is thought of a party, how much it owes us or will, and finding one among a million."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.journey.prospects.models import Assessment, Light, Override
from comptant.journey.prospects.rules import Exposure, Solvency
from comptant.journey.prospects.rules.solvency import OWED
from comptant.journey.prospects.search import search_parties as search_parties

COUNTED = [*OWED, "held"]

_NOW = """
SELECT d.party_id, b.account, sum(b.net + b.tax)
FROM deals_deal d JOIN journal_balance b ON b.firm_id = d.firm_id AND b.deal_id = d.id
WHERE d.firm_id = %(firm)s AND d.party_id = ANY(%(parties)s) AND b.account = ANY(%(accounts)s)
GROUP BY 1, 2
"""
_AS_OF = """
WITH moved AS (
  SELECT d.party_id, p.source, p.target, p.net + p.tax AS amount
  FROM deals_deal d JOIN journal_posting p ON p.firm_id = d.firm_id AND p.deal_id = d.id
  WHERE d.firm_id = %(firm)s AND d.party_id = ANY(%(parties)s) AND p.occurred_on <= %(as_of)s
)
SELECT party_id, account, sum(amount) FROM (
  SELECT party_id, target AS account, amount FROM moved
  UNION ALL SELECT party_id, source, -amount FROM moved) t
WHERE account = ANY(%(accounts)s) GROUP BY 1, 2
"""


def exposure(firm: Firm, party_ids: Sequence[UUID], as_of: date | None = None) -> dict[UUID, Exposure]:
    """What each party owes us or will, tax included, as of the end of a day; of now without one. Two or three queries.

    The limit is the one that holds today. Amounts in different currencies are not told apart: a party has one.
    """
    parties = Party.objects.filter(firm=firm, id__in=party_ids)
    return {party_id: owed for party_id, (owed, _) in standing_with(firm, parties, as_of).items()}


def standing_with(
    firm: Firm, parties: Iterable[Party], as_of: date | None = None
) -> dict[UUID, tuple[Exposure, Solvency]]:
    """What each party owes us or will, and what is thought of it. Two queries besides theirs."""
    thought = solvencies(parties)
    standing: dict[UUID, dict[str, Decimal]] = {party_id: {} for party_id in thought}
    values: dict[str, Any] = {"firm": firm.id, "parties": list(thought), "accounts": COUNTED, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(_NOW if as_of is None else _AS_OF, values)
        for party_id, account, amount in cursor.fetchall():
            standing[party_id][account] = amount
    return {
        party_id: (Exposure.of(accounts, thought[party_id].credit_limit), thought[party_id])
        for party_id, accounts in standing.items()
    }


def current_assessment(party: Party) -> Solvency:
    """What is thought of the party today: the latest assessment, else what an import said, else nothing."""
    return solvencies([party])[party.id]


def solvencies(parties: Iterable[Party]) -> dict[UUID, Solvency]:
    """The same for several parties, one query besides theirs."""
    known = {party.id: party for party in parties}
    latest = Assessment.objects.filter(party_id__in=list(known)).order_by("party_id", "-at", "-id").distinct("party_id")
    made: dict[UUID, Assessment] = {one.party_id: one for one in latest}
    return {party_id: _solvency(party, made.get(party_id)) for party_id, party in known.items()}


def _solvency(party: Party, made: Assessment | None) -> Solvency:
    """An insolvency counts unless somebody assessed the party since."""
    insolvent_on = party.insolvent_on
    if insolvent_on is not None and (made is None or party.firm.day(made.at) < insolvent_on):
        limit = made.credit_limit if made else party.credit_limit
        reason = _("Insolvent since {day}, as imported or declared.").format(day=insolvent_on.isoformat())
        return Solvency(Light.RED, reason, limit, is_imported=True)
    if made is not None:
        return Solvency(made.light, made.reason, made.credit_limit, made.terms, made.at, made.by_id)
    if party.credit_limit is not None:
        return Solvency(
            "", _("Credit limit as imported; nobody has assessed this party yet."), party.credit_limit, is_imported=True
        )
    return Solvency()


def is_overridden(deal: Deal) -> bool:
    """True when an owner said that the deal may go beyond its party's limit or light."""
    return Override.objects.filter(firm_id=deal.firm_id, deal=deal).exists()
