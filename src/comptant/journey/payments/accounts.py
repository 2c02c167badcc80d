"""The deal on which what is held for a party stands: made when the first euro is held, never opened in the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.journey.payments.models import Payment
from comptant.journey.payments.queries import accounts_of

DEAL_COLUMNS = ("id", "firm_id", "ref", "title", "party_id", "currency", "custom", "is_mentioned")
_TWICE = " ON CONFLICT DO NOTHING"


def account_ref(firm: Firm, party: Party, currency: str) -> str:
    """The ref of a party's account: the same whoever makes it."""
    of = f" {currency}" if currency != firm.currency else ""
    ref = f"account {party.ref}{of}"
    return ref if len(ref) <= 200 else f"account {party.id}{of}"


def account_deals(
    firm: Firm, payments: Sequence[Payment] = (), others: Iterable[tuple[Party, str]] = ()
) -> dict[tuple[UUID, str], UUID]:
    """The account deal of the party of each payment, in its currency; those that are missing are made.

    Two who make one at the same time get the same.
    """
    wanted = {(one.party_id, one.currency): one.party for one in payments}
    wanted |= {(party.id, currency): party for party, currency in others}
    known = accounts_of(firm, {party for party, _ in wanted})
    missing = {key: party for key, party in wanted.items() if key not in known}
    if not missing:
        return known
    refs = {key: account_ref(firm, party, key[1]) for key, party in missing.items()}
    insert_rows(
        "deals_deal",
        DEAL_COLUMNS,
        (
            (uuid7(), firm.id, refs[key], party.name[:300], party.id, key[1], {}, False)
            for key, party in sorted(missing.items())
        ),
        _TWICE,
    )
    deals = dict(Deal.objects.filter(firm=firm, ref__in=list(refs.values())).values_list("ref", "id"))
    insert_rows(
        "payments_accountdeal",
        ("firm_id", "party_id", "deal_id", "currency"),
        ((firm.id, key[0], deals[refs[key]], key[1]) for key in sorted(missing)),
        _TWICE,
    )
    return known | accounts_of(firm, {party for party, _ in missing})
