"""Money: an exact amount in a currency. It is rounded in ``times``, divided in ``share``, nowhere else.

The page ``docs/money.md`` shows each of them at work; its tables are run as tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"

MINOR_DIGITS: dict[str, int] = dict.fromkeys(_TWO_DECIMALS.split(), 2) | dict.fromkeys(_NO_DECIMALS.split(), 0)
"""Digits after the point, by currency (ISO 4217). Those with three are not served: the tables keep two."""

LIMIT = Decimal(10) ** 20
"""No amount is as large: sums stay exact within the 28 digits Python keeps."""


class MixedCurrencyError(ValueError):
    """Two currencies met in one sum or one comparison."""


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency. ValueError for one we do not serve.

    >>> quantum("EUR"), quantum("JPY")
    (Decimal('0.01'), Decimal('1'))
    """
    if currency not in MINOR_DIGITS:
        raise ValueError(f"not a currency served here: {currency!r}")
    return Decimal(1).scaleb(-MINOR_DIGITS[currency])


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; may be negative. Floats and finer digits are refused, never rounded.

    >>> Money(Decimal("12.5"), "EUR") + Money(Decimal("0.25"), "EUR")
    Money(amount=Decimal('12.75'), currency='EUR')
    >>> Money(Decimal("0.001"), "EUR")
    Traceback (most recent call last):
    ValueError: finer than the smallest amount of EUR: 0.001
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not Decimal:
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        exact = self.amount
        if not exact.is_finite() or abs(exact) >= LIMIT:
            raise ValueError(f"not an amount: {exact}")
        rounded = exact.quantize(quantum(self.currency), rounding=ROUND_HALF_UP)
        if rounded != exact:
            raise ValueError(f"finer than the smallest amount of {self.currency}: {exact}")
        object.__setattr__(self, "amount", rounded or abs(rounded))  # there is no -0.00

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in a currency."""
        return cls(Decimal(0), currency)

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"money meets money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise MixedCurrencyError(f"{self.currency} and {other.currency}")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)


def total(amounts: Sequence[Money], currency: str) -> Money:
    """The sum; zero of the currency for none. MixedCurrencyError when one is of another."""
    summed = Money.zero(currency)
    for amount in amounts:
        summed += amount
    return summed


def times(money: Money, factor: Decimal | Fraction | int) -> Money:
    """``money`` multiplied, rounded half up (away from zero) to the smallest amount of its currency.

    >>> times(Money(Decimal("0.25"), "EUR"), Decimal("0.1"))
    Money(amount=Decimal('0.03'), currency='EUR')
    """
    if isinstance(factor, bool) or not isinstance(factor, (Decimal, Fraction, int)):
        raise TypeError(f"a factor is exact, not {type(factor).__name__}")
    return _from_fraction(Fraction(money.amount) * Fraction(factor), money.currency)


def share(money: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    """``money`` divided in proportion to ``weights``, in their order; the parts add up to it exactly.

    Largest remainder: each part is first cut towards zero, then the cents left go one each to the parts
    that lost most, the earlier one when two lost as much. Weights are never negative, not all zero
    (ValueError); a weight of zero receives nothing.

    >>> [str(part.amount) for part in share(Money(Decimal("10.00"), "EUR"), [1, 1, 1])]
    ['3.34', '3.33', '3.33']
    """
    if any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("weights are never negative, and not all zero")
    smallest = quantum(money.currency)
    units, sign = int(abs(money.amount) / smallest), -1 if money.amount < 0 else 1
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    quotas = [units * weight / whole for weight in exact]
    parts = [int(quota) for quota in quotas]
    most_lost = sorted(range(len(parts)), key=lambda n: (parts[n] - quotas[n], n))
    for n in most_lost[: units - sum(parts)]:
        parts[n] += 1
    return [Money(sign * part * smallest, money.currency) for part in parts]


def receipt_tax(received: Money, grosses: Sequence[tuple[Money, Decimal]]) -> list[Money]:
    """The tax contained in all that was received of a document so far, one amount per rate.

    ``received`` is cumulative, tax included; ``grosses`` are the document's totals tax included with their
    rate in percent. The tax of one receipt is the difference between two calls, so that the last receipt
    clears to the cent. ValueError when more was received than the document's total, or less than nothing.

    Source: CGI 269-2-c; the cumulative formula of our note on partial payment (docs/money.md).
    """
    gross = total([part for part, _ in grosses], received.currency)
    _between(received, gross)
    return [_part_of(received, gross, Fraction(part.amount) * _tax_share(rate)) for part, rate in grosses]


def part_tax(part: Money, gross: Money, tax: Money) -> Money:
    """The tax contained in the first ``part`` (cumulative, tax included) of a document known by its totals.

    The same cumulative function as ``receipt_tax`` for a document whose rates we were not told: the
    whole takes exactly ``tax``. ValueError when ``part`` is not between nothing and the whole.
    """
    _between(part, gross)
    return _part_of(part, gross, Fraction(tax.amount))


def _between(part: Money, gross: Money) -> None:
    if not Money.zero(gross.currency) <= part <= gross:
        raise ValueError(f"not a part of {gross.amount} {gross.currency}: {part.amount}")


def _tax_share(rate: Decimal) -> Fraction:
    return Fraction(rate) / (100 + Fraction(rate))


def _part_of(part: Money, gross: Money, tax: Fraction) -> Money:
    if not gross:
        return Money.zero(gross.currency)
    return _from_fraction(Fraction(part.amount) * tax / Fraction(gross.amount), gross.currency)


def _from_fraction(exact: Fraction, currency: str) -> Money:
    """Half up, away from zero, in whole numbers: no precision of any context to run out of."""
    scaled = abs(exact) / Fraction(quantum(currency))
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Money((units if exact >= 0 else -units) * quantum(currency), currency)
