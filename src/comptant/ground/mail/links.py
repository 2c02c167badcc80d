"""Links sent to someone who has no account: a secret that opens one thing, until it expires or is ended.

The secret is never kept, only its hash; found before the firm is known.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from comptant.ground.firms.models import Firm, LinkKey, look_up_hash

PATHS = {"offer": "o", "reminder": "r", "invitation": "join"}
"""Under which path each purpose is answered."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a link opens."""

    firm_id: int
    subject_id: UUID


def make_link(firm: Firm, purpose: str, subject_id: UUID, *, expires_at: datetime) -> str:
    """A new secret for the subject; those made before it stay good until they expire or are ended."""
    secret = secrets.token_urlsafe(32)
    LinkKey.objects.create(
        key_hash=_hash(purpose, secret), purpose=purpose, firm_id=firm.id, subject_id=subject_id, expires_at=expires_at
    )
    return secret


def find_link(purpose: str, secret: str, *, now: datetime) -> Found | None:
    """What the secret opens at ``now``; None when it is unknown, of another purpose, expired or ended."""
    row = LinkKey.objects.filter(key_hash=_hash(purpose, secret), purpose=purpose, expires_at__gt=now).first()
    return Found(row.firm_id, row.subject_id) if row else None


def end_links(firm: Firm, purpose: str, subject_id: UUID) -> int:
    """Afterwards no link opens the subject any more; how many were ended."""
    return LinkKey.objects.filter(firm_id=firm.id, purpose=purpose, subject_id=subject_id).delete()[0]


def forget_expired(now: datetime) -> int:
    """Remove links that opened nothing any more; how many."""
    return LinkKey.objects.filter(expires_at__lte=now).delete()[0]


def address_of(purpose: str, secret: str) -> str:
    """The absolute address that goes into the letter."""
    return f"{settings.BASE_URL}/{PATHS[purpose]}/{secret}/"


def _hash(purpose: str, secret: str) -> bytes:
    return look_up_hash(f"link:{purpose}", secret)
