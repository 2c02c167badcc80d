"""Which invoices a line pays: the table of signals, and what never happens whatever the line."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.journey.payments.rules.ledger import Limits, Line, OpenInvoice, ledger
from comptant.journey.payments.rules.matching import Proposal, proposals

MERCURE, BOREAL, LUNE = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {MERCURE: "Mercure SARL", BOREAL: "Boréal inc.", LUNE: "Éditions de la Lune"}
DAY = date(2026, 3, 20)
IBAN = "FR1420041010050500013M02606"


def owed(number: str, amount: str, party: UUID = MERCURE, issued: date = date(2026, 3, 1)) -> OpenInvoice:
    total = Decimal(amount)
    known = UUID(int=sum(ord(letter) << (n % 15) * 8 for n, letter in enumerate(number)))
    return OpenInvoice(known, number, party, total, total, issued, issued + timedelta(days=30), "EUR")


def line(amount: str, label: str = "", **more: object) -> Line:
    return Line(UUID(int=9), DAY, Decimal(amount), "EUR", label, **more)  # type: ignore[arg-type]


def said(found: list[Proposal]) -> list[tuple[tuple[str, ...], str, tuple[str, ...], bool]]:
    return [(one.numbers, str(one.confidence), one.why, one.is_sure) for one in found]


OWED = [
    owed("FA-2026-0042", "1200.00"), owed("FA-2026-0043", "600.00"), owed("FA-2026-0044", "1200.00", BOREAL),
    owed("FA-2026-0045", "75.50", LUNE),
]  # fmt: skip
BOOK = ledger(OWED, NAMES, {IBAN: {MERCURE: 3}})


@pytest.mark.parametrize(
    ("came", "numbers", "confidence", "why", "is_sure"),
    [
        (line("1200.00", reference="RF83FA20260042"), "0042", "0.995", "structured reference, exact amount", True),
        (line("1200.00", "RF83 FA20 2600 42 MERCI"), "0042", "0.995", "structured reference, exact amount", True),
        (line("1200.00", "VIR FA-2026-0042"), "0042", "0.993", "number in label, exact amount", True),
        (line("1200.00", "fact. fa 2026 0042"), "0042", "0.993", "number in label, exact amount", True),
        (line("1800.00", "FA-2026-0042, FA-2026-0043"), "0042 0043", "0.990", "number in label, sum of invoices", True),
        (line("1200.00", "facture 0042"), "0042", "0.980", "digits of number in label, exact amount", False),
        (line("600.00", "", iban=IBAN), "0043", "0.970", "account known, exact amount", False),
        (line("1800.00", "", iban=IBAN), "0042 0043", "0.955", "account known, sum of invoices", False),
        (line("75.50", "", payer="EDITIONS LUNE"), "0045", "0.955", "payer's name, exact amount", False),
        (line("1200.00", "VIR SEPA MERCURE"), "0042", "0.955", "payer's name, exact amount", False),
        (line("1190.00", "FA-2026-0042"), "0042", "0.965", "number in label, bank fee", False),
        (line("1199.99", "FA-2026-0042"), "0042", "0.972", "number in label, rounding", False),
        (line("500.00", "FA-2026-0042"), "0042", "0.930", "number in label, part payment", False),
        (line("1300.00", "FA-2026-0042"), "0042", "0.930", "number in label, more than open", False),
        (line("75.50"), "0045", "0.200", "exact amount", False),
    ],
)  # fmt: skip
def test_each_signal_is_worth_what_the_table_says(
    came: Line, numbers: str, confidence: str, why: str, is_sure: bool
) -> None:
    first = proposals(came, BOOK, Limits())[0]
    assert ([n[-4:] for n in first.numbers], str(first.confidence)) == (numbers.split(), confidence)
    assert (", ".join(first.why), first.is_sure) == (why, is_sure)


def test_an_early_payment_discount_is_seen_within_its_days() -> None:
    limits = Limits(discount_rate=Decimal("2.00"), discount_days=20)
    first = proposals(line("1176.00", "FA-2026-0042"), BOOK, limits)[0]
    assert (first.discount, first.discounts, first.invoices[0][1]) == (
        Decimal("24.00"), (Decimal("24.00"),), Decimal("1176.00"),
    )  # fmt: skip
    late = proposals(line("1176.00", "FA-2026-0042"), BOOK, Limits(discount_rate=Decimal(2), discount_days=18))[0]
    assert late.discount == 0 and "early-payment discount" not in late.why


def test_two_equal_proposals_are_told_and_none_is_sure() -> None:
    twins = [owed("A-0001", "100.00"), owed("B-0001", "100.00", BOREAL)]
    found = proposals(line("100.00", "A-0001 B-0001"), ledger(twins, NAMES, {}), Limits())
    assert [one.numbers for one in found] == [("A-0001",), ("B-0001",)]
    assert found[0].confidence == found[1].confidence and not any(one.is_sure for one in found)


def test_a_year_or_an_amount_is_no_invoice_number() -> None:
    book = ledger([owed("2026", "1200.00")], NAMES, {})
    assert not proposals(line("1200.00", "LOYER MARS 2026"), book, Limits())[0].is_sure


def test_a_wrong_check_digit_is_no_reference() -> None:
    assert "structured reference" not in proposals(line("1200.00", "RF84FA20260042"), BOOK, Limits())[0].why


def test_another_currency_is_never_proposed() -> None:
    came = Line(UUID(int=9), DAY, Decimal("1200.00"), "USD", "FA-2026-0042")
    assert proposals(came, BOOK, Limits()) == []


def test_the_threshold_is_the_firms() -> None:
    assert not proposals(line("1200.00", "FA-2026-0042"), BOOK, Limits(threshold=Decimal("0.995")))[0].is_sure


def test_what_was_paid_is_no_longer_there() -> None:
    book = ledger(OWED, NAMES, {})
    book.without([OWED[0].id])
    assert all("FA-2026-0042" not in one.numbers for one in proposals(line("1200.00", "FA-2026-0042"), book, Limits()))


CENTS = st.integers(1, 500_000).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def _books(draw: st.DrawFn) -> tuple[list[OpenInvoice], Line]:
    amounts = draw(st.lists(CENTS, min_size=1, max_size=12))
    parties = draw(st.lists(st.sampled_from([MERCURE, BOREAL]), min_size=len(amounts), max_size=len(amounts)))
    invoices = [
        owed(f"FA-2026-{n:04d}", str(amount), party)
        for n, (amount, party) in enumerate(zip(amounts, parties, strict=True))
    ]
    named = draw(st.lists(st.sampled_from(invoices), max_size=3))
    sums = st.sampled_from([sum((one.open for one in named), Decimal(0)) or amounts[0], *amounts])
    came = draw(st.one_of(CENTS, sums))
    label = " ".join([one.number for one in named] + draw(st.lists(st.sampled_from(["MERCURE", "VIR", "0003"]))))
    iban = draw(st.sampled_from(["", IBAN]))
    return invoices, Line(UUID(int=9), DAY, came, "EUR", label, iban=iban)


@given(_books(), st.integers(0, 20))
def test_never_more_than_came_nor_more_than_is_open(made: tuple[list[OpenInvoice], Line], rate: int) -> None:
    invoices, came = made
    limits = Limits(discount_rate=Decimal(rate), discount_days=30)
    book = ledger(invoices, NAMES, {IBAN: {MERCURE: 1}})
    found = proposals(came, book, limits)
    by_id = {one.id: one for one in invoices}
    for one in found:
        assert one.allocated <= came.amount + one.fee
        assert len({by_id[document].party for document, _ in one.invoices}) == 1
        for (document, part), off in zip(one.invoices, one.discounts, strict=True):
            assert part > 0 and part + off <= by_id[document].open
        assert 0 < one.confidence < 1 and one.why
        assert len({document for document, _ in one.invoices}) == len(one.invoices)
    assert sum(one.is_sure for one in found) <= 1
    assert said(found) == said(proposals(came, ledger(list(reversed(invoices)), NAMES, book.ibans), limits))
