"""Money: exact, in one currency; rounded half up; shared without losing a cent."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.ground.money.amounts import MixedCurrencyError, Money, part_tax, receipt_tax, share, times, total

CENT = Decimal("0.01")
cents = st.integers(-(10**11), 10**11)


def eur(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize("amount", [1.5, "1.50", True, None, 1])
def test_an_amount_is_a_decimal(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "EUR"),
        ("0.5", "JPY"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e20", "EUR"),
        ("1", "eur"),
        ("1", "XXQ"),
        ("1", "TND"),
    ],
)
def test_impossible_amounts_are_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError):
        Money(Decimal(amount), currency)


def test_amounts_take_the_digits_of_their_currency() -> None:
    assert str(eur("12").amount) == "12.00"
    assert str(Money(Decimal("12.0"), "JPY").amount) == "12"
    assert str(eur("-0.00").amount) == "0.00"
    assert str(eur("12345678901234567890.01").amount) == "12345678901234567890.01"


def test_currencies_never_mix() -> None:
    dollar = Money(Decimal(1), "CAD")
    for meet in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b):
        with pytest.raises(MixedCurrencyError):
            meet(eur(1), dollar)
    with pytest.raises(MixedCurrencyError):
        total([eur(1), dollar], "EUR")
    assert eur(1) != dollar
    assert -eur(1) < eur(0) <= abs(eur(-1)) and not eur(0)


def test_money_meets_money_only() -> None:
    with pytest.raises(TypeError):
        eur(1) + Decimal(1)  # type: ignore[operator]


def test_a_factor_is_exact() -> None:
    with pytest.raises(TypeError):
        times(eur(1), 0.2)  # type: ignore[arg-type]


@given(cents, st.decimals(-1000, 1000, places=6))
def test_times_rounds_half_up_like_decimal(units: int, factor: Decimal) -> None:
    expected = (units * CENT * factor).quantize(CENT, rounding=ROUND_HALF_UP)
    assert times(Money(units * CENT, "EUR"), factor).amount == expected


@given(cents, st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any))
def test_share_never_loses_a_cent_and_stays_within_one(units: int, weights: list[int]) -> None:
    parts = [part.amount for part in share(Money(units * CENT, "EUR"), weights)]
    assert sum(parts) == units * CENT
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - units * CENT * weight) < CENT * sum(weights)
        assert weight or part == 0


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_share_needs_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        share(eur(1), weights)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**7), st.sampled_from(["20", "10", "5.5", "2.1", "0"])), min_size=1, max_size=4
    ),
    st.lists(st.integers(1, 1000), min_size=1, max_size=6),
)
def test_the_last_receipt_clears_the_tax_to_the_cent(lines: list[tuple[int, str]], weights: list[int]) -> None:
    nets = [Money(units * CENT, "EUR") for units, _ in lines]
    taxes = [times(net, Decimal(rate) / 100) for net, (_, rate) in zip(nets, lines, strict=True)]
    grosses = [(net + tax, Decimal(rate)) for net, tax, (_, rate) in zip(nets, taxes, lines, strict=True)]
    received, before = eur(0), [eur(0) for _ in lines]
    for receipt in share(total([gross for gross, _ in grosses], "EUR"), weights):
        received += receipt
        now = receipt_tax(received, grosses)
        assert all(eur(0) <= old <= new for old, new in zip(before, now, strict=True))
        before = now
    assert before == taxes


def test_more_than_the_whole_has_no_tax() -> None:
    with pytest.raises(ValueError):
        receipt_tax(eur("120.01"), [(eur(120), Decimal(20))])
    with pytest.raises(ValueError):
        part_tax(eur(-1), eur(120), eur(20))
    assert part_tax(eur(120), eur(120), eur("20.01")) == eur("20.01")
    assert part_tax(eur(0), eur(0), eur(0)) == eur(0)
