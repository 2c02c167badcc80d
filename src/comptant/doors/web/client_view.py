"""What the page of an offer shows: the offer as on paper, the answer that is open, and the trace of the document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptant.ground.firms.models import Firm
from comptant.ground.web import days
from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer, Refused, Signature
from comptant.journey.offers.rules.validity import ACCEPTED, DECLINED, EXPIRED, SENT
from comptant.journey.offers.shown import consent_for, shown


def view_of(offer: Offer, step: str, options: Sequence[str], *, now: datetime) -> dict[str, Any]:
    """The context of the template. ``step`` is choose, sign or decline; once it cannot be answered, what it is."""
    firm = offer.deal.firm
    state = queries.state_of(offer, firm.today(now))
    signature = Signature.objects.filter(firm_id=offer.firm_id, offer=offer).first()
    taken = list(signature.options) if signature else list(options)
    said = shown(offer, taken)
    return said | {
        "step": step if state == SENT else state,
        "is_open": state == SENT,
        "taken": taken,
        "deposit": said["schedule"][0][1] if _has_deposit(offer) else "",
        "consent": consent_for(offer),
        "sent_to": offer.sent_to,
        "sha256": in_eights(bytes(offer.document.sha256).hex()),
        "trace": trace(offer, firm),
        "told": told(offer, state, signature),
        "may_ask_again": queries.has_expired(offer, firm.today(now)),
        "was_asked_again": queries.was_asked_again(offer),
        "reasons": [
            ("competitor", _("We chose someone else")), ("not_now", _("We will do nothing for now")),
            ("no_need", _("We no longer need it")), ("price", _("The price")), ("other", _("Another reason")),
        ],
    }  # fmt: skip


def preview_of(offer: Offer, *, now: datetime) -> dict[str, Any]:
    """The context of the page before its client has it, or as one who is not its client may see it: no answer."""
    said, firm = shown(offer), offer.deal.firm
    return said | {
        "step": "preview", "is_open": False, "taken": [],
        "deposit": said["schedule"][0][1] if _has_deposit(offer) else "",
        "sha256": in_eights(bytes(offer.document.sha256).hex()) if offer.document else "",
        "trace": trace(offer, firm), "told": {},
    }  # fmt: skip


def trace(offer: Offer, firm: Firm) -> list[str]:
    """What happened to the document, as the client may know it."""
    lines = []
    if offer.presented_on and offer.presented_how != "sent":
        how = {"in_person": _("presented at a meeting"), "video": _("presented by video"),
               "phone": _("presented by phone")}[offer.presented_how]  # fmt: skip
        lines.append(_("{day}: {what}").format(day=_day(offer.presented_on), what=how))
    if offer.sent_at:
        by = offer.sent_by.name if offer.sent_by else firm.name
        lines.append(_("{when}: sealed by {who}").format(when=_when(offer.sent_at, firm), who=by))
        lines.append(_("{when}: sent to {to}").format(when=_when(offer.sent_at, firm), to=offer.sent_to))
    if offer.opened_at:
        lines.append(_("Opened on {day}").format(day=_day(firm.day(offer.opened_at))))
    return lines


def told(offer: Offer, state: str, signature: Signature | None) -> dict[str, Any]:
    """What stands in place of the two answers once there is nothing left to answer."""
    firm = offer.deal.firm
    if state == ACCEPTED and offer.accepted_at:
        return {
            "title": _("Accepted"),
            "who": [signature.name, signature.function] if signature else [],
            "when": _when(offer.accepted_at, firm),
        }
    if state == DECLINED and offer.declined_at:
        why = str(Refused(offer.declined_why).label)
        return {"title": _("Declined"), "who": [why], "when": _when(offer.declined_at, firm)}
    if state == EXPIRED and offer.decision_on:
        text = _("It could be answered until {day}. Write to us if it still interests you.")
        return {"title": _("The date has passed"), "text": text.format(day=_day(offer.decision_on))}
    if offer.end_reason == "revised":
        return {
            "title": _("There is a newer version"),
            "text": _("This version was replaced. The newer one was sent to the same address."),
        }
    return {"title": _("This offer has ended"), "text": _("It can no longer be answered. Write to us to talk.")}


def _has_deposit(offer: Offer) -> bool:
    parts = queries.parts_drafted(offer)
    return bool(parts) and parts[0].trigger == "signature"


def _when(at: datetime, firm: Firm) -> str:
    local, language = at.astimezone(firm.tz), _language()
    return f"{days.short_day(local.date(), language)}, {days.clock_time(local, language)}"


def _day(day: date) -> str:
    return days.plain_day(day, _language())


def _language() -> str:
    return get_language() or "en"


def in_eights(text: str) -> str:
    """A fingerprint in groups of eight, to be read out."""
    return " ".join(text[n : n + 8] for n in range(0, len(text), 8))
