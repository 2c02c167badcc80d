"""What a client is shown of an offer: every figure and day as text, in their language.

The PDF, the page and the letters are filled from it, so that all three say the same. Our costs are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.firms.models import Firm, Identity
from comptant.ground.parties.models import Party
from comptant.ground.web import days, figures
from comptant.ground.web.typography import NBSP, typo
from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer, OfferKind, OfferLine
from comptant.journey.offers.rules.drafts import PartDraft
from comptant.journey.offers.rules.totals import Tax, Totals, parts_of

Shown = dict[str, Any]


def shown(offer: Offer, options: Iterable[str] = ()) -> Shown:
    """The offer with these options taken: JSON, ready to print."""
    firm, party = offer.deal.firm, offer.deal.party
    language = queries.language_for(party, firm)
    lines, currency = queries.lines_of(offer), offer.deal.currency
    whole = queries.totals_of(firm, currency, queries.taken_lines(lines, options))
    with translation.override(language):
        said = Sayer(language, currency, firm.currency)
        return {
            "language": language,
            "paper": "us-letter" if firm.country == "CA" else "a4",
            "firm": seller(firm),
            "heading": _("Extra request") if offer.kind == OfferKind.EXTRA else _("Offer"),
            "number": offer.number,
            "version": offer.version,
            "title": offer.title,
            "problem": offer.problem,
            "benefits": offer.benefits,
            "made_on": said.day(firm.day(offer.sent_at or offer.made_at)),
            "decision_on": said.long_day(offer.decision_on) if offer.decision_on else "",
            "give_to_get": offer.give_to_get,
            "conditions": offer.conditions.splitlines(),
            "party": {"name": party.name, "lines": address(party)},
            "lines": [said.line(line) for line in lines if not line.is_optional],
            "options": [said.line(line) for line in lines if line.is_optional],
            "sums": [[_("Total ex. tax"), said.amount(whole.net)], *said.taxes(whole)],
            "total": [_("Total inc. tax"), said.amount(whole.gross)],
            "schedule": said.schedule(queries.parts_drafted(offer), whole),
            "mentions": mentions(firm),
        }  # fmt: skip


def consent_for(offer: Offer) -> str:
    """The sentence a client agrees to when they sign, in their language; it is kept with the signature."""
    party, language = offer.deal.party, queries.language_for(offer.deal.party, offer.deal.firm)
    with translation.override(language):
        words = _("I may commit {party}, and I accept offer {number}, version {version}, and its conditions.")
        return words.format(party=party.name, number=offer.number, version=offer.version)


class Sayer:
    """Says amounts, days and lines in one language and currency."""

    def __init__(self, language: str, currency: str, home: str) -> None:
        self.language, self.currency, self.home = language, currency, home

    def amount(self, value: Decimal) -> str:
        """With its cents and its currency."""
        return figures.amount(value, self.currency, self.language, self.home, cents=True)

    def day(self, day: date) -> str:
        """With its year, without its weekday."""
        return days.plain_day(day, self.language)

    def long_day(self, day: date) -> str:
        """With its weekday and its year."""
        return days.long_day(day, self.language)

    def percent(self, rate: Decimal) -> str:
        """Such as 5,5 % or 9.975%."""
        digits = self.digits(rate)
        return f"{digits}{NBSP}%" if self.language.startswith("fr") else f"{digits}%"

    def digits(self, value: Decimal) -> str:
        """As many decimals as there are."""
        text = f"{value.normalize():,f}"
        return text.replace(",", NBSP).replace(".", ",") if self.language.startswith("fr") else text

    def line(self, line: OfferLine) -> Shown:
        """A line of the table."""
        quantity = self.digits(line.quantity) + (f"{NBSP}{line.unit}" if line.unit else "")
        note = [line.text] if line.text else []
        if line.discount:
            note.append(typo(_("Discount of {percent}").format(percent=self.percent(line.discount)), self.language))
        return {
            "id": str(line.id), "title": line.title, "note": "\n".join(note), "quantity": quantity,
            "net": self.amount(line.net), "tax": self.percent(line.tax_rate),
        }  # fmt: skip

    def taxes(self, whole: Totals) -> list[list[str]]:
        """A row for each tax; where there are several rates, of how much."""
        rows = [(rate, tax) for rate in whole.rates for tax in rate.taxes]
        several = len({rate.rate for rate, _tax in rows}) > 1
        return [
            [self.tax(tax) + (f" ({self.amount(rate.net)})" if several else ""), self.amount(tax.amount)]
            for rate, tax in rows
        ]

    def tax(self, tax: Tax) -> str:
        """Its name and rate."""
        names = {"vat": _("VAT {rate}"), "gst": _("GST {rate}"), "qst": _("QST {rate}")}
        return names[tax.name].format(rate=self.percent(tax.rate))

    def schedule(self, parts: Sequence[PartDraft], whole: Totals) -> list[list[str]]:
        """What is payable when, tax included; nothing when no schedule was written."""
        sums = parts_of(whole, parts, self.currency) if parts else []
        return [[self.part(part), self.amount(one.gross)] for part, one in zip(parts, sums, strict=True)]

    def part(self, part: PartDraft) -> str:
        """A part of the schedule, with what makes it payable."""
        day = self.day(part.due_on) if part.due_on else ""
        if part.trigger == "signature":
            return _("{title}, at signature").format(title=part.title)
        if part.trigger == "date":
            return _("{title}, on {day}").format(title=part.title, day=day)
        if day:
            return _("{title}, when accepted, expected on {day}").format(title=part.title, day=day)
        return _("{title}, when accepted").format(title=part.title)


def seller(firm: Firm) -> Shown:
    """The firm as its letterhead names it."""
    who = identity(firm)
    place = _place(who.postcode, who.city, firm.country)
    lines = [*who.street.splitlines(), place, who.phone, who.email]
    return {"name": who.legal_name or firm.name, "lines": [line for line in lines if line]}


def identity(firm: Firm) -> Identity:
    """Who the firm is on paper; blank until somebody said."""
    return Identity.objects.filter(firm=firm).first() or Identity(firm=firm)


def address(party: Party) -> list[str]:
    """The lines of a party's address that are known."""
    place = _place(party.postcode, party.city, party.country)
    return [line for line in (*party.street.splitlines(), place) if line]


def _place(postcode: str, city: str, country: str) -> str:
    """The last line of an address: in Canada the postcode closes it."""
    return " ".join(part for part in ((city, postcode) if country == "CA" else (postcode, city)) if part)


def mentions(firm: Firm) -> list[str]:
    """The small print: who the firm is before the law."""
    who = identity(firm)
    form = who.legal_form
    if who.capital:
        form = _("{form} with a capital of {capital}").format(form=form, capital=who.capital)
    numbers = [
        form, f"SIRET {who.siret}" if who.siret else f"SIREN {who.siren}" if who.siren else "", who.register,
        _("VAT number {number}").format(number=who.vat_number) if who.vat_number else "",
        f"NEQ {who.neq}" if who.neq else "",
        _("GST number {number}").format(number=who.gst_number) if who.gst_number else "",
        _("QST number {number}").format(number=who.qst_number) if who.qst_number else "",
    ]  # fmt: skip
    said = [f"{who.legal_name or firm.name}. " + ", ".join(number for number in numbers if number)]
    if who.is_vat_exempt:
        said.append(_("VAT not applicable, art. 293 B of the CGI."))
    return [line.strip().rstrip(".,") + "." for line in said]
