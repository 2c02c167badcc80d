"""A repeated call carries a key and gets its first answer again, also after a crash, also when both come at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from comptant.doors.api.models import ApiCall
from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import ApiToken, Firm
from comptant.ground.refusals import Refusal

KEPT = timedelta(days=7)
"""How long an answer is remembered."""

LONGEST_KEY = 200
LONGEST_ADDRESS = 2000

_CLAIM = """
INSERT INTO api_apicall (id, firm_id, token_id, key, request, body_sha256, status, answer, at)
VALUES (%s, %s, %s, %s, %s, %s, NULL, '', %s) ON CONFLICT (firm_id, token_id, key) DO NOTHING
"""
_ANSWER = "UPDATE api_apicall SET status = %s, answer = %s WHERE firm_id = %s AND id = %s"


@dataclass(frozen=True, slots=True)
class Call:
    """What identifies a call: whose, under which key, and what it asks."""

    token: ApiToken
    key: str
    request: str
    body_sha256: bytes
    at: datetime


def call_of(token: ApiToken, key: str, request: str, body: bytes, at: datetime) -> Call:
    """The call as it will be compared. Raises Refusal bad_idempotency_key."""
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Refusal("bad_idempotency_key", longest=LONGEST_KEY)
    return Call(token, key, request[:LONGEST_ADDRESS], hashlib.sha256(body).digest(), at)


def claim(call: Call) -> UUID | ApiCall:
    """The id under which to keep the answer of a new call; or the first call, answered, when it is a repetition.

    Within the firm's scope: while the first is under way, the second waits here until it is done. Raises Refusal
    idempotency_mismatch when the key came with something else.
    """
    for _ in range(3):
        new = uuid7()
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM,
                [new, call.token.firm_id, call.token.id, call.key, call.request, call.body_sha256, call.at],
            )
            if cursor.rowcount:
                return new
        first = ApiCall.objects.filter(firm_id=call.token.firm_id, token=call.token, key=call.key).first()
        if first is not None and first.at > call.at - KEPT:
            if (first.request, bytes(first.body_sha256)) != (call.request, call.body_sha256):
                raise Refusal("idempotency_mismatch", key=call.key)
            return first  # type: ignore[no-any-return]
        if first is not None:
            ApiCall.objects.filter(firm_id=first.firm_id, id=first.id).delete()
    raise RuntimeError("a key that is always taken and never there")


def remember(token: ApiToken, call_id: UUID, status: int, answer: str) -> None:
    """Keep the answer, in the transaction that made it true."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [status, answer, token.firm_id, call_id])


def forget(firm: Firm, now: datetime) -> int:
    """Answers older than seven days are no longer known; how many went."""
    return ApiCall.objects.filter(firm=firm, at__lte=now - KEPT).delete()[0]
