"""Acts in words: what happened, why, and with which icon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptant.doors.web.screen import Screen

TITLES: dict[str, str | Promise] = {
    "opened": gettext_lazy("Deal opened"),
    "estimate": gettext_lazy("Estimate changed"),
    "stage": gettext_lazy("Stage changed"),
    "buyer_move": gettext_lazy("The client answered"),
    "seller_touch": gettext_lazy("Contact from our side"),
    "offer_sent": gettext_lazy("Offer sent"),
    "maybe": gettext_lazy("The client said maybe"),
    "meeting_accepted": gettext_lazy("The client accepted a meeting"),
    "hold": gettext_lazy("Deal put on hold"),
    "wake": gettext_lazy("Deal taken off hold"),
    "woken": gettext_lazy("Deal woken on its date"),
    "stalled": gettext_lazy("Deal stalled, out of the total"),
    "won": gettext_lazy("Deal signed"),
    "lost": gettext_lazy("Deal lost"),
    "vanished": gettext_lazy("Deal vanished"),
    "declined": gettext_lazy("Deal declined by us"),
    "reactivated": gettext_lazy("Deal reactivated"),
    "invoiced": gettext_lazy("Invoice issued"),
    "fell_due": gettext_lazy("Invoice overdue"),
    "disputed": gettext_lazy("Invoice disputed"),
    "credited": gettext_lazy("Credit note"),
    "paid": gettext_lazy("Payment received"),
    "delivered": gettext_lazy("Work delivered and accepted"),
    "insolvency": gettext_lazy("Client insolvent"),
    "written_off": gettext_lazy("Invoice given up"),
    "cost": gettext_lazy("Cost recorded"),
    "undone": gettext_lazy("Taken back"),
    "override": gettext_lazy("An owner allowed more than the limit"),
    "offer_presented": gettext_lazy("Offer presented"),
    "offer_opened": gettext_lazy("The client opened the offer"),
    "offer_refused": gettext_lazy("The client declined the offer"),
    "extra_proposed": gettext_lazy("Extra request priced"),
    "extra_accepted": gettext_lazy("Extra request accepted"),
    "agreement_filed": gettext_lazy("Agreement filed"),
    "amended_down": gettext_lazy("Agreement lowered"),
    "ended": gettext_lazy("Agreement ended"),
    "discounted": gettext_lazy("Discount for early payment"),
    "bounced": gettext_lazy("Payment bounced"),
    "received": gettext_lazy("Received, held for the client"),
    "held_used": gettext_lazy("Credit used"),
    "refunded": gettext_lazy("Money given back"),
    "penalty_paid": gettext_lazy("Penalty or indemnity received"),
    "penalty_claimed": gettext_lazy("Penalties claimed"),
    "unmatched": gettext_lazy("Bank line freed"),
    "dispute_settled": gettext_lazy("Dispute settled"),
    "restored": gettext_lazy("Given up by mistake: due again"),
    "reminded": gettext_lazy("Reminder sent"),
    "promised": gettext_lazy("The client said when they pay"),
    "claim_filed": gettext_lazy("Claim filed with the trustee"),
    "corrected": gettext_lazy("Correction"),
}
ICONS = {
    "opened": "person", "estimate": "note", "stage": "pipeline", "buyer_move": "answered", "seller_touch": "phone",
    "offer_sent": "mail", "maybe": "question", "meeting_accepted": "today", "hold": "clock", "wake": "clock",
    "woken": "clock", "stalled": "alert", "won": "signature", "lost": "cross", "vanished": "cross",
    "declined": "cross", "reactivated": "undo", "invoiced": "invoice", "fell_due": "clock", "disputed": "alert",
    "credited": "invoice", "paid": "bank", "corrected": "undo", "delivered": "check", "insolvency": "alert",
    "written_off": "cross", "cost": "note", "undone": "undo", "override": "lock", "offer_presented": "present",
    "offer_opened": "eye",
    "offer_refused": "cross", "extra_proposed": "offer", "extra_accepted": "signature", "agreement_filed": "signature",
    "amended_down": "note", "ended": "cross", "discounted": "split", "bounced": "undo", "received": "cash-in",
    "held_used": "bank", "refunded": "undo", "penalty_paid": "bank", "penalty_claimed": "scales", "unmatched": "undo",
    "dispute_settled": "scales", "restored": "undo", "reminded": "mail", "promised": "clock",
    "claim_filed": "scales",
}  # fmt: skip

Said = Mapping[str, Any]


def title(kind: str, said: Said | None = None) -> str:
    """What happened; an act unknown to this page is told by its own name."""
    if kind == "offer_sent" and said and said.get("only_date"):
        return _("Decision date agreed")
    return str(TITLES.get(kind, kind.replace("_", " ")))


def icon_name(kind: str) -> str:
    """Its icon."""
    return ICONS.get(kind, "info")


def text(kind: str, said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    """What was said with it, in one or two short sentences; empty when nothing was."""
    speak = _SPEAKERS.get(kind)
    return speak(said, screen, stages) if speak else _note(said, screen, stages)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _shown_day(said: Said, name: str, screen: Screen) -> str:
    return screen.short(_day(said.get(name)))


def _note(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    return str(said.get("note") or "")


def _reason(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    return str(said.get("reason") or "")


def _opened(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    parts = [stages.get(str(said.get("stage")), "")]
    if said.get("source"):
        parts.append(_("source {source}").format(source=said["source"]))
    if not said.get("amount"):
        parts.append(_("no amount"))
    return ", ".join(part for part in parts if part)


def _estimate(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    try:
        return screen.amount(Decimal(str(said.get("amount"))))
    except InvalidOperation:
        return ""


def _stage(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    return stages.get(str(said.get("stage")), str(said.get("stage") or ""))


def _channel(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    channels = {"phone": _("by phone"), "email": _("by e-mail"), "meeting": _("in a meeting")}
    parts = (channels.get(str(said.get("channel")), str(said.get("channel") or "")), str(said.get("note") or ""))
    return ". ".join(part for part in parts if part)


def _offer(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    day, who = _shown_day(said, "decision_on", screen), str(said.get("agreed_with") or "")
    parts = [_("Yes or no expected on {day}").format(day=day) if day else _("without a decision date")]
    return ", ".join([*parts, _("agreed with {who}").format(who=who)] if who else parts)


def _hold(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    wakes = _("Wakes up on {day}").format(day=_shown_day(said, "wake_on", screen))
    return ". ".join(part for part in (wakes, str(said.get("reason") or "")) if part)


def _stalled(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    if said.get("rule") == "decision_date":
        return _("The decision date passed without a yes or a no.")
    days, limit = said.get("days_silent"), said.get("threshold_days")
    if days is None:
        return _("No sign from the client within the stage’s delay.")
    silent = ngettext(
        "{days} day without a sign from the client", "{days} days without a sign from the client", int(days)
    ).format(days=screen.number(int(days)))
    allowed = _("the stage allows {limit}").format(limit=screen.number(int(limit))) if limit else ""
    return ", ".join(part for part in (silent, allowed) if part) + "."


def _lost(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    competitor = str(said.get("competitor") or "")
    to = _("To {competitor}").format(competitor=competitor) if competitor else _("Competitor unknown")
    return ". ".join(part for part in (to, str(said.get("reason") or "")) if part)


def _won(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    proofs = {
        "imported": _("Proof: taken over from a file"), "signature": _("Proof: signed on the client’s page"),
        "scanned": _("Proof: a scanned signature"), "purchase_order": _("Proof: a purchase order"),
    }  # fmt: skip
    return proofs.get(str(said.get("proof")), str(said.get("proof") or ""))


def _number(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    parts = [str(said.get("number") or "")]
    if due := _shown_day(said, "due_on", screen):
        parts.append(_("due on {day}").format(day=due))
    return ", ".join(part for part in parts if part)


def _document(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    """The document and, where the act says one, its amount, tax included."""
    parts = [str(said.get("number") or ""), _gross(said, screen)]
    return ", ".join(part for part in parts if part)


def _gross(said: Said, screen: Screen) -> str:
    try:
        amount = screen.amount(Decimal(str(said["amount"])))
    except (KeyError, InvalidOperation):
        return ""
    return _("{amount} inc VAT").format(amount=amount)


def _agreed(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    return str(said.get("title") or said.get("number") or "")


def _presented(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    ways = {"in_person": _("in person"), "video": _("by video"), "phone": _("by phone"), "sent": _("sent")}
    how = ways.get(str(said.get("presented") or said.get("how")), "")
    return ", ".join(part for part in (str(said.get("number") or ""), how) if part)


def _cost(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    return ", ".join(part for part in (str(said.get("label") or ""), _estimate(said, screen, stages)) if part)


def _settled(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    ends = {"upheld": _("the invoice stands"), "founded": _("the client was right")}
    parts = [str(said.get("number") or ""), ends.get(str(said.get("outcome")), "")]
    return ", ".join(part for part in parts if part)


def _reminded(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    ways = {"email": _("by e-mail"), "letter": _("by letter"), "call": _("by phone")}
    parts = [str(said.get("number") or ""), ways.get(str(said.get("channel")), ""), _gross(said, screen)]
    return ", ".join(part for part in parts if part)


def _promised(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    day = _shown_day(said, "pay_on", screen)
    parts = [_("On {day}").format(day=day) if day else "", _document(said, screen, stages)]
    return ": ".join(part for part in parts if part)


def _insolvent(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    day = _shown_day(said, "published_on", screen)
    return _("Published on {day}").format(day=day) if day else ""


_SPEAKERS: dict[str, Callable[[Said, Screen, Mapping[str, str]], str]] = {
    "opened": _opened, "estimate": _estimate, "stage": _stage, "buyer_move": _channel, "offer_sent": _offer,
    "seller_touch": _channel,
    "hold": _hold, "stalled": _stalled, "lost": _lost, "vanished": _reason, "declined": _reason, "won": _won,
    "reactivated": _stage, "invoiced": _number, "fell_due": _number, "paid": _document, "credited": _number,
    "disputed": _document, "override": _reason, "cost": _cost,
    "offer_presented": _presented, "offer_opened": _agreed,
    "offer_refused": _reason, "extra_proposed": _agreed, "extra_accepted": _agreed, "agreement_filed": _agreed,
    "amended_down": _agreed, "ended": _reason, "delivered": _agreed, "discounted": _document, "bounced": _document,
    "received": _document, "held_used": _document, "refunded": _document, "penalty_paid": _document,
    "penalty_claimed": _document, "dispute_settled": _settled, "written_off": _document, "restored": _document,
    "reminded": _reminded, "promised": _promised, "insolvency": _insolvent,
}  # fmt: skip
