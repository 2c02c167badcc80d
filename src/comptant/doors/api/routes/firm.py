"""The firm: who it is, its people and their tokens, and finding anything in it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from comptant.doors.api.asking import ApiRequest, find_member
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.deal_list import matching
from comptant.doors.api.door import Door
from comptant.doors.api.routes.offers import of_deal
from comptant.doors.api.shapes import firm as shapes
from comptant.doors.api.shapes.values import Asked, Given, Pages
from comptant.doors.inviting import invite, withdraw
from comptant.ground.deals.models import Deal
from comptant.ground.firms.describing import FIELDS, describe, described
from comptant.ground.firms.joining import change_role, remove_member
from comptant.ground.firms.models import ApiToken, Identity, Invitation, Member, Role
from comptant.ground.firms.tokens import make_token, revoke_token
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import OWNING
from comptant.journey.invoices.models import Invoice
from comptant.journey.prospects.search import search_parties

door = Door("the firm")
MOST_HITS = 20


class Words(Given):
    """What is looked for."""

    q: Annotated[str, Field(min_length=2, max_length=100)]


@door.reads("/firm", shapes.Firm)
def get_firm(request: ApiRequest) -> Any:
    """The firm, and who it is on its documents."""
    return _firm(request, described(request.firm))


@door.changes("/firm", shapes.Firm, roles=OWNING, scope="admin")
def describe_the_firm(request: ApiRequest, body: shapes.IdentityFields) -> Any:
    """Say who the firm is on its documents; numbers are checked by their check digits."""
    return _firm(
        request, describe(request.firm, **body.model_dump(by_alias=True, exclude_unset=True, exclude_none=True))
    )


def _firm(request: ApiRequest, identity: Identity) -> dict[str, Any]:
    firm = request.firm
    names = ("ref", "name", "country", "currency", "zone", "language", "is_demo")
    said = {name: getattr(identity, name) for name in FIELDS}
    plain = {
        name: value if value is None or isinstance(value, bool | int | str) else str(value)
        for name, value in said.items()
    }
    return {**{name: getattr(firm, name) for name in names}, "today": request.today, "identity": plain}


@door.reads("/members", list[shapes.Member])
def list_members(request: ApiRequest) -> Any:
    """The people of the firm, sellers that a file named among them."""
    return [_member(member) for member in Member.objects.filter(firm=request.firm).order_by("name")]


@door.changes("/members/{member}", shapes.Member, roles=OWNING, scope="admin")
def change_a_role(request: ApiRequest, member: UUID, body: shapes.RoleChange) -> Any:
    """Give a member another role; the last owner keeps theirs."""
    return _member(change_role(find_member(request, member), Role(body.role)))


@door.changes("/members/{member}", shapes.Member, roles=OWNING, scope="admin", method="DELETE")
def remove_a_member(request: ApiRequest, member: UUID) -> Any:
    """A member leaves: no login, no token of theirs opens the firm; what they did stays."""
    return _member(remove_member(find_member(request, member), at=request.now))


@door.reads("/invitations", Pages[shapes.Invitation], roles=OWNING, scope="admin")
def list_invitations(request: ApiRequest, asked: Asked) -> Any:
    """Invitations, the newest first."""
    rows = Invitation.objects.filter(firm=request.firm)
    return page(rows, Place("invitations", asked.limit, asked.cursor), "-id", _invitation)


@door.does("/invitations", shapes.Invitation, roles=OWNING, scope="admin")
def invite_someone(request: ApiRequest, body: shapes.NewInvitation) -> Any:
    """Ask someone to join the firm, by a letter whose link is good for seven days."""
    made = invite(request.firm, body.email, Role(body.role), body.name, at=request.now, by=request.member)
    return _invitation(made)


@door.does("/invitations/{invitation}/withdrawal", shapes.Invitation, roles=OWNING, scope="admin")
def withdraw_an_invitation(request: ApiRequest, invitation: UUID) -> Any:
    """Take an invitation back: its link opens nothing any more."""
    found: Invitation | None = Invitation.objects.filter(firm=request.firm, id=invitation).first()
    if found is None:
        raise Refusal("nothing_here")
    found.firm = request.firm
    return _invitation(withdraw(found, at=request.now))


@door.reads("/tokens", Pages[shapes.Token], roles=OWNING, scope="admin")
def list_tokens(request: ApiRequest, asked: Asked) -> Any:
    """Tokens, the newest first; never their secrets."""
    rows = ApiToken.objects.filter(firm=request.firm)
    return page(rows, Place("tokens", asked.limit, asked.cursor), "-id", _token)


@door.does("/tokens", shapes.MadeToken, roles=OWNING, scope="admin")
def make_a_token(request: ApiRequest, body: shapes.NewToken) -> Any:
    """Make a token; its secret is told this once."""
    member = find_member(request, body.member) if body.member else request.member
    token, secret = make_token(
        member, name=body.name, scopes=body.scopes, at=request.now, expires_at=_instant(request, body.expires_at)
    )
    return {**_token(token), "secret": secret}


def _instant(request: ApiRequest, said: Any) -> datetime | None:
    if said is None:
        return None
    if not isinstance(said, datetime):
        return request.firm.midnight(said)
    return said if said.tzinfo else said.replace(tzinfo=request.firm.tz)


@door.does("/tokens/{token}/revocation", shapes.Token, roles=OWNING, scope="admin", status=200)
def revoke_a_token(request: ApiRequest, token: UUID) -> Any:
    """A token opens nothing any more."""
    found: ApiToken | None = ApiToken.objects.filter(firm=request.firm, id=token).first()
    if found is None:
        raise Refusal("nothing_here")
    found.firm = request.firm
    revoke_token(found, at=request.now)
    return _token(found)


@door.reads("/search", list[shapes.Hit])
def search(request: ApiRequest, asked: Annotated[Words, Query()]) -> Any:
    """Parties, deals and invoices that hold the words, twenty of each at most."""
    firm, words = request.firm, asked.q
    deals = of_deal(request, Deal.objects.filter(firm=firm, id__in=matching(firm, words)), "", "id").order_by("-id")
    numbered = of_deal(request, Invoice.objects.filter(firm=firm, number__icontains=words), "").order_by("-issued_on")
    return [
        *(_hit("party", one.id, one.ref, one.name) for one in search_parties(firm, words, MOST_HITS)),
        *(_hit("deal", one.id, one.ref, str(one)) for one in deals[:MOST_HITS]),
        *(_hit("invoice", one.id, one.number, one.number) for one in numbered.defer("content")[:MOST_HITS]),
    ]


def _hit(kind: str, row_id: UUID, ref: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "id": row_id, "ref": ref, "name": name}


def _member(member: Member) -> dict[str, Any]:
    names = ("id", "name", "role", "is_active")
    return {**{name: getattr(member, name) for name in names}, "signs_in": member.user_id is not None}


def _invitation(invitation: Invitation) -> dict[str, Any]:
    return {name: getattr(invitation, name) for name in shapes.Invitation.model_fields}


def _token(token: ApiToken) -> dict[str, Any]:
    names = set(shapes.Token.model_fields) - {"member"}
    return {**{name: getattr(token, name) for name in names}, "member": token.member_id}
