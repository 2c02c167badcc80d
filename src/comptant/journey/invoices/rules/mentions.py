"""What the law wants on a document before it is issued, and what is missing of it.

Source: our note of the law, 3.3 (C. com. R123-237, R123-238, L441-9; CGI ann. II 242 nonies A) and 12.1 (Revenu
Québec).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from comptant.journey.invoices.rules.dated import Dated, in_force
from comptant.journey.invoices.rules.regimes import REGIMES
from comptant.journey.invoices.rules.taxes import rates_of

Content = Mapping[str, Any]

VAT_NUMBER_FROM = Decimal(150)
"""Net amount from which the seller's VAT number is required (CGI ann. II 242 nonies A)."""
QUEBEC_TIERS = [
    Dated((Decimal(100), Decimal(500)), date(2021, 4, 20), None, "Revenu Québec, preparing invoices"),
    Dated((Decimal(30), Decimal(150)), date(2013, 1, 1), date(2021, 4, 19), "Revenu Québec, preparing invoices"),
]
"""Totals with taxes from which registration numbers, then the buyer and the terms, are required."""
INDEMNITY = [Dated(Decimal(40), date(2013, 1, 1), None, "C. com. D441-5")]
"""Euros for each invoice paid late, between professionals."""
DEBITS = [
    Dated("Option pour le paiement de la taxe d’après les débits", date(2014, 1, 1), None, "decree 2022-1299")
]  # fmt: skip
"""Printed when the seller chose that VAT be due when invoiced."""
TYPES = {"invoice": "380", "balance": "380", "deposit": "386", "credit_note": "381"}
CREDIT_OF_DEPOSIT = "503"
"""UNTDID 1001, as the French rule BR-FR-04 allows them."""


def missing(content: Content) -> list[str]:
    """What keeps a document from being issued, as "who.what" in the order of a page; empty when all is there.

    A line is told by its number: "lines.2.reason".
    """
    rules = _quebec if content["country"] == "CA" else _france
    return [*rules(content), *_lines(content)]


def _france(content: Content) -> Iterator[str]:
    seller, buyer = content["seller"], content["buyer"]
    yield from _blank("seller", seller, ("name", "street", "postcode", "city", "legal_form", "siren"))
    if not _is_sole_trader(seller["legal_form"]):
        yield from _blank("seller", seller, ("capital", "register"))
    if not seller["is_vat_exempt"] and Decimal(content["net"]) >= VAT_NUMBER_FROM:
        yield from _blank("seller", seller, ("vat_number",))
    yield from _addressed(buyer)
    categories = {line_category(line) for line in content["lines"]}
    if categories & {"AE", "K"}:
        yield from _blank("buyer", buyer, ("vat_number",))


def _quebec(content: Content) -> Iterator[str]:
    """Tiers on the total with taxes; a seller that charges no tax has no number to show."""
    numbered, whole = in_force(QUEBEC_TIERS, date.fromisoformat(content["issued_on"]))
    total = Decimal(content["gross"])
    yield from _blank("seller", content["seller"], ("name",))
    charged = {one["name"] for one in content["rates"] if Decimal(one["tax"])}
    if total >= numbered:
        yield from _blank("seller", content["seller"], [f"{name}_number" for name in ("gst", "qst") if name in charged])
    if total >= whole:
        yield from _blank("buyer", content["buyer"], ("name",))


def _addressed(buyer: Content) -> Iterator[str]:
    wanted = ("name", "street", "postcode", "city") if buyer["country"] in ("", "FR") else ("name", "street", "city")
    return _blank("buyer", buyer, wanted)


def _blank(who: str, said: Content, wanted: Sequence[str]) -> Iterator[str]:
    return (f"{who}.{what}" for what in wanted if not str(said[what]).strip())


def _lines(content: Content) -> Iterator[str]:
    legal = rates_of(content["country"], date.fromisoformat(content["issued_on"]))
    for number, line in enumerate(content["lines"], start=1):
        if Decimal(line["rate"]) not in legal:
            yield f"lines.{number}.rate"
        if content["country"] != "CA" and line["regime"] == "exempt" and not line["reason"].strip():
            yield f"lines.{number}.reason"


def line_category(line: Content) -> str:
    """The VAT category of EN 16931 of a line as a document keeps it."""
    return REGIMES[line["regime"]].category


def _is_sole_trader(legal_form: str) -> bool:
    """A sole trader has neither capital nor, unless a merchant, a trade register.

    >>> _is_sole_trader("EI"), _is_sole_trader("Entreprise individuelle"), _is_sole_trader("EIRELEC SAS")
    (True, True, False)
    """
    words = legal_form.casefold().replace(",", " ").split()
    return "ei" in words or "entrepreneur individuel" in legal_form.casefold() or "individuelle" in words
