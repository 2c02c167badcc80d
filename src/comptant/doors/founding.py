"""A new firm, ready to use: founded, with its stages, and with someone to open it.

``open_house`` is the first account of an installation: whoever holds the signed, expiring link that ``serve`` prints
at the first start makes it. It closes for good when a login exists that is not the demonstration's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import add_member, found_firm
from comptant.ground.firms.models import Firm, MembershipKey, Role, User
from comptant.ground.firms.queries import OPERATOR, Membership, get_firm, memberships_of, open_firms, user_hash
from comptant.journey.pipeline.actions import lay_stages

PLACES: dict[str, dict[str, Any]] = {
    "FR": {"country": "FR", "currency": "EUR", "zone": "Europe/Paris"},
    "CA": {"country": "CA", "currency": "CAD", "zone": "America/Toronto"},
}
"""Where a firm may be founded: France, Québec. Country, currency and zone go together."""

KEY_DAYS = 2
_signer = TimestampSigner(salt="comptant.first-account")


@transaction.atomic
def found(name: str, place: str, language: str, owner: User | None = None) -> Firm:
    """A firm with the usual stages; its owner may sign in to it at once."""
    settings = PLACES[place]
    today = datetime.now(UTC).astimezone(ZoneInfo(settings["zone"])).date()
    firm = found_firm(name, today=today, language=language, **settings)
    with firm_scope(firm.id):
        lay_stages(firm)
        if owner is not None:
            add_member(firm, owner, Role.OWNER)
    return firm


@transaction.atomic
def found_once(name: str, place: str, language: str, owner: User) -> Firm:
    """As ``found``; the firm its owner founded already under that name, there, when a form is sent twice."""
    _one_at_a_time()
    for member in open_firms(user_hash(owner)):
        same = member.firm.name.casefold() == name.casefold() and member.firm.country == place
        if same and member.role == Role.OWNER:
            return member.firm
    return found(name, place, language, owner)


@transaction.atomic
def open_house(
    person: str, email: str, password: str, name: str, place: str, language: str
) -> tuple[User, Firm] | None:
    """The first account and its firm; None when someone was faster, or the same form came twice.

    Firms that the command line made are waiting for their owner: the account opens those, and none is founded.
    """
    _one_at_a_time()
    if not is_house_open():
        return None
    owner = User.objects.create_user(email, password, name=person)
    waiting = [_join(membership.firm_id, owner) for membership in waiting_firms()]
    return owner, waiting[0] if waiting else found(name, place, language, owner)


def waiting_firms() -> list[Membership]:
    """The firms of this installation that only its command line opens, the demonstration left out."""
    return [membership for membership in memberships_of(OPERATOR) if not membership.is_demo]


def _join(firm_id: int, owner: User) -> Firm:
    with firm_scope(firm_id):
        firm = get_firm(firm_id)
        add_member(firm, owner, Role.OWNER)
    return firm


def _one_at_a_time() -> None:
    """Others who found a firm wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('comptant.founding'))")


def is_house_open() -> bool:
    """True while nobody signs in here but the demonstration's people."""
    users = User.objects.filter(is_active=True)[:20]
    return all(_is_demonstration(user) for user in users)


def _is_demonstration(user: User) -> bool:
    """Known only in demonstration firms."""
    firms = MembershipKey.objects.filter(user_hash=user_hash(user))
    return firms.exists() and not firms.filter(is_demo=False).exists()


def first_account_key() -> str:
    """The last part of the link that opens the first account; good for two days."""
    return _signer.sign("first").split(":", 1)[1]


def is_key_ours(key: str) -> bool:
    """Signed by us and not expired; the house may be closed since."""
    try:
        _signer.unsign(f"first:{key}", max_age=KEY_DAYS * 86_400)
    except BadSignature:
        return False
    return True
