"""Money received, given to invoices, held, used, given back, bounced, and taken back as never said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.journey.payments.actions import bounce, refund, take_payment, use_held
from comptant.journey.payments.doctor import checks
from comptant.journey.payments.models import AccountDeal, Allocation, Payment
from comptant.journey.payments.queries import client_since, payments_of
from tests.payments.made import ISSUED, credited, held, invoiced, standing
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
TODAY = MONDAY + timedelta(days=90)
PAID = ISSUED + timedelta(days=10)


@pytest.fixture
def lune() -> Iterator[House]:
    house = atelier_lune(today=TODAY)
    with house.open():
        yield house


def pays(house: House, amount: str, *given: tuple[object, str], on: object = PAID, **more: object) -> Payment:
    party = more.pop("party", None) or house.clients["mercure"]
    return take_payment(
        house.firm, party=party, amount=Decimal(amount), received_on=on, at=house.at(TODAY), by=house.people["Ada"],
        allocations=[(invoice, Decimal(part)) for invoice, part in given], **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_a_payment_in_full_settles_the_invoice_on_the_day_of_credit(lune: House) -> None:
    invoice = invoiced(lune, "FA-1")
    pays(lune, "1200.00", (invoice, "1200.00"))
    invoice.refresh_from_db()
    assert standing(lune, invoice) == {"cashed": "1200.00"}
    assert (invoice.open_net, invoice.open_tax, invoice.settled_on) == (0, 0, PAID)
    assert client_since(lune.firm, [invoice.party_id]) == {invoice.party_id: PAID}


def test_the_tax_of_two_parts_clears_to_the_cent(lune: House) -> None:
    """E1: 12 000.00 at 20 %, 5 000.00 then 7 000.00."""
    invoice = invoiced(lune, "FA-1", "12000.00")
    pays(lune, "5000.00", (invoice, "5000.00"))
    pays(lune, "7000.00", (invoice, "7000.00"), on=PAID + timedelta(days=2))
    acts = [act for act in recorded_acts(lune.firm, [invoice.deal_id])[invoice.deal_id] if act.kind == "paid"]
    assert [[(str(p.net), str(p.tax)) for p in act.postings] for act in acts] == [
        [("4166.67", "833.33")], [("5833.33", "1166.67")],
    ]  # fmt: skip


def test_a_receipt_of_two_rates_says_what_is_due_at_each(lune: House) -> None:
    """E2: 1 200.00 at 20 % and 550.00 at 10 %; 700.00 received."""
    rates = [["1200.00", "20"], ["550.00", "10"]]
    invoice = invoiced(lune, "FA-2", "1750.00", rates=rates, net="1500.00")
    pays(lune, "700.00", (invoice, "700.00"))
    [act] = [act for act in recorded_acts(lune.firm, [invoice.deal_id])[invoice.deal_id] if act.kind == "paid"]
    assert act.details["rates"] == [["480.00", "20", "80.00"], ["220.00", "10", "20.00"]]


def test_too_much_is_held_on_the_account_of_the_party(lune: House) -> None:
    invoice = invoiced(lune, "FA-1")
    pays(lune, "1500.00", (invoice, "1500.00"))
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1200.00"}, "300.00")
    [account] = AccountDeal.objects.select_related("deal")
    assert (account.deal.ref, account.deal.title) == ("account mercure", "Mercure SARL")
    [seen] = payments_of(lune.firm, lune.clients["mercure"])
    assert (seen.parts, seen.held) == ([("FA-1", "invoice", Decimal("1200.00"))], Decimal("300.00"))


def test_one_payment_for_several_deals_is_one_act_on_each(lune: House) -> None:
    first, second = invoiced(lune, "FA-1"), invoiced(lune, "FA-2", "600.00")
    payment = pays(lune, "1800.00", (first, "1200.00"), (second, "600.00"))
    acts = recorded_acts(lune.firm, [first.deal_id, second.deal_id])
    told = [act.details["payment"] for deal in acts.values() for act in deal if act.kind == "paid"]
    assert told == [str(payment.id)] * 2


def test_paid_before_the_invoice_is_held_until_it_is_issued(lune: House) -> None:
    invoice = invoiced(lune, "FA-1", on=PAID + timedelta(days=5))
    pays(lune, "1200.00", (invoice, "1200.00"))
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1200.00"}, "0")
    invoice.refresh_from_db()
    assert invoice.settled_on == PAID + timedelta(days=5)


def test_held_money_is_used_then_the_rest_is_given_back(lune: House) -> None:
    ada, party = lune.people["Ada"], lune.clients["mercure"]
    pays(lune, "1500.00")
    invoice = invoiced(lune, "FA-1", on=PAID + timedelta(days=1))
    assert use_held(party, invoice, at=lune.at(TODAY), by=ada) == Decimal("1200.00")
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1200.00"}, "300.00")
    with pytest.raises(Refusal, match="held_less"):
        refund(party, Decimal("300.01"), at=lune.at(TODAY), by=ada)
    refund(party, Decimal("300.00"), at=lune.at(TODAY), by=ada)
    assert held(lune) == "0"
    assert payments_of(lune.firm, party)[0].held == 0


def test_what_a_credit_note_left_pays_another_invoice_or_goes_back(lune: House) -> None:
    ada, party = lune.people["Ada"], lune.clients["mercure"]
    first = invoiced(lune, "FA-1")
    pays(lune, "1200.00", (first, "1200.00"))
    credited(lune, first, "600.00", PAID + timedelta(days=3))
    assert standing(lune, first) == {"cashed": "600.00", "held": "600.00"}
    second = invoiced(lune, "FA-2", "480.00", on=PAID + timedelta(days=4))
    assert use_held(party, second, at=lune.at(TODAY), by=ada) == Decimal("480.00")
    assert standing(lune, second) == {"cashed": "480.00"}
    refund(party, Decimal("120.00"), invoice=first, at=lune.at(TODAY, 11), by=ada)
    assert standing(lune, first) == {"cancelled": "600.00", "cashed": "600.00"}


def test_a_bounce_makes_it_due_again_in_part_or_whole(lune: House) -> None:
    invoice = invoiced(lune, "FA-1")
    payment = pays(lune, "1500.00", (invoice, "1500.00"))
    said = {"reason": "AM04", "at": lune.at(TODAY), "by": lune.people["Ada"]}
    bounce(payment, on=PAID + timedelta(days=2), amount=Decimal("500.00"), **said)  # type: ignore[arg-type]
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1000.00", "overdue": "200.00"}, "0")
    bounce(payment, on=PAID + timedelta(days=3), **said)  # type: ignore[arg-type]
    assert standing(lune, invoice) == {"overdue": "1200.00"}
    with pytest.raises(Refusal, match="bounced_more_than_received"):
        bounce(payment, on=PAID + timedelta(days=3), **said)  # type: ignore[arg-type]


def test_an_early_payment_discount_clears_the_invoice_with_its_tax(lune: House) -> None:
    invoice = invoiced(lune, "FA-1", "1000.01")
    pays(lune, "980.01", (invoice, "980.01"), discounts={invoice.id: Decimal("20.00")})
    assert standing(lune, invoice) == {"cancelled": "20.00", "cashed": "980.01"}


def test_a_penalty_received_is_cash_and_no_sale(lune: House) -> None:
    invoice = invoiced(lune, "FA-1")
    pays(
        lune, "1250.00", (invoice, "1200.00"), on=ISSUED + timedelta(days=60),
        penalties=[(invoice, Decimal("10.00"))], indemnities=[(invoice, Decimal("40.00"))],
    )  # fmt: skip
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1200.00"}, "0")
    kinds = [act.details["what"] for act in recorded_acts(lune.firm, [invoice.deal_id])[invoice.deal_id]
             if act.kind == "penalty_paid"]  # fmt: skip
    assert kinds == ["penalty", "indemnity"]


@pytest.mark.parametrize(
    ("code", "amount", "part", "on"),
    [("allocated_more_than_received", "10.00", "11.00", PAID),
     ("payment_in_future", "10.00", "10.00", TODAY + timedelta(days=1))],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(
    lune: House, code: str, amount: str, part: str, on: object
) -> None:
    invoice = invoiced(lune, "FA-1")
    with pytest.raises(Refusal, match=code):
        pays(lune, amount, (invoice, part), on=on)
    assert not Payment.objects.exists() and not Allocation.objects.exists()


def test_a_payment_bounced_after_a_credit_note_leaves_nothing_held(lune: House) -> None:
    """1 200.00 paid, 500.00 credited, then the bank takes all of it back: 700.00 is owed, and nothing to the client."""
    invoice, said = invoiced(lune, "FA-1"), {"reason": "AM04", "at": lune.at(TODAY), "by": lune.people["Ada"]}
    payment = pays(lune, "1200.00", (invoice, "1200.00"))
    credited(lune, invoice, "500.00", PAID + timedelta(days=5))
    assert standing(lune, invoice) == {"cashed": "700.00", "held": "500.00"}
    bounce(payment, on=PAID + timedelta(days=9), **said)  # type: ignore[arg-type]
    assert standing(lune, invoice) == {"cancelled": "500.00", "overdue": "700.00"}
    assert all(check.ok for check in checks(lune.firm))


def test_what_was_given_back_after_a_credit_note_cannot_bounce_too(lune: House) -> None:
    invoice, ada = invoiced(lune, "FA-1"), lune.people["Ada"]
    payment = pays(lune, "1200.00", (invoice, "1200.00"))
    credited(lune, invoice, "500.00", PAID + timedelta(days=5))
    refund(invoice.party, Decimal("500.00"), invoice=invoice, at=lune.at(PAID + timedelta(days=6)), by=ada)
    with pytest.raises(Refusal) as refused:
        bounce(payment, on=PAID + timedelta(days=9), reason="AM04", at=lune.at(TODAY), by=ada)
    assert (refused.value.code, refused.value.facts["left"]) == ("bounced_more_than_paid", "500.00")
