"""A new firm, ready to use: founded, with its stages, and with someone to open it.

``open_house`` is the first account of an installation: whoever holds the signed, expiring link that ``serve`` prints
at the first start makes it. It closes for good when a login exists that is not the demonstration's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import add_member, found_firm
from comptant.ground.firms.models import Firm, MembershipKey, Role, User
from comptant.ground.firms.queries import user_hash
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


def is_key_good(key: str) -> bool:
    """Signed by us, not expired, and still of use."""
    try:
        _signer.unsign(f"first:{key}", max_age=KEY_DAYS * 86_400)
    except BadSignature:
        return False
    return is_house_open()
