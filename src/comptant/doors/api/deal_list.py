"""Pages of deals by cursor, in one or two statements whatever the size of the firm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from comptant.doors.api.cursors import Place
from comptant.ground.database.rows import prepared_cursor
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import OPEN, PROSPECTED
from comptant.ground.journal.places import standing_amounts
from comptant.journey.pipeline.models import Standing
from comptant.journey.prospects.search import search_parties

FOUND = 500
"""Deals that a search looks at: beyond, the words are too common to help."""

PARTIES_FOUND = 200

COLUMNS = (
    "id", "ref", "title", "party_id", "party_ref", "party_name", "currency", "account", "net", "has_amount", "stage",
    "seller", "opened_on", "last_buyer_move", "decision_on", "wake_on", "stalled_since", "stall_rule", "signed_on",
    "closed_on",
)  # fmt: skip

_READ = """d.id, d.ref, d.title, p.id, p.ref, p.name, d.currency, s.place, s.net, s.has_amount, s.stage, s.seller_id,
       s.opened_on, s.last_move_on, s.decision_on, s.wake_on, s.stalled_on, s.stall_rule, s.signed_on, s.closed_on"""
_OF = """
LEFT JOIN pipeline_standing s ON s.firm_id = d.firm_id AND s.deal_id = d.id
JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
"""
_NARROWED = """ AND (%(stage)s = '' OR stage = %(stage)s) AND (%(seller)s::uuid IS NULL OR seller_id = %(seller)s)
    AND (%(among)s::uuid[] IS NULL OR deal_id = ANY(%(among)s))"""
_WALK = (
    """(SELECT * FROM pipeline_standing WHERE firm_id = %(firm)s AND place = %(place_{n})s"""
    + _NARROWED
    + """{beyond} ORDER BY net DESC, deal_id LIMIT %(limit)s)"""
)
_BEYOND = " AND net <= %(below)s AND (net < %(below)s OR deal_id > %(after)s)"
_LARGEST = f"""
SELECT {_READ}
FROM (SELECT * FROM ({{walks}}) w ORDER BY net DESC, deal_id LIMIT %(limit)s) s
JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
ORDER BY s.net DESC, s.deal_id
"""
_NEWEST = f"""
SELECT {_READ} FROM deals_deal d {_OF}
WHERE d.firm_id = %(firm)s AND (%(after)s::uuid IS NULL OR d.id < %(after)s)
  AND (%(stage)s = '' OR s.stage = %(stage)s) AND (%(seller)s::uuid IS NULL OR s.seller_id = %(seller)s)
  AND (%(among)s::uuid[] IS NULL OR d.id = ANY(%(among)s)) AND (%(place)s::text IS NULL OR s.place = %(place)s)
ORDER BY d.id DESC LIMIT %(limit)s
"""
_NAMED = f"SELECT {_READ} FROM deals_deal d {_OF} WHERE d.firm_id = %(firm)s AND d.id = ANY(%(ids)s)"

Row = dict[str, Any]


def deal_row(firm: Firm, deal_id: UUID) -> Row:
    """One deal of the list."""
    return rows_by_id(firm, [deal_id])[deal_id]


def new_row(deal: Deal, standing: Standing) -> Row:
    """The same of a deal just opened, from what was written of it."""
    party, s = deal.party, standing
    return _row(
        (
            deal.id, deal.ref, deal.title, party.id, party.ref, party.name, deal.currency, s.place, s.net, s.has_amount,
            s.stage, s.seller_id, s.opened_on, s.last_move_on, s.decision_on, s.wake_on, s.stalled_on, s.stall_rule,
            s.signed_on, s.closed_on,
        )
    )  # fmt: skip


def rows_by_id(firm: Firm, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Deals of the list, by id."""
    return {row["id"]: row for row in _rows(_NAMED, {"firm": firm.id, "ids": list(ids)})}


def deal_page(
    firm: Firm, place: Place, *, account: str | None, stage: str, seller: UUID | None, words: str, sort: str
) -> dict[str, Any]:
    """A page of deals and the cursor of the next.

    Without an ``account``: those hoped for, stalled and waiting, or all, the newest first; an account past signature
    lists what stands there, by amount alone.
    """
    after = place.after()
    values: dict[str, Any] = {
        "firm": firm.id, "stage": stage, "seller": seller, "limit": place.limit + 1,
        "among": matching(firm, words) if words else None,
    }  # fmt: skip
    if account is not None and account not in PROSPECTED:
        return _standing(firm, place, account, values, after)
    if sort == "-created":
        return _newest(place, account, values, after)
    return _largest(place, [account] if account else sorted(OPEN), values, after)


def _largest(place: Place, accounts: Sequence[str], values: Row, after: Any) -> dict[str, Any]:
    """From the pipeline's own rows: one ordered walk of the index an account, merged by the database."""
    beyond = ""
    if after is not None:
        values |= {"below": Decimal(after[0]), "after": UUID(after[1])}
        beyond = _BEYOND
    values |= {f"place_{n}": account for n, account in enumerate(accounts)}
    walks = " UNION ALL ".join(_WALK.format(n=n, beyond=beyond) for n in range(len(accounts)))
    return _page(place, _rows(_LARGEST.format(walks=walks), values), lambda row: (row["net"], row["id"]))


def _newest(place: Place, account: str | None, values: Row, after: Any) -> dict[str, Any]:
    values |= {"after": after and UUID(after[0]), "place": account}
    return _page(place, _rows(_NEWEST, values), lambda row: (row["id"],))


def _standing(firm: Firm, place: Place, account: str, values: Row, after: Any) -> dict[str, Any]:
    """From the balances: what was signed, invoiced or paid has no place in the pipeline any more."""
    among = values["among"]
    if values["seller"] or values["stage"]:
        rows = Standing.objects.filter(firm=firm)
        rows = rows.filter(seller=values["seller"]) if values["seller"] else rows
        rows = rows.filter(stage=values["stage"]) if values["stage"] else rows
        own = set(rows.values_list("deal_id", flat=True))
        among = sorted(own if among is None else own & set(among))
    went_on = after and (Decimal(after[0]), UUID(after[1]))
    found = standing_amounts(firm, [account], limit=place.limit + 1, among=among, after=went_on)
    known = rows_by_id(firm, [one.deal_id for one in found])
    return _page(
        place,
        [{**known[one.deal_id], "account": account, "net": one.net} for one in found],
        lambda row: (row["net"], row["id"]),
    )


def _page(place: Place, rows: Sequence[Row], keys: Any) -> dict[str, Any]:
    shown = rows[: place.limit]
    return {"items": shown, "next": place.next(keys(shown[-1])) if len(rows) > place.limit else None}


def _rows(statement: str, values: Mapping[str, Any]) -> list[Row]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return [_row(row) for row in cursor.fetchall()]


def _row(columns: tuple[Any, ...]) -> Row:
    row = dict(zip(COLUMNS, columns, strict=True))
    row["party"] = {"id": row.pop("party_id"), "ref": row.pop("party_ref"), "name": row.pop("party_name")}
    return row


def matching(firm: Firm, words: str) -> list[UUID]:
    """Deals whose party, title or ref holds the words."""
    parties = [party.id for party in search_parties(firm, words, PARTIES_FOUND)]
    found = Q(party__in=parties) | Q(title__icontains=words) | Q(ref__iexact=words)
    return list(Deal.objects.filter(firm=firm).filter(found).values_list("id", flat=True)[:FOUND])
