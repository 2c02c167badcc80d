"""Proves the outbox, and says what waits or failed, and why. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked
from comptant.ground.mail.models import Message, State

FAULTS: dict[str, str] = {
    "letters say how far they came": """
      SELECT m.id::text, m.state FROM mail_message m
      WHERE m.firm_id = %(firm)s AND NOT CASE m.state
        WHEN 'waiting' THEN m.claimer IS NULL AND (m.tries = 0) = (m.claimed_at IS NULL)
        WHEN 'leaving' THEN m.claimer IS NOT NULL AND m.claimed_at IS NOT NULL AND m.tries > 0
        WHEN 'left' THEN m.claimer IS NULL AND m.claimed_at IS NOT NULL AND m.tries > 0 AND m.left_at >= m.claimed_at
        ELSE m.claimer IS NULL AND m.tries > 0 AND m.last_error <> '' END""",
    "the documents of a letter are all there": """
      SELECT a.message_id::text, concat(count(*), ' of ', max(a.n) + 1) FROM mail_attachment a
      WHERE a.firm_id = %(firm)s GROUP BY 1 HAVING count(*) <> max(a.n) + 1 OR min(a.n) <> 0""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of the outbox."""
    yield from asked(firm, FAULTS)


def what_waits(firm: Firm) -> str:
    """How many letters wait or failed, and why: no fault of what we hold, but somebody must know."""
    letters = Message.objects.filter(firm=firm)
    told = []
    waiting = letters.filter(state__in=(State.WAITING, State.LEAVING)).count()
    if waiting:
        told.append(f"{waiting} waiting" + _why(firm))
    failed = letters.filter(state=State.FAILED).order_by("-put_at").values_list("last_error", flat=True)
    if failed:
        told.append(f"{len(failed)} failed, the last: {failed[0]}")
    return "; ".join(told)


def _why(firm: Firm) -> str:
    if firm.is_demo:
        return ", a demonstration sends nothing"
    if not settings.SMTP_URL:
        return ", no COMPTANT_SMTP_URL is set"
    last = Message.objects.filter(firm=firm, state=State.WAITING).exclude(last_error="").order_by("-claimed_at").first()
    return f", the last answer: {last.last_error}" if last else ""
