"""What the pages of a party say of it: since when it is a client, its light, its terms."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptant.doors.web.screen import Screen
from comptant.outlook.reports.clienteles import Account

LIGHT_NAMES: dict[str, str | Promise] = {
    "green": gettext_lazy("Green light"),
    "amber": gettext_lazy("Amber light"),
    "red": gettext_lazy("Red light"),
}
"""The word is always there: no light is told by its colour alone."""


def since_label(screen: Screen, account: Account) -> str:
    """Client since a day, or what it is before its first payment."""
    if account.since is not None:
        return _("Client since {day}").format(day=screen.plain(account.since))
    return _("Signed, not yet a client") if account.is_signed else _("Prospect")


def terms_words(screen: Screen, days: int | None) -> str:
    """The days a party has to pay."""
    if days is None:
        return _("the firm’s terms")
    return ngettext("{days} day from the invoice", "{days} days from the invoice", days).format(
        days=screen.number(days)
    )
