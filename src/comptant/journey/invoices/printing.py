"""The PDF of a document, laid out from its content alone: the same bytes whenever it is made.

It is made when somebody first needs it, after the number and the content are safe, and kept from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import segno.helpers
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.documents.queries import read
from comptant.ground.documents.typesetting import picture, typeset
from comptant.ground.firms.models import Firm
from comptant.ground.refusals import Refusal
from comptant.ground.web.figures import number
from comptant.ground.web.typography import typo
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.offers.shown import Sayer

TEMPLATE = Path(__file__).parent / "templates" / "invoices" / "invoice.typ"
Content = Mapping[str, Any]
Shown = dict[str, Any]
SHOWN_DIGITS = 12
"""Hexadecimal digits of the fingerprint that are printed: enough to tell it from any other by eye."""


def pdf_of(invoice: Invoice, *, at: datetime) -> Document:
    """The document as PDF/A, kept: made now if it never was. Raises Refusal issued_elsewhere."""
    firm: Firm = invoice.firm
    if invoice.content is None:
        raise Refusal("issued_elsewhere", number=invoice.number)
    if invoice.pdf_id is not None:
        return read(firm, invoice.pdf_id)
    document = keep(firm, f"{invoice.number.replace('/', '-')}.pdf", "application/pdf", laid_out(invoice), at=at)
    Invoice.objects.filter(firm=firm, id=invoice.id, pdf=None).update(pdf=document)
    invoice.pdf = document
    return document


def laid_out(invoice: Invoice) -> bytes:
    """The bytes of the PDF. Its only date is the day of issue."""
    content = _content(invoice)
    return typeset(TEMPLATE, printed(invoice), at=_issued(invoice), title=_name(content), language=content["language"])


def pictures(invoice: Invoice, ppi: int = 100) -> list[bytes]:
    """Its pages as PNG, to be looked at."""
    content = _content(invoice)
    named = {"title": _name(content), "language": content["language"]}
    return picture(TEMPLATE, printed(invoice), at=_issued(invoice), ppi=ppi, **named)


def _content(invoice: Invoice) -> Content:
    content: Content | None = invoice.content
    if content is None:
        raise Refusal("issued_elsewhere", number=invoice.number)
    return content


def _issued(invoice: Invoice) -> datetime:
    firm: Firm = invoice.firm
    return firm.midnight(invoice.issued_on)


def _name(content: Content) -> str:
    with translation.override(content["language"]):
        return f"{_heading(content)} {content['number']}"


def printed(invoice: Invoice) -> Shown:
    """What the template reads: the content as text in the client's language."""
    content = _content(invoice)
    language = content["language"]
    with translation.override(language):
        page = Page(content, bytes(invoice.content_sha256 or b"").hex())
        return {
            "paper": "us-letter" if content["country"] == "CA" else "a4",
            "firm": {"name": content["seller"]["name"], "lines": page.seller()},
            "heading": _heading(content),
            "number": content["number"],
            "facts": page.facts(),
            "table": {"head": page.head(), "rows": [page.row(line) for line in content["lines"]]},
            "sums": page.sums(),
            "total": [_("Credited") if page.is_note else _("To pay"), page.amount(content["gross"])],
            "paying": page.paying(),
            "note": content["note"],
            "mentions": page.mentions(),
        }


def _heading(content: Content) -> str:
    headings = {
        InvoiceKind.INVOICE: _("Invoice"), InvoiceKind.DEPOSIT: _("Deposit invoice"),
        InvoiceKind.BALANCE: _("Invoice"), InvoiceKind.CREDIT_NOTE: _("Credit note"),
    }  # fmt: skip
    return headings[InvoiceKind(content["kind"])]


class Page:
    """Says the content of one document in one language, block by block of the letterhead."""

    def __init__(self, content: Content, sealed: str) -> None:
        self.content, self.sealed, self.language = content, sealed, content["language"]
        self.say = Sayer(self.language, content["currency"], content["currency"])
        self.is_note = content["kind"] == InvoiceKind.CREDIT_NOTE
        self.is_canadian = content["country"] == "CA"

    def amount(self, value: str) -> str:
        """With its cents and its currency."""
        return self.say.amount(Decimal(value))

    def bare(self, value: str) -> str:
        """An amount of a table: with its cents, the currency is told below."""
        exact = Decimal(value)
        is_fine = exact != exact.quantize(Decimal("0.01"))
        return self.say.digits(exact) if is_fine else number(exact, self.language, cents=True)

    def typed(self, text: str) -> str:
        """With the spaces of the language."""
        return typo(text, self.language)

    def day(self, iso: str) -> str:
        """A day with its year."""
        return self.say.day(date.fromisoformat(iso))

    def seller(self) -> list[Any]:
        """Address, then who the firm is before the law."""
        who = self.content["seller"]
        place = " ".join(part for part in (who["postcode"], who["city"]) if part)
        if self.is_canadian:
            place = " ".join(part for part in (who["city"], who["postcode"]) if part)
        numbers = self._quebec_numbers(who) if self.is_canadian else self._french_numbers(who)
        where = ", ".join([*who["street"].splitlines(), place])
        return [where, *({"text": said, "as": "soft"} for said in numbers if said)]

    def _french_numbers(self, who: Content) -> list[str]:
        form, number = who["legal_form"], who["siret"] or who["siren"]
        if who["capital"]:
            form = self.typed(_("{form} with a capital of {capital}").format(form=form, capital=who["capital"]))
        kind = "SIRET" if who["siret"] else "SIREN"
        number = in_groups(number, 3, 3, 3)
        registered = ", ".join(part for part in (form, who["register"], f"{kind} {number}" if number else "") if part)
        vat = _("VAT number {number}").format(number=in_groups(who["vat_number"], 4)) if who["vat_number"] else ""
        return [registered, vat]

    def _quebec_numbers(self, who: Content) -> list[str]:
        taxes = [
            _("GST number {number}").format(number=in_groups(who["gst_number"], 9)) if who["gst_number"] else "",
            _("QST number {number}").format(number=in_groups(who["qst_number"], 10)) if who["qst_number"] else "",
        ]
        return [f"NEQ {who['neq']}" if who["neq"] else "", ", ".join(tax for tax in taxes if tax)]

    def facts(self) -> list[Shown]:
        """Who, when, and what it hangs on."""
        columns = [
            {"title": _("Client"), "lines": self._buyer()},
            {"title": _("Dates"), "lines": self._dates()},
            {"title": _("References"), "lines": self._references()},
        ]
        return [column for column in columns if column["lines"]]

    def _buyer(self) -> list[Any]:
        buyer = self.content["buyer"]
        order = ("city", "postcode") if buyer["country"] == "CA" else ("postcode", "city")
        place = " ".join(buyer[part] for part in order if buyer[part])
        home = self.content["country"]
        country = buyer["country"] if buyer["country"] not in ("", home) else ""
        numbers = [
            f"SIREN {in_groups(buyer['siren'], 3, 3, 3)}" if buyer["siren"] else "",
            _("VAT number {number}").format(number=in_groups(buyer["vat_number"], 4)) if buyer["vat_number"] else "",
        ]
        known = [{"text": buyer["name"], "as": "strong"}, *buyer["street"].splitlines(), place, country]
        return [line for line in known if line] + [{"text": said, "as": "soft"} for said in numbers if said]

    def _dates(self) -> list[Any]:
        content = self.content
        said: list[Any] = [_("Issued on {day}").format(day=self.day(content["issued_on"]))]
        if content["supplied_from"] and content["supplied_on"]:
            first, last = self.day(content["supplied_from"]), self.day(content["supplied_on"])
            said.append(_("Work from {first} to {last}").format(first=first, last=last))
        elif content["supplied_on"]:
            said.append(_("Work done on {day}").format(day=self.day(content["supplied_on"])))
        if not self.is_note:
            due = _("To pay by {day}").format(day=self.day(content["due_on"]))
            said.append({"text": due, "as": "strong"})
        return said

    def _references(self) -> list[Any]:
        refers, said = self.content["references"], []
        if refers["agreement"]:
            agreed = refers["agreement"]
            words = _("Offer {number}, agreed on {day}") if agreed["offer"] else _("Agreed on {day}")
            said.append(words.format(number=agreed["offer"], day=self.day(agreed["signed_on"])))
        if refers["purchase_order"]:
            said.append(_("Your order {number}").format(number=refers["purchase_order"]))
        for one in refers["corrects"]:
            said.append(_("Invoice {number} of {day}").format(number=one["number"], day=self.day(one["issued_on"])))
        soft = [_("Services")] if not self.is_canadian else [_("Canadian dollars")]
        return said + [{"text": word, "as": "soft"} for word in soft]

    def head(self) -> list[str]:
        """The words over the table."""
        if self.is_canadian:
            return [_("Description"), _("Quantity"), _("Price"), _("Total")]
        return [_("Description"), _("Quantity"), _("Net price"), _("VAT"), _("Total net")]

    def row(self, line: Content) -> Shown:
        """A line of the table."""
        notes = [line["text"]] if line["text"] else []
        if Decimal(line["discount"]):
            notes.append(_("Discount of {percent}").format(percent=self.say.percent(Decimal(line["discount"]))))
        quantity = self.say.digits(Decimal(line["quantity"])).replace("-", "−")
        cells = [f"{quantity}\u00a0{line['unit']}".strip(), self.bare(line["price"])]
        if not self.is_canadian:
            cells.append(self.say.percent(Decimal(line["rate"])))
        return {"title": line["title"], "note": self.typed("\n".join(notes)), "cells": [*cells, self.bare(line["net"])]}

    def sums(self) -> list[list[str]]:
        """Net, then each tax: in France with its base."""
        net = [_("Subtotal") if self.is_canadian else _("Total net"), self.amount(self.content["net"])]
        words = {"vat": _("VAT {rate} on {base}"), "gst": _("GST {rate}"), "qst": _("QST {rate}")}
        taxes = [
            [words[one["name"]].format(rate=self.say.percent(Decimal(one["rate"])), base=self.bare(one["base"])),
             self.amount(one["tax"])]
            for one in self.content["rates"] if Decimal(one["rate"])
        ]  # fmt: skip
        return [net, *taxes]

    def paying(self) -> Shown | None:
        """How to pay by transfer, with a code that a bank's application reads where euros are paid."""
        who, content = self.content["seller"], self.content
        if self.is_note or not (who["iban"] or self.is_canadian):
            return None
        reference = self.typed(_("Reference: {reference}").format(reference=content["number"]))
        if not who["iban"]:
            return {"title": _("Pay by transfer"), "lines": [{"text": reference, "as": "soft"}], "code": ""}
        iban = " ".join(who["iban"][n : n + 4] for n in range(0, len(who["iban"]), 4))
        lines: list[Any] = [iban]
        lines += [f"BIC {who['bic']}"] if who["bic"] else []
        lines.append({"text": reference, "as": "soft"})
        lines += [{"text": spaced(content["reference"]), "as": "soft"}] if content["reference"] else []
        code = sepa_code(content)
        holds = self.typed(_("The code holds the IBAN, the amount and the reference."))
        lines += [{"text": holds, "as": "soft"}] if code else []
        return {"title": _("Pay by transfer"), "lines": lines, "code": code, "alt": holds}

    def mentions(self) -> list[str]:
        """The small print: what the law wants, whom to ask, and how to tell the original."""
        said = [" ".join(self.content["mentions"])]
        email = self.content["seller"]["email"]
        if email and not self.is_note:
            said.append(
                _(
                    "A question about this invoice? Write to {email} before it is due: no reminder leaves while we"
                    " answer you."
                ).format(email=email)
            )
        digits = self.sealed[:SHOWN_DIGITS]
        parts = " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))
        said.append(_("Original kept by Comptant, fingerprint {fingerprint}.").format(fingerprint=parts))
        return [self.typed(one) for one in said if one]


def in_groups(number: str, *sizes: int) -> str:
    """A registration number as people read it: groups of these sizes, then the rest.

    >>> in_groups("433870219", 3, 3, 3), in_groups("FR67433870219", 4)
    ('433 870 219', 'FR67 433870219')
    """
    parts, rest = [], number.replace(" ", "")
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return " ".join(part for part in (*parts, rest) if part)


def spaced(reference: str) -> str:
    """A creditor reference in groups of four, as ISO 11649 prints it.

    >>> spaced("RF83FA20260042")
    'RF83 FA20 2600 42'
    """
    return " ".join(reference[n : n + 4] for n in range(0, len(reference), 4))


def sepa_code(content: Content) -> str:
    """The EPC069-12 code of a transfer as SVG text; empty where it cannot be paid in euros by SEPA."""
    who, gross = content["seller"], Decimal(content["gross"])
    if content["currency"] != "EUR" or not who["iban"] or not Decimal("0.01") <= gross <= Decimal("999999999.99"):
        return ""
    told = {"reference": content["reference"]} if content["reference"] else {"text": content["number"]}
    code = segno.helpers.make_epc_qr(
        name=who["name"][:70], iban=who["iban"], amount=gross, bic=who["bic"] or None, encoding="utf-8", **told
    )
    return str(code.svg_inline(border=0, dark="#16201D"))
