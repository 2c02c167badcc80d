"""The PDF of an offer: what the client is shown, and what will be signed, byte for byte."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.documents.typesetting import picture, typeset
from comptant.ground.web.typography import typo
from comptant.journey.offers.models import Offer
from comptant.journey.offers.shown import Shown, shown

TEMPLATE = Path(__file__).parent / "templates" / "offers" / "offer.typ"


def offer_pdf(offer: Offer, *, at: datetime) -> bytes:
    """PDF/A of the offer as it stands; the same bytes for the same offer and instant."""
    values = printed(offer)
    return typeset(TEMPLATE, values, at=at, title=values["name"], language=values["language"])


def offer_pictures(offer: Offer, *, at: datetime) -> list[bytes]:
    """Its pages as PNG, to be looked at."""
    values = printed(offer)
    return picture(TEMPLATE, values, at=at, title=values["name"], language=values["language"])


def printed(offer: Offer) -> Shown:
    """What the template reads: what is shown, and the words around it."""
    values = shown(offer)
    language = values["language"]
    with translation.override(language):
        number = _("{number}, version {version}").format(number=offer.number, version=offer.version)
        words = {
            "for": _("For"), "date": _("Date"), "answer_by": _("Yes or no by"), "gain": _("What you gain"),
            "do": _("What we will do"), "service": _("Service"), "quantity": _("Qty"), "net": _("Total ex. tax"),
            "options": _("Options, if you take them"), "pay": _("When you pay"), "hold": _("In return"),
            "conditions": _("Conditions"), "agreed": _("Agreed"),
        }  # fmt: skip
        sign = [_("Name and function"), _("Date"), _("Signature")]
    spaced = {key: typo(word, language) for key, word in words.items()} | {"sign": sign}
    return values | {"name": f"{values['heading']} {number}", "reference": number, "words": spaced}
