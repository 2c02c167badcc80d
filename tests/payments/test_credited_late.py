"""A credit note told after the payment it precedes: balances at every date are those of the other order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions import credit, issue
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.actions import bounce, refund, take_payment, use_held
from comptant.journey.payments.models import Allocation, Payment
from comptant.journey.recovery.actions import write_off
from tests.invoices.billing import able_to_bill, drafted
from tests.payments.test_import import INVOICES, PAYMENTS, TODAY, loads, stands, wrong
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=False)
NOTES = "number,kind,party_ref,issued_on,net,tax,corrects\n"
Act = Callable[[House], object]


def pays(day: int, amount: str, *given: tuple[str, str], off: str = "0", by: str | None = "Ada") -> Act:
    """A payment of March by mercure, recorded by a person (or by the matcher)."""

    def act(house: House) -> None:
        invoices = {one.number: one for one in Invoice.objects.all()}
        take_payment(
            house.firm, party=house.clients["mercure"], amount=Decimal(amount), received_on=date(2026, 3, day),
            allocations=[(invoices[number], Decimal(part)) for number, part in given], label=f"{day} {amount}",
            discounts={invoices[given[0][0]].id: Decimal(off)}, at=house.at(TODAY), by=house.people[by] if by else None,
        )  # fmt: skip

    return act


def comes_back(day: int, amount: str) -> Act:
    return lambda house: bounce(
        Payment.objects.get(), on=date(2026, 4, day), reason="AC04", amount=Decimal(amount), at=house.at(TODAY), by=None
    )


def days() -> list[date]:
    return [MONDAY + timedelta(days=n) for n in range(0, 91, 3)]


def told(house: House, *acts: Act | str) -> list[dict[str, str]]:
    """Acts of people and files in this order; what stands at each date, the doctor content."""
    loads(house.firm, "invoices", INVOICES + "F-1,mercure,2026-03-03,2026-04-02,1000,200,\nF-2,mercure,2026-03-03,,"
          "300,60,\n")  # fmt: skip
    for act in acts:
        if isinstance(act, str):
            done = loads(house.firm, "payments" if act.startswith("P") else "invoices", _file(act))
            assert (done.errors.count, done.is_refused) == (0, False), list(done.errors)
        else:
            with house.open():
                act(house)
    assert wrong(house.firm) == []
    return [stands(house.firm, day) for day in days()]


def _file(row: str) -> str:
    return (PAYMENTS if row.startswith("P") else NOTES) + row + "\n"


NOTE = "A-1,credit_note,mercure,2026-03-10,250,50,F-1"
BOTH = pays(20, "1500.00", ("F-1", "1200.00"), ("F-2", "300.00"))


@pytest.mark.parametrize(
    ("acts", "held"),
    [
        ([pays(20, "1200.00", ("F-1", "1200.00"))], "300.00"),
        ([pays(20, "1200.00", ("F-1", "1200.00"), by=None)], "300.00"),
        ([pays(12, "600.00", ("F-1", "600.00")), pays(20, "600.00", ("F-1", "600.00"))], "300.00"),
        ([BOTH], "300.00"),
        ([BOTH, comes_back(9, "1400.00")], None),
        ([pays(20, "1176.00", ("F-1", "1176.00"), off="24.00")], "276.00"),
        ([pays(5, "600.00", ("F-1", "600.00")), pays(20, "200.00", ("F-1", "200.00"), off="400.00")], None),
        (["P-1,2026-03-12,mercure,700,VIR,F-1", pays(20, "500.00", ("F-1", "500.00"))], "300.00"),
    ],
)
def test_a_file_tells_a_credit_note_after_the_payment_it_precedes(acts: Sequence[Any], held: str | None) -> None:
    late = told(first := atelier_lune(today=TODAY), *acts, NOTE)
    assert late == told(atelier_lune(today=TODAY), NOTE, *acts)
    assert late[-1].get("held") == held
    assert loads(first.firm, "invoices", _file(NOTE)).changed_nothing


def test_a_discount_gives_way_before_what_was_received() -> None:
    note, pay = "A-1,credit_note,mercure,2026-03-10,10,2,F-1", pays(20, "1176.00", ("F-1", "1176.00"), off="24.00")
    late = told(atelier_lune(today=TODAY), pay, note)
    assert late == told(atelier_lune(today=TODAY), note, pay)
    assert (late[-1]["cashed"], late[-1]["cancelled"]) == ("1176.00", "24.00")


def test_a_part_of_which_nothing_is_payable_any_more_is_held_whole() -> None:
    note, pay = "A-1,credit_note,mercure,2026-03-10,1000,200,F-1", pays(20, "1200.00", ("F-1", "1200.00"))
    late = told(house := atelier_lune(today=TODAY), pay, note)
    assert late == told(atelier_lune(today=TODAY), note, pay)
    with house.open():
        assert not Allocation.objects.exists()
        refund(house.clients["mercure"], Decimal("1200.00"), at=house.at(TODAY), by=None)
    assert wrong(house.firm) == []


def test_what_a_credit_note_left_and_was_given_back_or_used_stays_so() -> None:
    paid, on = pays(20, "1200.00", ("F-1", "1200.00")), TODAY - timedelta(days=9)
    answered = "A-2,credit_note,mercure,2026-04-10,250,50,F-1"

    def refunded(house: House) -> None:
        invoice = Invoice.objects.get(number="F-1")
        refund(house.clients["mercure"], Decimal("100.00"), invoice=invoice, at=house.at(on), by=None)

    def used(house: House) -> None:
        two = Invoice.objects.get(number="F-2")
        use_held(house.clients["mercure"], two, Decimal("200.00"), at=house.at(on), by=None)

    late = told(atelier_lune(today=TODAY), paid, answered, refunded, used, NOTE)
    assert late[-1]["held"] == "300.00"  # on the account; what stood with F-1 was given back and used, as before
    again = told(house := atelier_lune(today=TODAY), paid, answered, refunded, used,
                 "A-3,credit_note,mercure,2026-03-10,250,50,F-2")  # fmt: skip
    assert again[-1]["held"] == "140.00"  # F-2 can only take 60.00 of the 200.00
    assert stands(house.firm)["cashed"] == "960.00"


def billed(house: House, *order: str) -> list[dict[str, str]]:
    """An invoice of 1 200.00 issued here, then paid whole on the 20th and credited on the 10th, in this order."""
    with house.open():
        able_to_bill(house)
        ada, deal = house.people["Ada"], house.opens("D-1", MONDAY, "1000.00")
        invoice = issue(drafted(house, deal), at=house.at(MONDAY + timedelta(days=1)), by=ada)
        for act in order:
            if act == "paid":
                take_payment(
                    house.firm, party=deal.party, amount=Decimal("1200.00"), received_on=date(2026, 3, 20),
                    allocations=[(invoice, Decimal("1200.00"))], at=house.at(date(2026, 3, 20)), by=ada,
                )  # fmt: skip
            elif act == "given up":
                write_off(invoice, reason="x", at=house.at(date(2026, 3, 12)), by=ada, amount=Decimal("1000.00"))
            else:
                credit(invoice, net=Decimal("250.00"), reason="Geste", at=house.at(date(2026, 3, 10)), by=ada)
    assert wrong(house.firm) == []
    return [stands(house.firm, day) for day in days()]


def test_a_person_records_a_credit_note_dated_before_the_payment() -> None:
    late = billed(atelier_lune(today=TODAY), "paid", "credited")
    assert late == billed(atelier_lune(today=TODAY), "credited", "paid")
    assert (late[-1]["cashed"], late[-1]["held"]) == ("900.00", "300.00")


def test_what_cannot_give_way_refuses_the_credit_note_and_changes_nothing() -> None:
    house = atelier_lune(today=TODAY)
    with pytest.raises(Refusal) as refused:
        billed(house, "given up", "paid", "credited")
    assert refused.value.code == "written_off_more_than_open"
    assert stands(house.firm) == {}
