"""What the lines come to: each line rounded, tax once per rate on the total base, and the parts of a schedule.

Source: law-and-formats 4.1 (BR-CO-17: once per rate, half up) and 12.1 (Québec: each tax apart, on the same base).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from comptant.ground.money.amounts import Money, share, times, total
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft

GST, QST = Decimal(5), Decimal("9.975")


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of a rate: ``name`` is vat, gst or qst; ``rate`` in percent."""

    name: str
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """What is taxed at one rate: its base, its tax, and the taxes it is made of."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...] = ()

    def as_json(self) -> dict[str, str]:
        """As it is kept beside an agreement and its milestones."""
        return {"rate": f"{self.rate.normalize():f}", "net": str(self.net), "tax": str(self.tax)}


@dataclass(frozen=True, slots=True)
class Totals:
    """What an offer comes to; rates in descending order."""

    net: Decimal
    tax: Decimal
    rates: tuple[Rate, ...]

    @property
    def gross(self) -> Decimal:
        """Tax included."""
        return self.net + self.tax


def line_net(line: LineDraft, currency: str) -> Decimal:
    """What a line comes to, net, its discount taken off: rounded once, half up.

    >>> line_net(LineDraft("a", Decimal("0.125"), Decimal(20), quantity=Decimal(3)), "EUR")
    Decimal('0.38')
    >>> line_net(LineDraft("a", Decimal("99.99"), Decimal(20), discount=Decimal(10)), "EUR")
    Decimal('89.99')
    """
    factor = Fraction(line.price) * Fraction(line.quantity) * (100 - Fraction(line.discount)) / 100
    return times(Money(Decimal(1), currency), factor).amount


def components(rate: Decimal, country: str) -> tuple[tuple[str, Decimal], ...]:
    """The taxes a rate is made of: in Canada GST and QST, elsewhere VAT.

    >>> components(Decimal("14.975"), "CA")
    (('gst', Decimal('5')), ('qst', Decimal('9.975')))
    >>> components(Decimal(20), "FR")
    (('vat', Decimal('20')),)
    """
    if country != "CA":
        return (("vat", rate),) if rate else ()
    if rate == GST + QST:
        return ("gst", GST), ("qst", QST)
    return (("gst", rate),) if rate else ()


def totals(nets: Sequence[tuple[Decimal, Decimal]], currency: str, country: str) -> Totals:
    """Of (net, rate) of each line: the base of each rate, its taxes, and the sums.

    >>> one = totals([(Decimal("1250.00"), Decimal("14.975"))], "CAD", "CA")
    >>> [str(tax.amount) for tax in one.rates[0].taxes], str(one.gross)
    (['62.50', '124.69'], '1437.19')
    >>> two = totals([(Decimal("10.03"), Decimal(20)), (Decimal("10.04"), Decimal(20))], "EUR", "FR")
    >>> str(two.tax)
    '4.01'
    """
    bases: dict[Decimal, list[Money]] = {}
    for net, rate in nets:
        bases.setdefault(rate, []).append(Money(net, currency))
    rates = tuple(_rate(rate, total(bases[rate], currency), country) for rate in sorted(bases, reverse=True))
    return _summed(rates)


def _rate(rate: Decimal, base: Money, country: str) -> Rate:
    taxes = tuple(Tax(name, part, times(base, part / 100).amount) for name, part in components(rate, country))
    return Rate(rate, base.amount, sum((tax.amount for tax in taxes), Decimal("0.00")), taxes)


def _summed(rates: tuple[Rate, ...]) -> Totals:
    zero = Decimal("0.00")
    return Totals(sum((one.net for one in rates), zero), sum((one.tax for one in rates), zero), rates)


def parts_of(whole: Totals, parts: Sequence[PartDraft], currency: str) -> list[Totals]:
    """What each part of the schedule comes to, by rate; they add up to the whole, to the cent.

    E3 of our note of the law: 30 % of 10 000.00 at 20 % is 3 000.00 and 600.00.

    >>> ten = totals([(Decimal(10000), Decimal(20))], "EUR", "FR")
    >>> [str(part.gross) for part in parts_of(ten, [PartDraft("", Decimal(30)), PartDraft("", Decimal(70))], "EUR")]
    ['3600.00', '8400.00']
    """
    weights = [part.share for part in parts]
    columns = [
        (one.rate, share(Money(one.net, currency), weights), share(Money(one.tax, currency), weights))
        for one in whole.rates
    ]
    return [
        _summed(tuple(Rate(rate, nets[n].amount, taxes[n].amount) for rate, nets, taxes in columns))
        for n in range(len(parts))
    ]


USUAL = {
    "FR": [Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "8.5", "0")],
    "CA": [GST + QST, GST, Decimal(13), Decimal(15), Decimal(0)],
}


def likely_rates(net: Decimal, tax: Decimal, currency: str, country: str, rate: Decimal | None = None) -> Totals:
    """An agreement known by its net and tax: at ``rate`` when it is named, else the usual one that gives that tax.

    Where none does (several rates, or a rate we do not know), the one it comes to, to three decimals.

    >>> likely_rates(Decimal("1000.00"), Decimal("55.00"), "EUR", "FR").rates[0].rate
    Decimal('5.5')
    """
    tried = [rate] if rate is not None else [*USUAL.get(country, USUAL["FR"])]
    for usual in tried:
        found = totals([(net, usual)], currency, country)
        if found.tax == tax:
            return found
    came_to = rate if rate is not None else (tax * 100 / net).quantize(Decimal("0.001")) if net else Decimal(0)
    return _summed((Rate(came_to, net, tax),))


def from_json(rates: Sequence[dict[str, Any]]) -> Totals:
    """What was kept with an agreement or a milestone."""
    return _summed(tuple(Rate(Decimal(one["rate"]), Decimal(one["net"]), Decimal(one["tax"])) for one in rates))
