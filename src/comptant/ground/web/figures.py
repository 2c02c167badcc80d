"""Amounts, counts and shares as a person reads them, in the three languages of the screens. No Django.

Source: design, section 4.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from comptant.ground.web.typography import MINUS, NBSP

_WHOLE = Decimal(1)
_CENT = Decimal("0.01")
_FRENCH = str.maketrans({",": NBSP, ".": ","})
_SIGNS = {"EUR": "€", "CAD": "$", "USD": "$", "GBP": "£"}
_ABROAD_FRENCH = {"CAD": f"${NBSP}CA", "USD": f"${NBSP}US"}
_ABROAD_ENGLISH = {"CAD": "CA$", "USD": "US$"}


def amount(value: Decimal, currency: str, language: str, home: str = "", cents: bool | None = None) -> str:
    r"""An amount with its currency. ``home`` is the firm's currency: a dollar says which one elsewhere.

    ``cents`` True writes two decimals, False none (rounded half up, for reading only), None two decimals
    only where there are cents.

    >>> amount(Decimal("1234.5"), "EUR", "fr")
    '1\xa0234,50\xa0€'
    >>> amount(Decimal("1234.5"), "CAD", "fr-ca", home="CAD"), amount(Decimal(18400), "CAD", "fr", home="EUR")
    ('1\xa0234,50\xa0$', '18\xa0400\xa0$\xa0CA')
    >>> amount(Decimal("-1234.5"), "EUR", "en")
    '−€1,234.50'
    """
    digits = number(abs(value), language, cents)
    sign = MINUS if value < 0 else ""
    if language.startswith("fr"):
        return f"{sign}{digits}{NBSP}{currency_sign(currency, language, home)}"
    mark = currency_sign(currency, language, home)
    return f"{sign}{mark}{NBSP if mark.isalpha() else ''}{digits}"


def currency_sign(currency: str, language: str, home: str = "") -> str:
    """The sign of a currency on a screen whose firm counts in ``home``."""
    if currency != home and (home or currency == "USD"):
        abroad = _ABROAD_FRENCH if language.startswith("fr") else _ABROAD_ENGLISH
        if currency in abroad:
            return abroad[currency]
    return _SIGNS.get(currency, currency)


def number(value: Decimal | int, language: str, cents: bool | None = False) -> str:
    r"""A figure with its thousands apart; ``cents`` as for ``amount``.

    >>> number(Decimal("684200"), "fr"), number(684200, "en")
    ('684\xa0200', '684,200')
    """
    exact = Decimal(value)
    with_cents = cents if cents is not None else exact != exact.to_integral_value()
    shown = exact.quantize(_CENT if with_cents else _WHOLE, ROUND_HALF_UP)
    text = f"{abs(shown):,f}"
    sign = MINUS if shown < 0 else ""
    return sign + (text.translate(_FRENCH) if language.startswith("fr") else text)


def share(part: Decimal, whole: Decimal, language: str) -> str:
    r"""A percentage with one decimal; a dash when there is nothing to share.

    >>> share(Decimal(155190), Decimal(684200), "fr"), share(Decimal(1), Decimal(0), "fr")
    ('22,7\xa0%', '—')
    """
    if not whole:
        return "—"
    text = f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP):f}"
    return f"{text.replace('.', ',')}{NBSP}%" if language.startswith("fr") else f"{text}%"
