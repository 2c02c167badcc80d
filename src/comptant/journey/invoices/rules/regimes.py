"""Why a line bears no VAT, and the words the law wants for it. Source: our note of the law, 3.4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from comptant.journey.invoices.rules.dated import Dated, in_force


@dataclass(frozen=True, slots=True)
class Regime:
    """How a line stands towards VAT. ``category`` and ``vatex`` are the codes of EN 16931.

    ``wording`` is the French sentence of the document, dated; empty when none is due or when the reason is typed in.
    """

    key: str
    category: str
    vatex: str = ""
    wording: tuple[Dated[str], ...] = ()


SINCE = date(2014, 1, 1)
CGI_UNTIL = date(2028, 6, 30)
"""The last day on which references to the CGI are tolerated (ordinance 2026-671)."""


def _cgi(words: str, source: str) -> tuple[Dated[str], ...]:
    return (Dated(words, SINCE, CGI_UNTIL, source),)


STANDARD = Regime("standard", "S")
FRANCHISE = Regime(
    "franchise", "E", "VATEX-FR-FRANCHISE", _cgi("TVA non applicable, art. 293 B du CGI", "CGI 293 B")
)  # fmt: skip
REVERSE_CHARGE = Regime("reverse_charge", "AE", "VATEX-EU-AE", (Dated("Autoliquidation", SINCE, None, "CGI 283-2"),))
INTRA_EU = Regime(
    "intra_eu", "K", "VATEX-EU-IC", _cgi("Exonération de TVA, art. 262 ter I du CGI", "CGI 262 ter I")
)  # fmt: skip
EXPORT = Regime("export", "G", "VATEX-EU-G", _cgi("Exonération de TVA, art. 262 I du CGI", "CGI 262 I"))
OUTSIDE = Regime("outside", "O", "VATEX-EU-O", _cgi("TVA non applicable, art. 259-1 du CGI", "CGI 259-1"))
TRAINING = Regime(
    "training", "E", "VATEX-FR-CGI261-4", _cgi("Exonération de TVA, art. 261-4-4° a du CGI", "CGI 261-4-4 a")
)  # fmt: skip
EXEMPT = Regime("exempt", "E")
"""Exempt for a reason that is typed in, such as the article."""

REGIMES = {
    regime.key: regime
    for regime in (STANDARD, FRANCHISE, REVERSE_CHARGE, INTRA_EU, EXPORT, OUTSIDE, TRAINING, EXEMPT)
}  # fmt: skip

EUROPEAN_UNION = frozenset(
    ("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
     "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE")
)  # fmt: skip
"""Members since 1 February 2020, by ISO code."""


def wording(regime: Regime, on: date) -> str:
    """The sentence of the day; empty when the regime wants none. Raises NotCoveredError.

    >>> wording(FRANCHISE, date(2026, 11, 24))
    'TVA non applicable, art. 293 B du CGI'
    """
    return in_force(regime.wording, on) if regime.wording else ""


def without_vat(*, seller_is_exempt: bool, buyer_country: str) -> Regime:
    """The regime of a French service that bears no VAT and says no reason; ``exempt`` when one must be typed in.

    >>> without_vat(seller_is_exempt=True, buyer_country="FR").key
    'franchise'
    >>> [without_vat(seller_is_exempt=False, buyer_country=place).key for place in ("BE", "CA", "FR")]
    ['reverse_charge', 'outside', 'exempt']
    """
    if seller_is_exempt:
        return FRANCHISE
    if buyer_country in ("", "FR"):
        return EXEMPT
    return REVERSE_CHARGE if buyer_country in EUROPEAN_UNION else OUTSIDE
