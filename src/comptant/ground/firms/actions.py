"""Founding a firm and letting people in."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date

from django.db import connection, transaction

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member, MembershipKey, Role, User, look_up_hash
from comptant.ground.firms.queries import OPERATOR, find_membership, user_hash
from comptant.ground.refusals import Refusal

OPERATOR_NAME = "Comptant"
FOUNDING = 0x6669726D
"""The advisory lock under which one firm at a time is founded."""


def found_alone() -> None:
    """Nobody else founds a firm until this transaction ends: what is looked up now still holds when it does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOUNDING])


@transaction.atomic
def found_firm(
    name: str,
    *,
    today: date,
    ref: str = "",
    country: str = "FR",
    currency: str = "EUR",
    zone: str = "Europe/Paris",
    language: str = "fr",
    is_demo: bool = False,
    fixed_today: date | None = None,
) -> Firm:
    """A new firm, open to this machine's command line; its clock starts on ``today``.

    Raises Refusal firm_ref_taken when a firm of this installation already bears the ref.
    """
    found_alone()
    ref = ref or free_ref(name)
    if find_membership(OPERATOR, ref):
        raise Refusal("firm_ref_taken", ref=ref)
    firm = Firm(
        id=secrets.randbits(52), ref=ref, name=name, country=country, currency=currency, zone=zone,
        language=language, is_demo=is_demo, fixed_today=fixed_today, clock_on=today,
    )  # fmt: skip
    with firm_scope(firm.id):
        firm.save(force_insert=True)
        operator = Member.objects.create(firm=firm, name=OPERATOR_NAME, role=Role.OWNER, is_active=False)
        _let_in(OPERATOR, firm, operator)
    return firm


def add_member(firm: Firm, user: User, role: Role, name: str = "") -> Member:
    """The user becomes a member of the firm, within its scope. A seller known by that name is the same person."""
    name = name or user.name or user.email
    member: Member = Member.objects.filter(firm=firm, name=name, user_id=None).exclude(name=OPERATOR_NAME).first() or (
        Member(firm=firm, name=name)
    )
    member.user_id, member.role, member.is_active = user.pk, role, True
    member.save()
    _let_in(user_hash(user), firm, member)
    return member


def _let_in(key: bytes, firm: Firm, member: Member) -> None:
    MembershipKey.objects.create(
        user_hash=key, ref_hash=look_up_hash("firm", firm.ref), firm_id=firm.id, member_id=member.id,
        is_demo=firm.is_demo,
    )  # fmt: skip


def slug(name: str) -> str:
    """A short name for addresses: lower-case ASCII letters, digits and hyphens.

    >>> slug("Atelier Mercure Conseil, Lyon")
    'atelier-mercure-conseil-lyon'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "firm"


def free_ref(name: str) -> str:
    """The name's slug, numbered when another firm here already bears it."""
    base = ref = slug(name)
    number = 1
    while find_membership(OPERATOR, ref):
        number += 1
        ref = f"{base}-{number}"
    return ref
