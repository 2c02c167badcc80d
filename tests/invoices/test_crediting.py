"""Credit notes, before and after payment, in part and whole, and what is invoiced again."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.journey.invoices.actions import credit, issue, issue_balance, issue_deposit, issue_milestone
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.offers.models import Milestone
from tests.invoices.billing import SCHEDULE, TUESDAY, agreed, amounts, content, day, drafted, standing
from tests.invoices.test_issuing import refused
from tests.world import House

TWO_RATES = (Line("Conseil", Decimal("1000.00"), Decimal(20)), Line("Hébergement", Decimal("500.00"), Decimal(10)))


def paid(house: House, invoice: Invoice, amount: str) -> None:
    """A payment, said to the journal."""
    said = {"document": str(invoice.id), "number": invoice.number, "amount": amount, "payment": str(uuid4())}
    record(house.firm, {invoice.deal_id: [Fact("paid", house.at(day(3)), said)]})


def test_parts_of_a_credit_clear_every_rate(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal, *TWO_RATES), at=house.at(TUESDAY), by=ada)
    notes = [
        credit(invoice, net=Decimal(net), reason="Geste", at=house.at(day(2)), by=ada) for net in ("100.01", "333.33")
    ]
    notes.append(credit(invoice, reason="Annulation", at=house.at(day(2)), by=ada))
    assert sum(note.net for note in notes) == Decimal("1500.00")
    for rate, tax in (("20", "200.00"), ("10", "50.00")):
        rows = [row for note in notes for row in note.rates.filter(rate=Decimal(rate))]
        assert sum(row.tax for row in rows) == Decimal(tax)
    assert standing(deal)["cancelled"] == Decimal("1750.00")
    assert content(notes[0])["references"]["corrects"] == [{"number": invoice.number, "issued_on": "2026-03-03"}]
    with refused("credited_more_than_invoiced"):
        credit(invoice, net=Decimal("0.01"), reason="Encore", at=house.at(day(3)), by=ada)


def test_what_was_paid_is_held_for_the_client(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    paid(house, invoice, "900.00")
    credit(invoice, net=Decimal("500.00"), reason="Retour", at=house.at(day(4)), by=ada)
    stands = standing(deal)
    assert stands["cancelled"] + stands["held"] == Decimal("600.00")
    assert stands["cancelled"] == Decimal("300.00") and stands["cashed"] == Decimal("600.00")


def test_a_stated_tax_is_kept_and_net_of_tax_is_said(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    note = credit(invoice, net=Decimal("100.00"), tax=Decimal(0), reason="Geste", at=house.at(TUESDAY), by=ada)
    assert amounts(note) == ("100.00", "0.00")
    assert any("Net of tax" in said or "Net de taxe" in said for said in content(note)["mentions"])


def test_what_is_to_be_reissued_is_invoiced_again(house: House, deal: Deal) -> None:
    agreement, ada = agreed(house, deal, schedule=SCHEDULE), house.people["Ada"]
    first = Milestone.objects.filter(agreement=agreement).order_by("position")[0]
    wrong = issue_milestone(first, at=house.at(TUESDAY), by=ada)
    credit(wrong, reason="Mauvais bon de commande", reissue=True, at=house.at(TUESDAY), by=ada)
    right = issue_milestone(first, at=house.at(day(2)), by=ada)
    assert amounts(right) == amounts(wrong)
    balance = issue_balance(agreement, at=house.at(day(3)), by=ada)
    assert [one.deposit_id for one in balance.deductions.all()] == [right.id]
    assert amounts(balance) == ("7000.00", "1400.00")


def test_what_was_cancelled_for_good_is_not_invoiced_again(house: House, deal: Deal) -> None:
    agreement, ada = agreed(house, deal), house.people["Ada"]
    deposit = issue_deposit(agreement, share=Decimal(30), at=house.at(TUESDAY), by=ada)
    note = credit(deposit, reason="Remise accordée", at=house.at(TUESDAY), by=ada)
    assert content(note)["type"] == "503"
    assert amounts(issue_balance(agreement, at=house.at(day(3)), by=ada)) == ("7000.00", "1400.00")
    assert standing(deal) == {"cancelled": Decimal("3600.00"), "invoiced": Decimal("8400.00")}


def test_a_credit_note_is_not_credited_and_needs_its_reason(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    with refused("reason_needed"):
        credit(invoice, reason=" ", at=house.at(TUESDAY), by=ada)
    note = credit(invoice, net=Decimal(1), reason="Geste", at=house.at(TUESDAY), by=ada)
    with refused("not_credited"):
        credit(note, reason="Geste", at=house.at(TUESDAY), by=ada)
