"""The taxes of a document: rates by day and place, each tax once per rate on the total base, half up.

Source: our note of the law, 4.1 (BR-CO-17: BT-117 = BT-116 x BT-119 / 100) and 12.1 (Québec: each tax apart).
The page docs/invoices.md shows it at work; its tables are run as tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from comptant.ground.money.amounts import Money, part_tax, share, times, total
from comptant.journey.invoices.rules.dated import Dated, in_force
from comptant.journey.invoices.rules.lines import Line, plain
from comptant.journey.invoices.rules.regimes import REGIMES

ZERO = Decimal("0.00")


def _rates(*percents: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(percent) for percent in percents)


MAINLAND = [Dated(_rates("20", "10", "5.5", "2.1"), date(2014, 1, 1), None, "CGI 278, 278-0 bis, 279, 281 quater")]
CORSICA = [Dated(_rates("13", "10", "2.1", "0.9"), date(2014, 1, 1), None, "CGI 297")]
OVERSEAS = [Dated(_rates("8.5", "2.1", "1.75", "1.05"), date(2014, 1, 1), None, "CGI 296")]
QUEBEC = [Dated((("gst", Decimal(5)), ("qst", Decimal("9.975"))), date(2013, 1, 1), None, "ETA 165, LTVQ 16")]
"""Percent; each tax on the price before taxes, never one on the other."""

FEDERAL = Decimal(5)
"""GST alone, for a customer of a province without a tax of its own."""


def rates_of(country: str, on: date) -> tuple[Decimal, ...]:
    """The percents a line may bear that day, the usual one first. Raises NotCoveredError.

    >>> [str(rate) for rate in rates_of("FR", date(2026, 11, 24))[:4]], str(rates_of("CA", date(2026, 11, 24))[0])
    (['20', '10', '5.5', '2.1'], '14.975')
    """
    if country == "CA":
        both = in_force(QUEBEC, on)
        return sum((rate for _, rate in both), Decimal(0)), FEDERAL, Decimal(0)
    places = (in_force(MAINLAND, on), in_force(CORSICA, on), in_force(OVERSEAS, on))
    return (*dict.fromkeys(rate for place in places for rate in place), Decimal(0))


@dataclass(frozen=True, slots=True)
class Rated:
    """What one tax takes at one rate. ``name`` is vat, gst or qst; ``category`` that of EN 16931."""

    name: str
    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal

    @property
    def key(self) -> tuple[str, str, Decimal]:
        """What tells it apart within a document."""
        return self.name, self.category, self.rate

    def as_json(self) -> dict[str, str]:
        """As a document keeps it."""
        return {
            "name": self.name, "category": self.category, "rate": plain(self.rate), "base": str(self.base),
            "tax": str(self.tax),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sums:
    """What a document comes to. ``rated`` in descending order of rate; GST before QST."""

    net: Decimal
    tax: Decimal
    rated: tuple[Rated, ...]

    @property
    def gross(self) -> Decimal:
        """Tax included."""
        return self.net + self.tax

    def gross_by_rate(self) -> list[list[str]]:
        """[tax included, rate] of each rate of VAT, for the journal; none where two taxes share a base."""
        if any(one.name != "vat" for one in self.rated):
            return []
        grosses: dict[Decimal, Decimal] = {}
        for one in self.rated:
            grosses[one.rate] = grosses.get(one.rate, ZERO) + one.base + one.tax
        return [[str(gross), plain(rate)] for rate, gross in grosses.items()]


def components(rate: Decimal, country: str, on: date) -> tuple[tuple[str, Decimal], ...]:
    """The taxes a rate is made of.

    >>> components(Decimal("14.975"), "CA", date(2026, 1, 1))
    (('gst', Decimal('5')), ('qst', Decimal('9.975')))
    >>> components(Decimal("5.5"), "FR", date(2026, 1, 1))
    (('vat', Decimal('5.5')),)
    """
    if country != "CA":
        return (("vat", rate),)
    both = in_force(QUEBEC, on)
    return both if rate == sum(part for _, part in both) else (("gst", rate),)


def sums_of(lines: Sequence[Line], currency: str, country: str, on: date, taken: Iterable[Sums] = ()) -> Sums:
    """What the lines come to, less what earlier documents ``taken`` back had already claimed, rate by rate.

    The tax of what is taken back is that of the earlier document, never computed again: a balance is the whole less
    its deposits, to the cent. E3: 10 000.00 less a deposit of 3 000.00 and 600.00 leaves 7 000.00 and 1 400.00.
    """
    bases: dict[tuple[str, str, Decimal], Money] = {}
    nets = [(line, Money(line.net(currency), currency)) for line in lines]
    for line, net in nets:
        for name, percent in components(line.rate, country, on):
            key = name, REGIMES[line.regime].category, percent
            bases[key] = bases.get(key, Money.zero(currency)) + net
    rated = [Rated(*key, base.amount, times(base, key[2] / 100).amount) for key, base in bases.items()]
    return less(from_rated(total([net for _, net in nets], currency).amount, rated), taken)


def less(whole: Sums, taken: Iterable[Sums]) -> Sums:
    """A document's sums without those of others, rate by rate; may come out negative where more was taken."""
    net, rated = whole.net, {one.key: one for one in whole.rated}
    for document in taken:
        net -= document.net
        for gone in document.rated:
            had = rated.get(gone.key, Rated(*gone.key, ZERO, ZERO))
            rated[gone.key] = Rated(*gone.key, had.base - gone.base, had.tax - gone.tax)
    return from_rated(net, rated.values())


def from_rated(net: Decimal, rated: Iterable[Rated]) -> Sums:
    """The sums of a document known by its rates, such as one kept."""
    ordered = tuple(sorted(rated, key=lambda one: (one.name, -one.rate, one.category)))
    return Sums(net, sum((one.tax for one in ordered), ZERO), ordered)


def read_sums(net: Decimal, kept: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums of a document from its JSON."""
    return from_rated(
        net,
        (
            Rated(one["name"], one["category"], Decimal(one["rate"]), Decimal(one["base"]), Decimal(one["tax"]))
            for one in kept
        ),
    )


def credited_part(left: Sums, net: Decimal, currency: str) -> Sums:
    """What a credit note of ``net`` takes of what is ``left`` of a document, rate by rate, in proportion.

    The one that takes all that is left clears every rate to the cent. ValueError when there is less than ``net``.
    Source: our note of the law, 3.5 and 4.3.

    >>> left = read_sums(Decimal("1500.00"), [
    ...     {"name": "vat", "category": "S", "rate": "20", "base": "1000.00", "tax": "200.00"},
    ...     {"name": "vat", "category": "S", "rate": "10", "base": "500.00", "tax": "50.00"}])
    >>> [(str(one.base), str(one.tax)) for one in credited_part(left, Decimal("100.00"), "EUR").rated]
    [('66.67', '13.33'), ('33.33', '3.33')]
    """
    if not 0 < net <= left.net:
        raise ValueError(f"not a part of {left.net} {currency}: {net}")
    part = Money(net, currency)
    whole = [Money(one.base, currency) for one in left.rated]
    if all(one.name == "vat" for one in left.rated):
        bases = share(part, [base.amount for base in whole])
    else:  # GST and QST lie on the same base: each takes its own proportion.
        bases = [part_tax(part, Money(left.net, currency), base) for base in whole]
    return from_rated(
        net,
        [
            Rated(*one.key, base.amount, part_tax(base, Money(one.base, currency), Money(one.tax, currency)).amount)
            for one, base in zip(left.rated, bases, strict=True)
        ],
    )


def with_tax(part: Sums, tax: Decimal, currency: str) -> Sums:
    """The same bases with ``tax`` in all, divided between the rates as they were."""
    weights = [one.tax for one in part.rated]
    if not any(weights):
        return part
    parts = share(Money(tax, currency), weights)
    return from_rated(
        part.net, [Rated(*one.key, one.base, got.amount) for one, got in zip(part.rated, parts, strict=True)]
    )


def guessed_rate(net: Decimal, tax: Decimal, currency: str, country: str, on: date) -> Decimal | None:
    """The rate that gives this tax on this net, when exactly one document line would; None otherwise.

    >>> guessed_rate(Decimal("10000.00"), Decimal("2000.00"), "EUR", "FR", date(2026, 11, 24))
    Decimal('20')
    >>> guessed_rate(Decimal("10000.00"), Decimal("1234.56"), "EUR", "FR", date(2026, 11, 24)) is None
    True
    """
    for rate in rates_of(country, on):
        parts = components(rate, country, on)
        if sum((times(Money(net, currency), percent / 100).amount for _, percent in parts), ZERO) == tax:
            return rate
    return None
