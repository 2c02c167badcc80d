"""Rows of recovery corrupted by the owner: the doctor names what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections

from comptant.ground.parties.models import Party
from comptant.journey.recovery.actions import declare_insolvent, open_dispute, settle_dispute, write_off
from comptant.journey.recovery.doctor import FAULTS, checks
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.models import Reminder
from comptant.journey.recovery.sending import approve_reminders
from tests.recovery.late import invoiced, tell
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
DAY, DUE = date(2026, 6, 24), date(2026, 5, 31)
OPEN, TOLD, GIVEN_UP, DOUBTFUL, NEVER, REMINDED = FAULTS

ONE, GONE, FINE = (f"(SELECT id FROM invoices_invoice WHERE number = 'F-{n}')" for n in (1, 4, 6))
BOREAL = "(SELECT party_id FROM recovery_insolvency LIMIT 1)"

CORRUPTIONS = {
    "what is open of a dispute": (
        "UPDATE recovery_dispute SET open_amount = open_amount - 1 WHERE open_amount > 0", {OPEN}
    ),
    "a dispute, removed": ("DELETE FROM recovery_dispute WHERE open_amount > 0", {OPEN, TOLD}),
    "a dispute's amount": ("UPDATE recovery_dispute SET amount = amount + 1", {TOLD}),
    "a dispute of another invoice": (
        f"UPDATE recovery_dispute SET invoice_id = {FINE} WHERE open_amount > 0", {OPEN, TOLD}
    ),
    "an amount given up": ("UPDATE recovery_writeoff SET amount = amount + 1", {GIVEN_UP}),
    "an insolvent debtor whose euros are late": (
        f"UPDATE journal_balance SET net = 1 WHERE account = 'overdue' AND document = {GONE}", {DOUBTFUL}
    ),
    "a reminder after the judgment": (
        f"UPDATE recovery_reminder SET sent_on = '2026-12-31', party_id = {BOREAL} WHERE state = 'sent'", {NEVER}
    ),
    "a reminder that no act tells": (
        f"UPDATE recovery_reminder SET invoice_id = {FINE} WHERE invoice_id = {ONE}", {REMINDED}
    ),
}  # fmt: skip


@pytest.fixture
def lune() -> Iterator[House]:
    """Contested, settled, told by a file, given up, insolvent, reminded. As the owner."""
    kept = connections["default"]
    connections["default"] = connections["owner"]
    try:
        house = atelier_lune(today=DAY)
        with house.open():
            ada, boreal = house.people["Ada"], house.clients["boreal"]
            Party.objects.filter(ref="mercure").update(email="compta@mercure.example")
            one, two, three = (invoiced(house, f"F-{n}", due_on=DUE) for n in (1, 2, 3))
            gone, _fine = invoiced(house, "F-4", due_on=DUE, party=boreal), invoiced(house, "F-5", due_on=DAY)
            invoiced(house, "F-6", due_on=date(2026, 8, 31), issued_on=DAY)
            said = {"category": "price", "reason": "x", "owner": ada, "at": house.at(date(2026, 6, 10)), "by": ada}
            open_dispute(one, amount=Decimal("500.00"), **said)
            settled = open_dispute(two, amount=Decimal("500.00"), **said)
            settle_dispute(settled, outcome="upheld", at=house.at(DAY, 9), by=ada)
            tell(house, two, "disputed", DAY, amount="70.00", dispute="", category="price")
            write_off(three, reason="gone", at=house.at(DAY), by=ada, amount=Decimal("100.00"))
            prepare_reminders(house.firm, DAY)
            ids = list(Reminder.objects.values_list("id", flat=True))
            approve_reminders(house.firm, ids, at=house.at(DAY), by=ada)
            declare_insolvent(
                boreal, judged_on=date(2026, 6, 20), published_on=DAY, kind="bankruptcy", at=house.at(DAY), by=ada
            )
            assert gone
            yield house
    finally:
        connections["default"] = kept


def faults(house: House) -> set[str]:
    return {check.name for check in checks(house.firm) if not check.ok}


def test_nothing_is_wrong_before(lune: House) -> None:
    assert faults(lune) == set()


@pytest.mark.parametrize("what", list(CORRUPTIONS))
def test_a_corrupted_row_is_found(lune: House, what: str) -> None:
    statement, expected = CORRUPTIONS[what]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0
    assert expected <= faults(lune)


def test_every_check_is_failed_by_some_corruption() -> None:
    assert set().union(*(names for _, names in CORRUPTIONS.values())) == set(FAULTS)
