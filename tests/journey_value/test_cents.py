"""The tax of parts, to the cent: law-and-formats 4.3 and 4.4, examples E1, E2 and E3."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.ground.journal.acts import Fact
from tests.journey_value.telling import F1, F2, entries, invoiced, moves, opened, stands, timeline, told, won


def taxes(facts: list[Fact], kind: str = "paid") -> list[Decimal]:
    return [sum((p.tax for p in entry.postings), Decimal(0)) for entry in entries(facts, kind)]


def test_e1_the_tax_of_part_payments_is_cumulative() -> None:
    facts = [invoiced(10_000, 2_000), told("paid", 3, 10, F1, amount=5_000), told("paid", 3, 20, F1, amount=7_000)]
    assert [moves(entry) for entry in entries(facts, "paid")] == [
        ["invoiced > cashed 4166.67 + 833.33 F-1"], ["invoiced > cashed 5833.33 + 1166.67 F-1"],
    ]  # fmt: skip


def test_e2_a_receipt_is_split_by_rate() -> None:
    claim = invoiced(1_500, 250, rates=[["1200.00", "20"], ["550.00", "10"]])
    facts = [claim, told("paid", 3, 10, F1, amount=700), told("paid", 3, 20, F1, amount=1_050)]
    first, second = entries(facts, "paid")
    assert first.details["rates"] == [["480.00", "20", "80.00"], ["220.00", "10", "20.00"]]
    assert second.details["rates"] == [["720.00", "20", "120.00"], ["330.00", "10", "30.00"]]
    assert taxes(facts) == [100, 150]


def test_a_payment_that_bounces_gives_back_its_split_by_rate() -> None:
    claim = invoiced(1_500, 250, rates=[["1200.00", "20"], ["550.00", "10"]])
    facts = [claim, told("paid", 3, 10, F1, amount=700), told("bounced", 3, 12, F1, amount=700)]
    assert entries(facts, "bounced")[0].details["rates"] == [["480.00", "20", "80.00"], ["220.00", "10", "20.00"]]


def test_a_credit_note_lowers_the_rates_it_names() -> None:
    claim = invoiced(1_500, 250, rates=[["1200.00", "20"], ["550.00", "10"]])
    note = told("credited", 3, 9, F1, credit_note=str(F2), net=500, tax=50, rates=[["550.00", "10"]])
    facts = [claim, note, told("paid", 3, 10, F1, amount=600)]
    assert entries(facts, "paid")[0].details["rates"] == [["600.00", "20", "100.00"], ["0.00", "10", "0.00"]]


def test_e3_a_deposit_then_the_balance() -> None:
    """The balance deducts the deposit (way A): 7 000 + 1 400; each receipt carries its own tax."""
    deposit, balance = invoiced(3_000, 600, on=(2, 3)), invoiced(7_000, 1_400, F2, on=(5, 4), due="2026-06-01")
    facts = [opened(), won(), deposit, told("paid", 2, 10, F1, amount=3_600), told("delivered", 5, 1, net=7_000)]
    assert moves(entries([*facts, balance], "invoiced")[1]) == ["billable > invoiced 7000.00 + 1400.00 F-2"]
    facts += [balance, told("paid", 5, 20, F2, amount=8_400)]
    assert taxes(facts) == [600, 1_400]
    assert stands(facts) == {"cashed": 12_000, "origin": -12_000}


cents = st.integers(1, 200_000).map(lambda n: Decimal(n) / 100)


@given(cents, st.integers(0, 9999), st.lists(st.integers(1, 100), min_size=1, max_size=6), st.booleans())
def test_the_last_payment_clears_whatever_the_parts(net: Decimal, rate: int, parts: list[int], by_rate: bool) -> None:
    tax = (net * rate / 10_000).quantize(Decimal("0.01"))
    gross, rates = net + tax, {"rates": [[str(net + tax), str(Decimal(rate) / 100)]]} if by_rate else {}
    facts, left = [invoiced(net, tax, **rates)], gross  # type: ignore[arg-type]
    for day, percent in enumerate(parts, start=3):
        part = min(left, (gross * percent / 100).quantize(Decimal("0.01")))
        left -= part
        facts.append(told("paid", 3, day, F1, amount=str(part)))
    facts.append(told("paid", 3, 20, F1))
    state = timeline(facts).state
    assert state.of("cashed", F1) == (net, tax)
    assert sum(taxes(facts)) == tax
    for entry in entries(facts, "paid"):
        if by_rate and entry.postings:
            assert sum(Decimal(line[2]) for line in entry.details["rates"]) == sum(p.tax for p in entry.postings)


@pytest.mark.parametrize("contested", ["0.01", "0.02", "333.33", "999.99"])
def test_contested_and_undisputed_parts_add_up(contested: str) -> None:
    facts = [invoiced(833.33, 166.67), told("disputed", 3, 9, F1, amount=contested, dispute="d")]
    state = timeline(facts, until=facts[-1].at).state
    both = [state.of(account, F1) for account in ("invoiced", "disputed")]
    assert sum(both[1]) == Decimal(contested)
    assert [sum(one) for one in zip(*both, strict=True)] == [Decimal("833.33"), Decimal("166.67")]
