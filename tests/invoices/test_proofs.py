"""The doctor of documents issued here: green on a healthy house, and each fault found."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from comptant.journey.invoices.actions import credit, issue, issue_balance, issue_deposit
from comptant.journey.invoices.proofs import FAULTS, SEALED, checks
from tests.invoices.billing import TUESDAY, able_to_bill, agreed, day, drafted
from tests.world import MONDAY, House, atelier_lune

GAP, FORWARD, CLAIM, SEAL, DRAFT = FAULTS
CORRUPTIONS = {
    "an invoice was removed": (
        (
            "DELETE FROM invoices_draft; DELETE FROM invoices_invoicerate WHERE invoice_id ="
            " (SELECT id FROM invoices_invoice WHERE number = 'FA-2026-0004');"
            " DELETE FROM invoices_invoice WHERE number = 'FA-2026-0004'"
        ),
        GAP,
    ),
    "a number was skipped": ("UPDATE invoices_series SET last_number = 6", GAP),
    "a number is not of its series": ("UPDATE invoices_invoice SET number = 'FA-2026-9' WHERE number LIKE '%3'", GAP),
    "a day was put back": ("UPDATE invoices_invoice SET issued_on = '2026-03-01' WHERE number LIKE '%3'", FORWARD),
    "an amount was changed": ("UPDATE invoices_invoice SET net = net + 1 WHERE number LIKE '%1'", CLAIM),
    "a rate was changed": ("UPDATE invoices_invoicerate SET tax = tax + 1", CLAIM),
    "the content was changed": (
        "UPDATE invoices_invoice SET content = content || '{\"note\": \"sorry\"}' WHERE number LIKE '%1'", SEALED,
    ),
    "content and fingerprint were changed": (
        "UPDATE invoices_invoice SET content_sha256 = sha256('x') WHERE number LIKE '%1'", SEAL,
    ),
    "a draft names another's invoice": (
        "UPDATE invoices_draft SET invoice_id = (SELECT id FROM invoices_invoice WHERE number LIKE '%1')", DRAFT,
    ),
}  # fmt: skip


@pytest.fixture
def house(db: None) -> Iterator[House]:
    """Five documents of one series; told and read by the owner of the tables, who may also corrupt them."""
    kept = connections["default"]
    connections["default"] = connections["owner"]
    try:
        lune = atelier_lune()
        with lune.open():
            lived(able_to_bill(lune))
            yield lune
    finally:
        connections["default"] = kept


def lived(house: House) -> None:
    ada, deal = house.people["Ada"], house.opens("valmont", MONDAY, "10000")
    agreement = agreed(house, deal)
    issue_deposit(agreement, share=Decimal(30), at=house.at(TUESDAY), by=ada)
    balance = issue_balance(agreement, at=house.at(day(5)), by=ada)
    for number in (6, 7):
        issue(drafted(house, deal), at=house.at(day(number)), by=ada)
    credit(balance, net=Decimal("123.45"), reason="Geste", at=house.at(day(8)), by=ada)


def faults(house: House) -> dict[str, str]:
    return {check.name: check.detail for check in checks(house.firm) if not check.ok}


pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_a_healthy_house_is_green(house: House) -> None:
    assert faults(house) == {}


def test_every_check_is_failed_by_some_corruption() -> None:
    assert {check for _, check in CORRUPTIONS.values()} == {*FAULTS, SEALED}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_the_doctor_finds(house: House, what: str) -> None:
    statements, expected = CORRUPTIONS[what]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement)
            assert cursor.rowcount > 0, "nothing corrupted"
    found = faults(house)
    assert expected in found and all(found.values()), found
