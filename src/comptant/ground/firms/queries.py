"""Reads of firms and members. The global look-up comes first: it says which firm may be opened at all."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from comptant.ground.database.rows import row_where, rows_joined
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member, MembershipKey, User, look_up_hash

OPERATOR = look_up_hash("operator", "this machine")
"""Under this key the look-up lists every firm of the installation, for its command line."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A firm someone may open, and who they are in it."""

    firm_id: int
    member_id: UUID
    is_demo: bool


def user_hash(user: User) -> bytes:
    """The key under which the look-up knows a login."""
    return look_up_hash("user", str(user.pk))


def memberships_of(key: bytes) -> list[Membership]:
    """Every firm that the key opens, oldest first."""
    rows = MembershipKey.objects.filter(user_hash=key).order_by("id")
    return [Membership(row.firm_id, row.member_id, row.is_demo) for row in rows]


def find_membership(key: bytes, ref: str) -> Membership | None:
    """The membership for the firm so called, or None: the firm may not even exist."""
    row = row_where(MembershipKey, "r.user_hash = %s AND r.ref_hash = %s", [key, look_up_hash("firm", ref)])
    return Membership(row.firm_id, row.member_id, row.is_demo) if row else None


def get_firm(firm_id: int) -> Firm:
    """The firm whose scope is open."""
    return Firm.objects.get(pk=firm_id)


def get_member(membership: Membership) -> Member:
    """The member, with the firm, in one query; within the firm's scope."""
    tables = "firms_member m JOIN firms_firm f ON f.id = m.firm_id WHERE m.firm_id = %s AND m.id = %s"
    [(member, firm)] = rows_joined(tables, [membership.firm_id, membership.member_id], m=Member, f=Firm)
    member.firm = firm
    return member  # type: ignore[no-any-return]


def open_firms(key: bytes) -> list[Member]:
    """Who a login is in each of its firms: the one read here that goes from firm to firm, scope by scope."""
    members = []
    for membership in memberships_of(key):
        with firm_scope(membership.firm_id):
            members.append(get_member(membership))
    return [member for member in members if member.is_active or member.user_id is None]
