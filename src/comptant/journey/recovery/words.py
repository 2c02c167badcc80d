"""The words of recovery that several faces say."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptant.journey.recovery.models import Channel

SKIPS: Mapping[str, str | Promise] = {
    "insolvent": _("insolvent"),
    "disputed": _("disputed"),
    "not_due": _("not due yet"),
    "manual_hold": _("held back by hand"),
    "promise": _("a promise is running"),
    "in_credit": _("covered by the client’s credit"),
}
"""Why an invoice is not reminded, by the code of ``rules.dunning``."""


def skip_reason(code: str) -> str:
    """A reason in the language of the moment."""
    return str(SKIPS[code])


def channel_name(channel: str) -> str:
    """A channel in the language of the moment; nothing for none."""
    return str(Channel(channel).label) if channel else ""
