"""Tokens of the API: a member's keys, each for what its scopes name. The secret is shown once and never kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comptant.ground.database.rows import row_where, rows_joined
from comptant.ground.firms.models import ApiToken, Firm, Member, TokenKey, look_up_hash
from comptant.ground.refusals import Refusal

PREFIX = "cpt_"
"""With which every secret begins, so that a leaked one is recognised."""

SCOPES = ("read", "deals", "offers", "invoices", "payments", "recovery", "admin")
"""What a token may be for. None implies another; what the member's role forbids, no scope allows."""


def token_hash(secret: str) -> bytes:
    """The key under which the look-up knows a secret."""
    return look_up_hash("token", secret)


@transaction.atomic
def make_token(
    member: Member, *, name: str, scopes: Sequence[str], at: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token of the member's and its secret, which nobody can read again.

    Raises Refusal unknown_scope, and expires_in_the_past.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Refusal("unknown_scope", scope=", ".join(unknown), known=", ".join(SCOPES))
    if expires_at is not None and expires_at <= at:
        raise Refusal("expires_in_the_past")
    secret = PREFIX + secrets.token_urlsafe(32)
    token: ApiToken = ApiToken.objects.create(
        firm=member.firm, member=member, name=name, scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=at, expires_at=expires_at,
    )  # fmt: skip
    TokenKey.objects.create(key_hash=token_hash(secret), firm_id=member.firm_id, token_id=token.id)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, at: datetime) -> None:
    """Afterwards the token opens nothing; twice changes nothing."""
    TokenKey.objects.filter(firm_id=token.firm_id, token_id=token.id).delete()
    ApiToken.objects.filter(firm=token.firm, id=token.id, revoked_at=None).update(revoked_at=at)
    token.revoked_at = token.revoked_at or at


def revoke_all(member: Member, *, at: datetime) -> int:
    """No token of the member's opens anything any more; how many did."""
    tokens = list(ApiToken.objects.filter(firm=member.firm, member=member, revoked_at=None).select_related("firm"))
    for token in tokens:
        revoke_token(token, at=at)
    return len(tokens)


def find_token(secret: str) -> TokenKey | None:
    """The firm and the token that a secret opens, before the firm is known."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    return row_where(TokenKey, "r.key_hash = %s", [token_hash(secret)])


_WHOSE = """firms_apitoken t JOIN firms_member m ON m.firm_id = t.firm_id AND m.id = t.member_id
JOIN firms_firm f ON f.id = t.firm_id WHERE t.firm_id = %s AND t.id = %s"""


def get_token(key: TokenKey, now: datetime) -> ApiToken | None:
    """The token with its member and firm, within the firm's scope; None when it is over or the member has left."""
    found = rows_joined(_WHOSE, [key.firm_id, key.token_id], t=ApiToken, m=Member, f=Firm)
    if not found:
        return None
    token, member, firm = found[0]
    token.member, token.firm, member.firm = member, firm, firm
    is_over = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)
    return None if is_over or not member.is_active else token
