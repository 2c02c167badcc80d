"""The words of a document that is not ready: what is missing, and where to say it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MISSING: Mapping[str, str | Promise] = {
    "seller.name": _("your firm’s name"),
    "seller.street": _("your firm’s street"),
    "seller.postcode": _("your firm’s postcode"),
    "seller.city": _("your firm’s city"),
    "seller.legal_form": _("your firm’s legal form, such as SAS or EI"),
    "seller.capital": _("your firm’s capital"),
    "seller.siren": _("your firm’s SIREN"),
    "seller.register": _("your firm’s register, such as RCS Lyon"),
    "seller.vat_number": _("your firm’s VAT number"),
    "seller.gst_number": _("your firm’s GST number"),
    "seller.qst_number": _("your firm’s QST number"),
    "buyer.name": _("the client’s name"),
    "buyer.street": _("the client’s street"),
    "buyer.postcode": _("the client’s postcode"),
    "buyer.city": _("the client’s city"),
    "buyer.vat_number": _("the client’s VAT number"),
}
"""By the code of ``rules.mentions.missing``."""
OF_LINES: Mapping[str, str | Promise] = {
    "rate": _("line {number}: a tax rate in force that day"),
    "reason": _("line {number}: why it bears no VAT"),
}


class MissingMentions(list[str]):
    """The codes of what is missing; written in a sentence, they are told in words, one after the other."""

    def __format__(self, spec: str) -> str:
        return str(_("; ")).join(map(in_words, self))


def in_words(code: str) -> str:
    """One missing mention, in the language of the moment."""
    if code.startswith("lines."):
        _lines, number, what = code.split(".")
        return str(OF_LINES[what]).format(number=number)
    return str(MISSING[code])
