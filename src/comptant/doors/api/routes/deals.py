"""Deals: opened, followed, closed, come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from comptant.doors.api.asking import ApiRequest, find_deal, find_member, find_party, happened
from comptant.doors.api.cursors import Place
from comptant.doors.api.deal_list import deal_page, deal_row, new_row
from comptant.doors.api.door import Door
from comptant.doors.api.routes.parties import new_party
from comptant.doors.api.shapes import deals as shapes
from comptant.doors.api.shapes.values import Asked, Pages
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member
from comptant.ground.journal.acts import ACCOUNTS
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.parties.actions import new_ref
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import KEEPING_BOOKS, READING, SELLING, sees_own_alone
from comptant.journey.pipeline.actions import Opening, add_cost, open_within, say
from comptant.journey.pipeline.models import Cost, Stage, Standing
from comptant.outlook.reports.margins import Margin, margins

door = Door("deals")


@door.reads("/deals", Pages[shapes.DealRow])
def list_deals(request: ApiRequest, asked: shapes.AskedDeals) -> Any:
    """Deals: those hoped for, stalled and waiting, the largest first, unless asked otherwise."""
    seller = request.member.id if sees_own_alone(request.member) else asked.seller
    if asked.seller not in (None, seller):
        return {"items": [], "next": None}
    filters = (asked.account, asked.stage, asked.seller, asked.q, asked.sort)
    place = Place("deals:" + ":".join(map(str, filters)), asked.limit, asked.cursor)
    return deal_page(
        request.firm, place, account=asked.account, stage=asked.stage, seller=seller, words=asked.q, sort=asked.sort
    )


@door.does("/deals", shapes.DealRow, roles=SELLING, scope="deals")
def open_a_deal(request: ApiRequest, body: shapes.NewDeal) -> Any:
    """Open a deal, with a party that is there or a new one, in one transaction."""
    if (body.party is None) == (body.new_party is None):
        raise Refusal("one_party_needed")
    party = find_party(request, body.party) if body.party is not None else new_party(request, body.new_party)  # type: ignore[arg-type]
    party.firm = request.firm
    opening = Opening(
        body.stage or _first_stage(request), None if body.amount is None else str(body.amount), body.decision_on,
        body.source, _seller(request, body.seller),
    )  # fmt: skip
    at = happened(request, body.at)
    ref, title = body.ref or new_ref("D"), body.title or party.name
    deal, standing = open_within(party, ref, title, opening, at=at, by=request.member)
    return new_row(deal, standing)


@door.reads("/deals/{deal}", shapes.DealFile)
def get_deal(request: ApiRequest, deal: str) -> Any:
    """A deal, by ref or id: where it stands, and what stands anywhere of it."""
    return shown_deal(request, find_deal(request, deal))


@door.reads("/deals/{deal}/acts", Pages[shapes.Act])
def list_acts(request: ApiRequest, deal: str, asked: Asked) -> Any:
    """The timeline of a deal, in the order recorded, corrections among it."""
    found = find_deal(request, deal)
    place = Place(f"acts:{found.id}", asked.limit, asked.cursor)
    after = place.after()
    acts = recorded_acts(request.firm, [found.id]).get(found.id, [])
    beyond = [act for act in acts if after is None or act.seq > after[0]]
    shown = beyond[: asked.limit]
    more = place.next((shown[-1].seq,)) if len(beyond) > len(shown) else None
    return {"items": [_act(act) for act in shown], "next": more}


def _act(act: Any) -> dict[str, Any]:
    moves = [
        {"source": p.source, "target": p.target, "net": p.net, "tax": p.tax, "document": p.document}
        for p in act.postings
    ]
    return {
        "id": act.id, "seq": act.seq, "kind": act.kind, "at": act.at, "is_clock": act.is_clock, "stage": act.stage,
        "by": act.by, "corrects": act.corrects, "details": dict(act.details), "moves": moves,
        "document_sha256": act.document_sha256.hex() if act.document_sha256 else None,
    }  # fmt: skip


def _said(request: ApiRequest, deal: str, kind: str, body: BaseModel, details: Mapping[str, Any]) -> Any:
    """A fact a person states on a deal, and where the deal stands after it."""
    found = find_deal(request, deal)
    say(found, kind, details, at=happened(request, getattr(body, "at", None)), by=request.member)
    return deal_row(request.firm, found.id)


@door.does("/deals/{deal}/estimates", shapes.DealRow, roles=SELLING, scope="deals")
def estimate_deal(request: ApiRequest, deal: str, body: shapes.Estimate) -> Any:
    """Say what a deal may bring, before tax."""
    amount = None if body.amount is None else str(body.amount)
    return _said(request, deal, "estimate", body, {"amount": amount})


@door.does("/deals/{deal}/stage", shapes.DealRow, roles=SELLING, scope="deals")
def move_deal(request: ApiRequest, deal: str, body: shapes.NewStage) -> Any:
    """Move a deal to another stage."""
    return _said(request, deal, "stage", body, {"stage": body.stage})


@door.does("/deals/{deal}/buyer-moves", shapes.DealRow, roles=SELLING, scope="deals")
def record_buyer_move(request: ApiRequest, deal: str, body: shapes.BuyerMove) -> Any:
    """The client answered: what keeps a deal alive, and brings a stalled one back."""
    return _said(request, deal, "buyer_move", body, {"channel": body.channel, "note": body.note})


@door.does("/deals/{deal}/meetings", shapes.DealRow, roles=SELLING, scope="deals")
def record_meeting(request: ApiRequest, deal: str, body: shapes.MeetingAccepted) -> Any:
    """The buyer accepted a meeting: a move, and silence waits for it."""
    return _said(request, deal, "meeting_accepted", body, {"meeting_on": body.meeting_on.isoformat()})


@door.does("/deals/{deal}/touches", shapes.DealRow, roles=SELLING, scope="deals")
def record_touch(request: ApiRequest, deal: str, body: shapes.Touch) -> Any:
    """We wrote or called: evidence, and no sign of the buyer."""
    return _said(request, deal, "seller_touch", body, {"channel": body.channel, "note": body.note})


@door.does("/deals/{deal}/maybes", shapes.DealRow, roles=SELLING, scope="deals")
def record_maybe(request: ApiRequest, deal: str, body: shapes.Maybe) -> Any:
    """The client said neither yes nor no."""
    return _said(request, deal, "maybe", body, {"note": body.note})


@door.does("/deals/{deal}/hold", shapes.DealRow, roles=SELLING, scope="deals")
def hold_deal(request: ApiRequest, deal: str, body: shapes.Hold) -> Any:
    """Put a deal on hold until a day; said again, the wait is extended, once."""
    return _said(request, deal, "hold", body, {"wake_on": body.wake_on.isoformat(), "reason": body.reason})


@door.does("/deals/{deal}/wake", shapes.DealRow, roles=SELLING, scope="deals")
def wake_deal(request: ApiRequest, deal: str, body: shapes.Wake) -> Any:
    """Wake a deal before its day."""
    return _said(request, deal, "wake", body, {})


@door.does("/deals/{deal}/loss", shapes.DealRow, roles=SELLING, scope="deals")
def lose_deal(request: ApiRequest, deal: str, body: shapes.Loss) -> Any:
    """A competitor got it."""
    return _said(request, deal, "lost", body, {"competitor": body.competitor, "reason": body.reason})


@door.does("/deals/{deal}/vanishing", shapes.DealRow, roles=SELLING, scope="deals")
def let_deal_vanish(request: ApiRequest, deal: str, body: shapes.Vanishing) -> Any:
    """Nobody got it: the client chose to do nothing."""
    return _said(request, deal, "vanished", body, {"reason": body.reason})


@door.does("/deals/{deal}/declining", shapes.DealRow, roles=SELLING, scope="deals")
def decline_deal(request: ApiRequest, deal: str, body: shapes.Declining) -> Any:
    """We said no."""
    return _said(request, deal, "declined", body, {"reason": body.reason})


@door.does("/deals/{deal}/reactivation", shapes.DealRow, roles=SELLING, scope="deals")
def reactivate_deal(request: ApiRequest, deal: str, body: shapes.Reactivation) -> Any:
    """A closed deal comes back to a stage."""
    return _said(request, deal, "reactivated", body, {"stage": body.stage} if body.stage else {})


@door.reads("/deals/{deal}/costs", list[shapes.Cost], roles=READING)
def list_costs(request: ApiRequest, deal: str) -> Any:
    """What a deal cost us, by day."""
    rows = Cost.objects.filter(firm=request.firm, deal=find_deal(request, deal))
    return list(rows.order_by("on", "id").values("id", "amount", "on", "label"))


@door.does("/deals/{deal}/costs", shapes.Cost, roles=SELLING | KEEPING_BOOKS, scope="deals")
def add_a_cost(request: ApiRequest, deal: str, body: shapes.NewCost) -> Any:
    """A deal cost us something, before tax; below zero when some of it came back."""
    cost = add_cost(
        find_deal(request, deal), amount=body.amount, on=body.on, label=body.label, at=request.at, by=request.member
    )
    return {"id": cost.id, "amount": cost.amount, "on": cost.on, "label": cost.label}


@door.reads("/deals/{deal}/margin", shapes.Margin)
def get_deal_margin(request: ApiRequest, deal: str) -> Any:
    """What a deal has really brought: cash in less costs, before tax; negative until it is paid."""
    [found] = margins(request.firm, [find_deal(request, deal).id])
    return _margin(found)


@door.reads("/parties/{party}/margins", list[shapes.Margin])
def get_party_margins(request: ApiRequest, party: str) -> Any:
    """What a party has really brought with all its deals, one line a currency."""
    return [_margin(found) for found in margins(request.firm, party_ids=[find_party(request, party).id])]


def _margin(found: Margin) -> dict[str, Any]:
    return {
        "of": found.of, "ref": found.ref, "currency": found.currency, "cashed": found.cashed, "costs": found.costs,
        "margin": found.margin,
    }  # fmt: skip


@door.reads("/stages", list[shapes.Stage])
def list_stages(request: ApiRequest) -> Any:
    """The steps of the firm's pipeline, in order."""
    rows = Stage.objects.filter(firm=request.firm).order_by("position")
    return list(rows.values("key", "name", "kind", "position", "declared_days"))


def shown_deal(request: ApiRequest, deal: Deal) -> dict[str, Any]:
    """A deal in an answer, with its balances in the order of the accounts."""
    standing = Standing.objects.filter(firm=request.firm, deal=deal).select_related("seller").first()
    sums: dict[str, list[Any]] = {}
    for account, net, tax in deal.balances.filter(firm=request.firm).values_list("account", "net", "tax"):
        known = sums.setdefault(account, [0, 0])
        known[0] += net
        known[1] += tax
    balances = [
        {"account": account, "net": sums[account][0], "tax": sums[account][1]}
        for account in ACCOUNTS
        if account in sums and any(sums[account])
    ]
    return {
        **deal_row(request.firm, deal.id),
        "source": standing.source if standing else "",
        "seller_name": standing.seller.name if standing and standing.seller else None,
        "competitor": standing.competitor if standing else "",
        "reason": standing.reason if standing else "",
        "balances": balances,
    }


def _first_stage(request: ApiRequest) -> str:
    key = Stage.objects.filter(firm=request.firm).order_by("position").values_list("key", flat=True).first()
    return key or ""


def _seller(request: ApiRequest, seller: UUID | None) -> Member:
    """Who follows a new deal: a seller follows their own."""
    if seller is None or seller == request.member.id:
        return request.member
    if sees_own_alone(request.member):
        raise Refusal("role_missing", role=request.member.role)
    return find_member(request, seller)
