"""Letters leave the outbox: one is claimed, handed to the mail server, and known as left as soon as it was taken.

Each step is a transaction of its own, so that a death between two of them shows.
Source: docs/decisions/0011-mail-leaves-once.md.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.mail.actions import checked, home
from comptant.ground.mail.models import Message, State
from comptant.ground.mail.post_office import Later, Never, PostOffice, read_address
from comptant.ground.mail.writing import sender, written
from comptant.ground.refusals import Refusal

log = logging.getLogger("comptant.mail")

CLAIMERS = 0x6D61696C
"""The space of advisory locks in which whoever hands letters over holds a number of their own."""
FORGOTTEN = timedelta(minutes=10)
"""A letter that someone has been handing over for longer is taken over, even if they seem alive."""
WAITS = (60, 300, 900, 3600, 14_400)
"""Seconds before the next try, by the number of tries; the last one from then on."""
GIVE_UP = timedelta(days=5)
"""A letter that the server puts off for longer has failed. Source: RFC 5321, section 4.5.4.1."""

_CLAIM = """
UPDATE mail_message SET state = 'leaving', claimed_at = %(now)s, claimer = %(claimer)s, tries = tries + 1
WHERE firm_id = %(firm)s AND id = (
  SELECT m.id FROM mail_message m
  WHERE m.firm_id = %(firm)s AND m.state IN ('waiting', 'leaving') AND (
    m.state = 'waiting' AND m.next_try_at <= %(now)s
    OR m.state = 'leaving' AND (m.claimed_at <= %(forgotten)s OR NOT EXISTS (
      SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = %(claimers)s AND l.objid = m.claimer
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))))
    AND (SELECT count(*) FROM mail_message r WHERE r.firm_id = %(firm)s AND r.claimed_at > %(minute)s) < %(rate)s
  ORDER BY m.next_try_at, m.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def send_waiting(firm: Firm, *, now: datetime, limit: int = 100) -> int:
    """Hand over what waits, up to ``limit`` letters and the firm's rate; how many left. Not within a firm's scope.

    A demonstration sends nothing, nor does an installation without a mail server: letters wait. Two of us at once
    share the letters. Raises Unable mail_server_away before anything was claimed, mail_address.
    """
    if firm.is_demo or not settings.SMTP_URL or not _is_due(firm, now):
        return 0
    left, started = 0, time.monotonic()
    with PostOffice(read_address(settings.SMTP_URL), home()) as office, _claimer() as number:
        for _ in range(limit):
            at = now + timedelta(seconds=time.monotonic() - started)
            claimed = _claim(firm, number, at)
            if claimed is None:
                break
            left += _hand_over(firm, office, claimed, at)
    return left


def _is_due(firm: Firm, now: datetime) -> bool:
    with firm_scope(firm.id):
        return bool(
            Message.objects.filter(firm=firm, state=State.WAITING, next_try_at__lte=now).exists()
            or Message.objects.filter(firm=firm, state=State.LEAVING).exists()
        )


@contextmanager
def _claimer() -> Iterator[int]:
    """A number held by our session: PostgreSQL lets go of it when we die, and others see that it is free."""
    number = secrets.randbits(31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [CLAIMERS, number])
    try:
        yield number
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLAIMERS, number])


def _claim(firm: Firm, number: int, at: datetime) -> UUID | None:
    """One letter is ours to hand over, and everybody knows it; None when nothing may leave now."""
    with firm_scope(firm.id), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "firm": firm.id, "now": at, "claimer": number, "claimers": CLAIMERS, "forgotten": at - FORGOTTEN,
                "minute": at - timedelta(minutes=1), "rate": settings.MAIL_PER_MINUTE,
            },
        )  # fmt: skip
        row = cursor.fetchone()
    return row[0] if row else None


def _hand_over(firm: Firm, office: PostOffice, message_id: UUID, at: datetime) -> bool:
    """True once the server has the letter, and the outbox knows."""
    with firm_scope(firm.id):
        message = Message.objects.get(firm=firm, id=message_id)
        come_from, answers_to = sender(firm, settings.MAIL_FROM), sender(firm, "")
        letter = written(firm, message, come_from=come_from, answers_to=answers_to) if _is_good(come_from) else None
    try:
        if letter is None:
            raise Later("no sender: give the firm an e-mail address, or set COMPTANT_MAIL_FROM")
        office.send(letter, come_from, message.to)
    except Later as later:
        _put_off(firm, message, at, str(later))
        return False
    except Never as never:
        _fail(firm, message, str(never))
        return False
    with firm_scope(firm.id):
        _claimed(firm, message).update(state=State.LEFT, left_at=at, claimer=None, last_error="")
    return True


def _is_good(address: str) -> bool:
    try:
        return checked(address) == address
    except Refusal:
        return False


def _put_off(firm: Firm, message: Message, at: datetime, reason: str) -> None:
    """The letter waits, longer each time; after five days it has failed."""
    if at - message.put_at > GIVE_UP:
        return _fail(firm, message, reason)
    wait = timedelta(seconds=WAITS[min(message.tries, len(WAITS)) - 1])
    log.info("letter %s waits: %s", message.id, reason)
    with firm_scope(firm.id):
        _claimed(firm, message).update(state=State.WAITING, next_try_at=at + wait, claimer=None, last_error=reason)
    return None


def _fail(firm: Firm, message: Message, reason: str) -> None:
    log.warning("letter %s failed: %s", message.id, reason)
    with firm_scope(firm.id):
        _claimed(firm, message).update(state=State.FAILED, claimer=None, last_error=reason)


def _claimed(firm: Firm, message: Message) -> QuerySet[Message]:
    """Our claim, unless someone took it over meanwhile."""
    return Message.objects.filter(firm=firm, id=message.id, state=State.LEAVING, tries=message.tries)
