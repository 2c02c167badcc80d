"""A line of a document: what is claimed, and how it stands towards VAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from comptant.ground.money.amounts import Money, times
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.rules.regimes import REGIMES

WHOLE = Decimal(100)
TOO_MUCH = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Line:
    """A line. ``price`` is net, of one unit, never negative; ``rate`` and ``discount`` are percents.

    In Québec ``rate`` is that of both taxes together, 14.975. What is taken back has quantity −1 (BR-27: a price is
    never negative). ``regime`` says why there is no VAT when ``rate`` is zero; ``reason`` is typed in for ``exempt``.
    """

    title: str
    price: Decimal
    rate: Decimal
    quantity: Decimal = Decimal(1)
    unit: str = ""
    text: str = ""
    discount: Decimal = Decimal(0)
    regime: str = "standard"
    reason: str = ""

    def net(self, currency: str) -> Decimal:
        """What the line comes to, its discount taken off, rounded once, half up.

        >>> Line("a", Decimal("3000.00"), Decimal(20), quantity=Decimal(-1)).net("EUR")
        Decimal('-3000.00')
        """
        factor = Fraction(self.price) * Fraction(self.quantity) * (100 - Fraction(self.discount)) / 100
        return times(Money(Decimal(1), currency), factor).amount

    def as_json(self) -> dict[str, str]:
        """As a draft and a document keep it: amounts as text."""
        return {
            "title": self.title, "text": self.text, "quantity": plain(self.quantity), "unit": self.unit,
            "price": plain(self.price), "discount": plain(self.discount), "rate": plain(self.rate),
            "regime": self.regime, "reason": self.reason,
        }  # fmt: skip


def plain(number: Decimal) -> str:
    """Without exponent, nor zeros at the end.

    >>> [plain(Decimal(n)) for n in ("20.000", "5.5", "1E+2", "0.00", "4800.00", "12.50")]
    ['20', '5.5', '100', '0', '4800', '12.5']
    """
    return f"{number.normalize() or Decimal(0):f}"


def read_line(kept: Mapping[str, Any]) -> Line:
    """A line from its JSON; what is not said is as in ``Line``. Raises ValueError or KeyError."""
    try:
        price, rate = Decimal(str(kept["price"])), Decimal(str(kept["rate"]))
        quantity, discount = Decimal(str(kept.get("quantity", 1))), Decimal(str(kept.get("discount", 0)))
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    unit, text, reason = (str(kept.get(name, "")) for name in ("unit", "text", "reason"))
    regime = str(kept.get("regime") or "standard")
    return Line(str(kept["title"]), price, rate, quantity, unit, text, discount, regime, reason)


def check_lines(lines: Sequence[Line]) -> None:
    """Raises Refusal of the first fault of what somebody wrote, with the line's number from 1.

    invoice_without_lines, line_without_title, line_amount, line_rate or unknown_regime.

    >>> check_lines([Line("work", Decimal(100), Decimal(20)), Line(" ", Decimal(1), Decimal(20))])
    Traceback (most recent call last):
    comptant.ground.refusals.Refusal: ('line_without_title', {'line': 2})
    """
    if not lines:
        raise Refusal("invoice_without_lines")
    whole = Decimal(0)
    for number, line in enumerate(lines, start=1):
        if not line.title.strip():
            raise Refusal("line_without_title", line=number)
        if not _is_sensible(line):
            raise Refusal("line_amount", line=number)
        if not (0 <= line.discount <= WHOLE and 0 <= line.rate <= WHOLE):
            raise Refusal("line_rate", line=number)
        if line.regime not in REGIMES:
            raise Refusal("unknown_regime", line=number)
        whole += line.price * line.quantity
        if whole >= TOO_MUCH:
            raise Refusal("line_amount", line=number)


def _is_sensible(line: Line) -> bool:
    finite = all(number.is_finite() for number in (line.price, line.quantity, line.discount, line.rate))
    return finite and line.price >= 0 and line.quantity > 0 and line.price * line.quantity < TOO_MUCH
