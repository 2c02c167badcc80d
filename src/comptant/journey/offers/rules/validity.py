"""What an offer is today, from its dates: nothing else says so.

Source: product.md 4.3: versions are immutable once sent, an offer is live only while its deal is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DRAFT, SENT, ACCEPTED, DECLINED, ENDED, EXPIRED = "draft", "sent", "accepted", "declined", "ended", "expired"
STATES = (DRAFT, SENT, ACCEPTED, DECLINED, ENDED, EXPIRED)


@dataclass(frozen=True, slots=True)
class Life:
    """What became of an offer. ``is_deal_open`` counts from its sending: closed since, it is not."""

    is_sent: bool
    is_accepted: bool
    is_declined: bool
    is_ended: bool
    decision_on: date | None
    is_deal_open: bool


def state(life: Life, today: date) -> str:
    """One of STATES. The decision date is the last day on which a yes or a no is taken.

    >>> sent = Life(True, False, False, False, date(2026, 11, 27), True)
    >>> state(sent, date(2026, 11, 27)), state(sent, date(2026, 11, 28))
    ('sent', 'expired')
    """
    if life.is_accepted:
        return ACCEPTED
    if life.is_declined:
        return DECLINED
    if life.is_ended or (life.is_sent and not life.is_deal_open):
        return ENDED
    if not life.is_sent:
        return DRAFT
    return EXPIRED if life.decision_on is not None and today > life.decision_on else SENT
