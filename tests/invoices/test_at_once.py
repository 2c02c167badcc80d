"""Two people at once: one milestone, one draft, one balance issued twice; one outcome, told clearly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from comptant.ground.database.scope import firm_scope
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions import credit, issue, issue_balance, issue_deposit, issue_milestone
from comptant.journey.invoices.models import Draft, Invoice
from comptant.journey.offers.models import Agreement, Milestone
from tests.invoices.billing import SCHEDULE, TUESDAY, able_to_bill, agreed, day, drafted
from tests.world import MONDAY, House, atelier_lune

PEOPLE = 3


@pytest.fixture
def house(transactional_db: None) -> House:
    lune = atelier_lune()
    with lune.open():
        able_to_bill(lune)
        deal = lune.opens("valmont", MONDAY, "10000")
        agreed(lune, deal, schedule=SCHEDULE)
        drafted(lune, deal)
    return lune


def at_once(house: House, work: Callable[[datetime], Invoice]) -> list[str]:
    """What several people get who do the same thing at the same moment: a number, or the code of a refusal."""
    gate, outcomes = Barrier(PEOPLE), []

    def one() -> None:
        try:
            with firm_scope(house.firm.id):
                gate.wait()
                outcomes.append(work(house.at(TUESDAY)).number)
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    people = [Thread(target=one) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return sorted(outcomes)


def first_milestone(at: datetime, house: House) -> Invoice:
    milestone = Milestone.objects.select_related("agreement").order_by("position")[0]
    return issue_milestone(milestone, at=at, by=house.people["Ada"])


def balance(at: datetime, house: House) -> Invoice:
    return issue_balance(Agreement.objects.get(), at=at, by=house.people["Ada"])


def draft(at: datetime, house: House) -> Invoice:
    return issue(Draft.objects.select_related("firm").get(), at=at, by=house.people["Ada"])


@pytest.mark.parametrize("work", [first_milestone, balance, draft], ids=["milestone", "balance", "draft"])
def test_the_same_thing_is_issued_once(house: House, work: Callable[[datetime, House], Invoice]) -> None:
    assert at_once(house, lambda at: work(at, house)) == ["FA-2026-0001", "already_issued", "already_issued"]


def test_one_invoice_is_credited_in_full_once(house: House) -> None:
    with house.open():
        deposit = issue_deposit(
            Agreement.objects.get(), share=Decimal(30), at=house.at(TUESDAY), by=house.people["Ada"]
        )  # fmt: skip

    def whole(at: datetime) -> Invoice:
        invoice = Invoice.objects.select_related("firm").get(id=deposit.id)
        return credit(invoice, reason="Annulée", at=house.at(day(2)), by=house.people["Ada"])

    assert at_once(house, whole) == ["FA-2026-0002", "credited_more_than_invoiced", "credited_more_than_invoiced"]
