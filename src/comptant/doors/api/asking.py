"""What a route receives: a request whose token, member, firm and moment are known."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from comptant.ground.database.rows import row_where
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import ApiToken, Firm, Member
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import VisitorRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.journey.pipeline.models import Standing


class ApiRequest(VisitorRequest):
    """A request below ``/api/v1/`` with a token: its firm's rows, and no other's, are in sight."""

    firm: Firm
    member: Member
    token: ApiToken
    today: date
    """The firm's day; a demonstration's never passes its fixed today."""
    at: datetime
    """The instant at which what is done happens, unless the body says another."""


def moment(firm: Firm, now: datetime) -> datetime:
    """Now; in a demonstration the same hour of its fixed today."""
    if firm.fixed_today is None:
        return now
    return datetime.combine(firm.fixed_today, now.astimezone(firm.tz).time(), tzinfo=firm.tz)


def happened(request: ApiRequest, said: date | datetime | None) -> datetime:
    """The instant a body names; a bare day means 00:00 in the firm's zone. Raises Refusal ahead_of_today."""
    if said is None:
        return request.at
    if not isinstance(said, datetime):
        at = request.firm.midnight(said)
    else:
        at = said if said.tzinfo else said.replace(tzinfo=request.firm.tz)
    if at > request.at:
        raise Refusal("ahead_of_today", day=at.astimezone(request.firm.tz).date())
    return at


def as_id(text: str) -> UUID | None:
    """The id a path names, when it is one."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def find_deal(request: ApiRequest, name: str) -> Deal:
    """The deal of that ref or id, if it is the firm's and the member may see it; otherwise 404, telling nothing."""
    rows = Deal.objects.filter(firm=request.firm).select_related("party")
    found_id = as_id(name)
    deal: Deal | None = rows.filter(id=found_id).first() if found_id else rows.filter(ref=name).first()
    if deal is None and found_id:
        deal = rows.filter(ref=name).first()
    if deal is None:
        raise Refusal("nothing_here")
    must_see(request, deal)
    deal.firm = deal.party.firm = request.firm
    return deal


def must_see(request: ApiRequest, deal: Deal) -> None:
    """A seller sees their own deals alone; another's is not there."""
    must_see_id(request, deal.id)


def must_see_id(request: ApiRequest, deal_id: UUID) -> None:
    """As ``must_see``, by id."""
    if sees_own_alone(request.member):
        own = Standing.objects.filter(firm=request.firm, deal=deal_id, seller=request.member)
        if not own.exists():
            raise Refusal("nothing_here")


def find_party(request: ApiRequest, name: str) -> Party:
    """The party of that ref or id, if it is the firm's; otherwise 404, telling nothing."""
    firm_id, found_id = request.firm.id, as_id(name)
    party = row_where(Party, "r.firm_id = %s AND r.id = %s", [firm_id, found_id]) if found_id else None
    party = party or row_where(Party, "r.firm_id = %s AND r.ref = %s", [firm_id, name])
    if party is None:
        raise Refusal("nothing_here")
    party.firm = request.firm
    return party


def find_member(request: ApiRequest, member_id: UUID) -> Member:
    """The member, if they are the firm's; otherwise 404."""
    member: Member | None = Member.objects.filter(firm=request.firm, id=member_id).first()
    if member is None:
        raise Refusal("nothing_here")
    member.firm = request.firm
    return member
