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
    "paid": gettext_lazy("Invoice paid"),
    "delivered": gettext_lazy("Work delivered and accepted"),
    "insolvency": gettext_lazy("Client insolvent"),
    "written_off": gettext_lazy("Invoice given up"),
    "overpaid": gettext_lazy("Paid too much"),
    "corrected": gettext_lazy("Correction"),
}
ICONS = {
    "opened": "person", "estimate": "note", "stage": "pipeline", "buyer_move": "answered", "seller_touch": "phone",
    "offer_sent": "mail", "maybe": "question", "meeting_accepted": "today", "hold": "clock", "wake": "clock",
    "woken": "clock", "stalled": "alert", "won": "signature", "lost": "cross", "vanished": "cross",
    "declined": "cross", "reactivated": "undo", "invoiced": "invoice", "fell_due": "clock", "disputed": "alert",
    "credited": "invoice", "paid": "bank", "corrected": "undo", "delivered": "check", "insolvency": "alert",
    "written_off": "cross", "overpaid": "bank",
}  # fmt: skip

Said = Mapping[str, Any]


def title(kind: str) -> str:
    """What happened; an act unknown to this page is told by its own name."""
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
    return channels.get(str(said.get("channel")), str(said.get("channel") or said.get("note") or ""))


def _offer(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    day = _shown_day(said, "decision_on", screen)
    return _("Yes or no expected on {day}").format(day=day) if day else _("without a decision date")


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
    return _("Proof: taken over from a file") if said.get("proof") == "imported" else str(said.get("proof") or "")


def _number(said: Said, screen: Screen, stages: Mapping[str, str]) -> str:
    parts = [str(said.get("number") or "")]
    if due := _shown_day(said, "due_on", screen):
        parts.append(_("due on {day}").format(day=due))
    return ", ".join(part for part in parts if part)


_SPEAKERS: dict[str, Callable[[Said, Screen, Mapping[str, str]], str]] = {
    "opened": _opened, "estimate": _estimate, "stage": _stage, "buyer_move": _channel, "offer_sent": _offer,
    "hold": _hold, "stalled": _stalled, "lost": _lost, "vanished": _reason, "declined": _reason, "won": _won,
    "reactivated": _stage, "invoiced": _number, "fell_due": _number, "paid": _number, "credited": _number,
    "disputed": _number,
}  # fmt: skip
