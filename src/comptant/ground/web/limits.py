"""How often a public door may be knocked at, by address, by link or by token. Holds across processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from comptant.ground.database.scope import current_firm_id
from comptant.ground.firms.models import look_up_hash
from comptant.ground.web.models import Knock

_KNOCK = """
INSERT INTO web_knock AS k (key_hash, until, count) VALUES (%(key)s, %(until)s, 1)
ON CONFLICT (key_hash) DO UPDATE SET
  count = CASE WHEN k.until <= %(now)s THEN 1 ELSE k.count + 1 END,
  until = CASE WHEN k.until <= %(now)s THEN %(until)s ELSE k.until END
RETURNING count
"""


def allow(key: str, *, limit: int, seconds: int, now: datetime) -> bool:
    """True for the first ``limit`` knocks of ``key`` in a window of ``seconds``, which begins with the first knock.

    Asked before the firm's scope opens: a refused request is rolled back there, and its knock would not be counted.
    """
    if current_firm_id() is not None:
        raise RuntimeError("count the knock before opening the firm's scope: a refusal rolls the count back")
    until = now + timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute(_KNOCK, {"key": look_up_hash("knock", key), "until": until, "now": now})
        return bool(cursor.fetchone()[0] <= limit)


def forget_knocks(now: datetime) -> int:
    """Remove windows that are over; how many."""
    return Knock.objects.filter(until__lte=now).delete()[0]
