"""Refusals and refused rows in words. A code without a sentence here is told by its code, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "not_open": _("This deal is closed. Reactivate it first, then record what happened."),
    "not_closed": _("This deal is still open: there is nothing to reactivate."),
    "already_opened": _("This deal was already opened."),
    "not_opened": _("Nothing can happen on a deal before it is opened. Check the date."),
    "already_won": _("This deal is already signed."),
    "unknown_stage": _("No stage is called “{stage}” in this firm."),
    "wake_not_after": _("The wake-up date must come after the day the deal is put on hold."),
    "already_extended": _("A deal on hold may be extended once, and this one was."),
    "decision_moved_too_often": _("A decision date may be agreed twice. This would be the third."),
    "not_enough_there": _("The amount is not where this act takes it from ({account}). Nothing was recorded."),
    "strong_role": _("The server refuses to run as a database role that could see every firm."),
    "too_large": _("This file weighs {size} MB; up to {limit} MB can be read here."),
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """What to tell the person, with the named facts in it."""
    known = SENTENCES.get(code)
    if known is None:
        return str(_("This is not possible ({code}).")).format(code=code)
    try:
        return str(known).format(**facts)
    except KeyError:
        return str(known)
