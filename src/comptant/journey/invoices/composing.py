"""What a document says, put together on the day it is issued: JSON that is never written again.

Amounts and rates are text, days ISO. Sentences are in the language of the document. The PDF is laid out from it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Identity
from comptant.ground.parties.models import Party, PartyKind
from comptant.ground.web import days
from comptant.ground.web.typography import typo
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.rules.dated import in_force
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.invoices.rules.mentions import CREDIT_OF_DEPOSIT, DEBITS, INDEMNITY, TYPES
from comptant.journey.invoices.rules.numbering import creditor_reference
from comptant.journey.invoices.rules.regimes import REGIMES, without_vat, wording
from comptant.journey.invoices.rules.taxes import Sums, read_sums, sums_of
from comptant.journey.invoices.rules.terms import Terms, due_date
from comptant.journey.offers.models import Agreement, Milestone
from comptant.journey.offers.queries import language_for
from comptant.journey.offers.shown import Sayer

SELLER = (
    "legal_form", "capital", "street", "postcode", "city", "siren", "siret", "register", "vat_number",
    "is_vat_exempt", "neq", "gst_number", "qst_number", "email", "phone", "iban", "bic",
)  # fmt: skip
BUYER = ("ref", "name", "street", "postcode", "city", "country", "siren", "siret", "vat_number", "bn")


@dataclass(frozen=True, slots=True)
class Taken:
    """An earlier document of the same agreement, and what of it a balance takes back."""

    invoice: Invoice
    sums: Sums


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be issued, before it has a number."""

    deal: Deal
    kind: str
    lines: Sequence[Line]
    due_on: date | None = None
    supplied_from: date | None = None
    supplied_on: date | None = None
    purchase_order: str = ""
    note: str = ""
    agreement: Agreement | None = None
    milestone: Milestone | None = None
    taken: Sequence[Taken] = ()
    corrects: Invoice | None = None
    reissue: bool = False
    sums: Sums | None = field(default=None)
    """Stated for a credit note; otherwise added up from the lines."""

    def summed(self, currency: str, country: str, on: date) -> Sums:
        """What it comes to."""
        if self.sums is not None:
            return self.sums
        return sums_of(self.lines, currency, country, on, [one.sums for one in self.taken])


def compose(subject: Subject, firm: Firm, who: Identity, issued_on: date) -> dict[str, Any]:
    """The content of the document, but for its number."""
    deal, party = subject.deal, subject.deal.party
    subject = replace(subject, lines=[taxed(line, firm, who, party) for line in subject.lines])
    sums = subject.summed(deal.currency, firm.country, issued_on)
    language = language_for(party, firm)
    with translation.override(language):
        return {
            "version": 1,
            "kind": subject.kind,
            "type": type_code(subject),
            "language": language,
            "country": firm.country,
            "currency": deal.currency,
            "issued_on": issued_on.isoformat(),
            "due_on": due_day(subject, who, issued_on).isoformat(),
            "supplied_from": _iso(subject.supplied_from),
            "supplied_on": _iso(subject.supplied_on),
            "seller": {"name": who.legal_name or firm.name} | {name: getattr(who, name) for name in SELLER},
            "buyer": {name: getattr(party, name) for name in BUYER},
            "references": _references(subject),
            "lines": [_line(line, deal.currency) for line in _with_taken(subject)],
            "rates": [one.as_json() for one in sums.rated],
            "net": str(sums.net),
            "tax": str(sums.tax),
            "gross": str(sums.gross),
            "terms": _terms(who, party),
            "is_vat_on_debits": on_debits(firm, who, issued_on),
            "mentions": [typo(said, language) for said in _mentions(subject, firm, who, issued_on)],
            "note": subject.note,
        }  # fmt: skip


def numbered(content: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The content, whole: with its number and the reference that a transfer may carry."""
    return {**content, "number": number, "reference": creditor_reference(number)}


def taxed(line: Line, firm: Firm, who: Identity, party: Party) -> Line:
    """The line with the regime that explains why it bears no VAT, where nobody said which."""
    if line.rate or line.regime != "standard" or firm.country == "CA":
        return line
    return replace(line, regime=without_vat(seller_is_exempt=who.is_vat_exempt, buyer_country=party.country).key)


def on_debits(firm: Firm, who: Identity, on: date) -> bool:
    """True when tax is due as soon as it is invoiced: by choice in France, always in Canada (ETA 152, 168)."""
    chosen = who.vat_on_debits_from is not None and who.vat_on_debits_from <= on
    return firm.country == "CA" or chosen


def type_code(subject: Subject) -> str:
    """UNTDID 1001."""
    if subject.corrects is not None and subject.corrects.kind == InvoiceKind.DEPOSIT:
        return CREDIT_OF_DEPOSIT
    return TYPES[subject.kind]


def due_day(subject: Subject, who: Identity, issued_on: date) -> date:
    """The day named, else by the client's terms, else by the firm's; a deposit is due at once."""
    if subject.corrects is not None or subject.due_on is not None:
        return subject.due_on or issued_on
    if subject.kind == InvoiceKind.DEPOSIT:
        return issued_on
    theirs = subject.deal.party.terms_days
    terms = Terms(theirs) if theirs is not None else Terms(who.terms_days, "after" if who.terms_end_of_month else "")
    return due_date(issued_on, terms)


def sums_of_document(invoice: Invoice) -> Sums | None:
    """What a document issued here comes to, by rate; None for one issued elsewhere."""
    return read_sums(invoice.net, invoice.content["rates"]) if invoice.content else None


def _with_taken(subject: Subject) -> list[Line]:
    """The lines, then one for each rate of each earlier document, quantity −1."""
    lines = list(subject.lines)
    said = Sayer(translation.get_language() or "", subject.deal.currency, subject.deal.currency)
    for one in subject.taken:
        document = one.invoice
        words = {
            InvoiceKind.DEPOSIT: _("Deposit invoiced on {day}, {number}"),
        }.get(InvoiceKind(document.kind), _("Already invoiced on {day}, {number}"))
        title = words.format(day=said.day(document.issued_on), number=document.number)
        for base, rate in net_by_rate(one.sums):
            like = next((line for line in subject.lines if line.rate == rate), Line("", base, rate))
            lines.append(Line(title, base, rate, Decimal(-1), regime=like.regime, reason=like.reason))
    return lines


def net_by_rate(sums: Sums) -> list[tuple[Decimal, Decimal]]:
    """(net, rate of a line) of a document; GST and QST together where they share their base."""
    if all(one.name == "vat" for one in sums.rated):
        return [(one.base, one.rate) for one in sums.rated]
    return [(sums.net, sum((one.rate for one in sums.rated if one.base), Decimal(0)))]


def _line(line: Line, currency: str) -> dict[str, str]:
    return line.as_json() | {"net": str(line.net(currency))}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _terms(who: Identity, party: Party) -> dict[str, Any]:
    theirs = party.terms_days
    return {
        "days": who.terms_days if theirs is None else theirs,
        "end_of_month": who.terms_end_of_month and theirs is None,
        "penalty_rate": str(who.penalty_rate.normalize()) if who.penalty_rate is not None else None,
    }


def _references(subject: Subject) -> dict[str, Any]:
    agreement, corrects = subject.agreement, subject.corrects
    return {
        "agreement": {
            "offer": agreement.offer.number if agreement.offer else "", "title": agreement.title,
            "signed_on": agreement.signed_on.isoformat(),
        } if agreement else None,
        "purchase_order": subject.purchase_order,
        "corrects": [_named(corrects)] if corrects else [],
        "deposits": [
            {**_named(one.invoice), "net": str(one.sums.net), "tax": str(one.sums.tax)} for one in subject.taken
        ],
    }  # fmt: skip


def _named(invoice: Invoice) -> dict[str, str]:
    return {"number": invoice.number, "issued_on": invoice.issued_on.isoformat()}


def _mentions(subject: Subject, firm: Firm, who: Identity, on: date) -> list[str]:
    """The sentences the law wants, in the order of the page. Source: our note of the law, 3.3, 3.4, 12.1, 12.2."""
    said = [*_why_no_vat(subject.lines, firm, on)]
    if subject.corrects is not None:
        day = days.plain_day(subject.corrects.issued_on, translation.get_language() or "")
        said.append(_("Corrects invoice {number} of {day}.").format(number=subject.corrects.number, day=day))
        if subject.sums is not None and not subject.sums.tax and any(line.rate for line in subject.lines):
            said.append(_("Net of tax: the tax already invoiced stands."))
    elif firm.country == "CA":
        if who.penalty_rate is not None:
            rate = Sayer(translation.get_language() or "", firm.currency, firm.currency).percent(who.penalty_rate)
            said.append(_("Interest of {rate} a year on any overdue balance, as agreed.").format(rate=rate))
    else:
        said += _french_terms(subject, who, on)
    if firm.country != "CA" and any(line.rate for line in subject.lines):
        said.append(in_force(DEBITS, on) + "." if on_debits(firm, who, on) else _("VAT is due when paid."))
    return said


def _french_terms(subject: Subject, who: Identity, on: date) -> list[str]:
    """Late payment and early payment. Consumers owe neither the legal rate nor the indemnity (C. com. L441-10)."""
    said, party = [], subject.deal.party
    indemnity = in_force(INDEMNITY, on)
    if party.kind == PartyKind.COMPANY or party.siren:
        if who.penalty_rate is None:
            late = _(
                "Late payment: penalties at the rate of the European Central Bank plus 10 points, due without"
                " reminder, and a fixed indemnity of €{indemnity} for recovery costs (articles L441-10 and D441-5 of"
                " the Code de commerce)."
            ).format(indemnity=indemnity)
        else:
            rate = Sayer(translation.get_language() or "", "EUR", "EUR").percent(who.penalty_rate)
            late = _(
                "Late payment: penalties of {rate} a year, due without reminder, and a fixed indemnity of"
                " €{indemnity} for recovery costs (articles L441-10 and D441-5 of the Code de commerce)."
            ).format(rate=rate, indemnity=indemnity)
        said.append(late)
    said.append(who.early_discount or _("No discount for early payment."))
    return said


def _why_no_vat(lines: Iterable[Line], firm: Firm, on: date) -> list[str]:
    if firm.country == "CA":
        return []
    told = []
    for line in lines:
        if not line.rate:
            told.append(line.reason if line.regime == "exempt" else wording(REGIMES[line.regime], on))
    return [said.rstrip(".") + "." for said in dict.fromkeys(told) if said]
