"""Rows of payments corrupted by the owner: the doctor names what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from comptant.journey.payments.actions import bounce, refund, take_payment
from comptant.journey.payments.bank import choice_of, confirm, import_statement
from comptant.journey.payments.doctor import checks
from comptant.journey.payments.models import BankLine
from tests.payments.made import ISSUED, invoiced
from tests.payments.statements import Entry, camt
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
TODAY = MONDAY + timedelta(days=90)
CAME = ISSUED + timedelta(days=20)
CENTS, GONE = "payments are in the journal to the cent", "what bounced or was given back is in the journal"
GIVEN, LINES = "invoices received what was allocated to them", "matched lines are payments of their amount"
ACCOUNTS = "accounts are their party's"

CORRUPTIONS = {
    "a payment's amount": ("UPDATE payments_payment SET amount = amount + 1", {CENTS, LINES}),
    "a payment's fee": ("UPDATE payments_payment SET fee = 1 WHERE line_id IS NOT NULL", {LINES}),
    "an allocation's amount": ("UPDATE payments_allocation SET amount = amount - 1", {GIVEN}),
    "an allocation, removed": ("DELETE FROM payments_allocation", {GIVEN}),
    "a bounce": ("UPDATE payments_bounce SET amount = amount + 1", {GONE}),
    "a refund, removed": ("DELETE FROM payments_helduse", {GONE}),
    "a matched line that waits": ("UPDATE payments_bankline SET state = 'open' WHERE state = 'matched'", {LINES}),
    "a line matched with nothing": ("UPDATE payments_bankline SET state = 'matched' WHERE state = 'open'", {LINES}),
    "a line's amount": ("UPDATE payments_bankline SET amount = amount + 1 WHERE state = 'matched'", {LINES}),
    "another's account": (
        "UPDATE payments_accountdeal SET party_id = (SELECT id FROM parties_party WHERE ref = 'boreal')", {ACCOUNTS}
    ),
    "an act that no payment told": (
        "UPDATE journal_act SET fact_key = 'pay:' || repeat('0', 32) || ':x' WHERE kind = 'received'", {CENTS}
    ),
}  # fmt: skip


@pytest.fixture
def lune() -> Iterator[House]:
    """Received with too much and partly bounced, given back, confirmed from a line; one line waits. As the owner."""
    kept = connections["default"]
    connections["default"] = connections["owner"]
    try:
        house = atelier_lune(today=TODAY)
        with house.open():
            ada, now, party = house.people["Ada"], house.at(TODAY), house.clients["mercure"]
            first, second = invoiced(house, "FA-1"), invoiced(house, "FA-2")
            given = [(first, Decimal("1200.00"))]
            payment = take_payment(
                house.firm, party=party, amount=Decimal("1500.00"), received_on=CAME, allocations=given, at=now, by=ada
            )
            bounce(payment, on=CAME, amount=Decimal("100.00"), reason="AM04", at=now, by=ada)
            refund(party, Decimal("50.00"), at=now, by=ada)
            entries = [Entry("1200.00", "FA-2", on=CAME), Entry("7.00", "?", on=CAME)]
            import_statement(house.firm, camt(entries), "s.xml", at=now, by=ada)
            line = BankLine.objects.get(amount=1200)
            confirm(line, choice_of(house.firm, line, [second.number]), at=now, by=ada)
            yield house
    finally:
        connections["default"] = kept


def faults(house: House) -> set[str]:
    return {check.name for check in checks(house.firm) if not check.ok}


def test_nothing_is_wrong_before(lune: House) -> None:
    assert faults(lune) == set()


@pytest.mark.parametrize("what", list(CORRUPTIONS))
def test_a_corrupted_row_is_found(lune: House, what: str) -> None:
    statement, found = CORRUPTIONS[what]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0
    assert faults(lune) == found
