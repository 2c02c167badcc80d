"""Why a match is proposed, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "structured reference": _("structured reference"),
    "number in label": _("number in label"),
    "digits of number in label": _("digits of number in label"),
    "account known": _("account known"),
    "payer's name": _("payer’s name"),
    "exact amount": _("exact amount"),
    "sum of invoices": _("sum of invoices"),
    "early-payment discount": _("early-payment discount"),
    "bank fee": _("bank fee"),
    "rounding": _("rounding"),
    "part payment": _("part payment"),
    "more than open": _("more than open"),
    "confirmed": _("confirmed"),
}


def reason(why: str) -> str:
    """The words of one of the reasons that ``rules.matching`` gives."""
    return str(REASONS.get(why, why))
