"""People who join a firm, change roles and leave it. The letter that invites them is the doors' business."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from comptant.ground.firms.actions import add_member
from comptant.ground.firms.models import Firm, Invitation, Member, MembershipKey, Role, User, look_up_hash
from comptant.ground.firms.queries import OPERATOR, user_hash
from comptant.ground.firms.tokens import revoke_all
from comptant.ground.refusals import Refusal

GOOD_FOR = timedelta(days=7)
"""How long an invitation waits for its answer."""


@transaction.atomic
def open_invitation(firm: Firm, email: str, role: Role, name: str, *, at: datetime, by: Member) -> Invitation:
    """Someone is asked to join. One invitation at a time for an address: the ones before are withdrawn.

    Raises Refusal already_member when that address signs in here already.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is not None and Member.objects.filter(firm=firm, user_id=user.pk, is_active=True).exists():
        raise Refusal("already_member", email=email)
    waiting(firm).filter(email=email).update(withdrawn_at=at)
    invitation: Invitation = Invitation.objects.create(
        firm=firm, email=email, name=name.strip(), role=role, invited_by=by, invited_at=at, expires_at=at + GOOD_FOR
    )
    return invitation


def waiting(firm: Firm) -> QuerySet[Any]:
    """The invitations that nobody has answered or withdrawn."""
    return Invitation.objects.filter(firm=firm, accepted_at=None, withdrawn_at=None)


def withdraw(invitation: Invitation, *, at: datetime) -> Invitation:
    """The invitation is taken back. Raises Refusal invitation_over when it was accepted."""
    if not waiting(invitation.firm).filter(id=invitation.id).update(withdrawn_at=at):
        raise Refusal("invitation_over")
    invitation.withdrawn_at = at
    return invitation


@transaction.atomic
def accept(invitation: Invitation, user: User, *, at: datetime) -> Member:
    """The user becomes a member with the role of the invitation, once.

    Raises Refusal invitation_over when it was accepted, withdrawn or has expired.
    """
    held = Invitation.objects.select_for_update().get(firm=invitation.firm, id=invitation.id)
    if held.accepted_at or held.withdrawn_at or held.expires_at <= at:
        raise Refusal("invitation_over")
    known: Member | None = Member.objects.filter(firm=held.firm, user_id=user.pk).first()
    if known is not None and known.is_active:
        raise Refusal("already_member", email=user.email)
    if known is not None:
        known.role = held.role
        known.save(update_fields=["role"])
        member = come_back(known, user)
    else:
        member = add_member(
            held.firm, user, Role(held.role), _free_name(held.firm, held.name or user.name or user.email)
        )
    held.accepted_at = at
    held.save(update_fields=["accepted_at"])
    return member


def come_back(member: Member, user: User) -> Member:
    """A member who had left is let in again."""
    member.is_active = True
    member.save(update_fields=["is_active"])
    MembershipKey.objects.get_or_create(
        user_hash=user_hash(user), ref_hash=look_up_hash("firm", member.firm.ref),
        defaults={"firm_id": member.firm_id, "member_id": member.id, "is_demo": member.firm.is_demo},
    )  # fmt: skip
    return member


def _free_name(firm: Firm, name: str) -> str:
    """The name, told apart from another person's who has it already and signs in."""
    free, number = name, 1
    while Member.objects.filter(firm=firm, name=free, user_id__isnull=False).exists():
        number += 1
        free = f"{name} ({number})"
    return free


@transaction.atomic
def change_role(member: Member, role: Role) -> Member:
    """The member has another role from now on. Raises Refusal last_owner."""
    held = _held(member)
    if held.role == Role.OWNER and role != Role.OWNER:
        _someone_else_owns(held)
    Member.objects.filter(firm=member.firm, id=member.id).update(role=role)
    member.role = role
    return member


@transaction.atomic
def remove_member(member: Member, *, at: datetime) -> Member:
    """The member no longer gets in, by password or by token; what they did stays theirs. Raises Refusal last_owner."""
    held = _held(member)
    if held.role == Role.OWNER:
        _someone_else_owns(held)
    Member.objects.filter(firm=member.firm, id=member.id).update(is_active=False)
    MembershipKey.objects.filter(firm_id=member.firm_id, member_id=member.id).exclude(user_hash=OPERATOR).delete()
    revoke_all(member, at=at)
    member.is_active = False
    return member


def _held(member: Member) -> Member:
    """The member who may sign in, held with all other owners: two of them cannot leave at once."""
    people = Member.objects.select_for_update().filter(firm=member.firm, user_id__isnull=False, is_active=True)
    rows: list[Member] = list(people.order_by("id"))
    found = next((row for row in rows if row.id == member.id), None)
    if found is None:
        raise Http404
    return found


def _someone_else_owns(member: Member) -> None:
    others = Member.objects.filter(firm=member.firm, role=Role.OWNER, is_active=True, user_id__isnull=False)
    if not others.exclude(id=member.id).exists():
        raise Refusal("last_owner", name=member.name)
