"""The words of an offer on a screen: what it is today, how it was presented, what makes a part payable."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.validity import ACCEPTED, DECLINED, DRAFT, ENDED, EXPIRED, SENT

STATES: dict[str, Promise] = {
    DRAFT: _("draft"), SENT: _("at the client’s"), ACCEPTED: _("accepted"), DECLINED: _("declined"),
    ENDED: _("replaced or ended"), EXPIRED: _("expired"),
}  # fmt: skip
LISTS: dict[str, Promise] = {
    "current": _("In hand"), "to_present": _("To present"), "to_send": _("To send"),
    "waiting": _("Waiting for yes or no"), "answered": _("Answered"), "expired": _("Expired"),
    "ended": _("Replaced or ended"),
}  # fmt: skip
MANNERS: dict[str, Promise] = {
    "in_person": _("at a meeting"), "video": _("by video"), "phone": _("by phone"), "sent": _("sent, not presented"),
}  # fmt: skip
TRIGGERS: dict[str, Promise] = {
    "signature": _("At signature"), "date": _("On a day"), "acceptance": _("When accepted"),
}  # fmt: skip
END_REASONS: dict[str, Promise] = {
    "revised": _("replaced"), "closed": _("closed with its deal"), "expired": _("expired"), "outside": _("accepted"),
}  # fmt: skip


def state_words(offer: Offer, state: str) -> str:
    """What the offer is today; of one that ended, why."""
    if state == ENDED and offer.end_reason in END_REASONS:
        return str(END_REASONS[offer.end_reason])
    return str(STATES[state])
