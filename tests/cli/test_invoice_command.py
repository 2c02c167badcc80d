"""comptant firm, comptant invoice: what they do, print and refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from comptant.ground.database.scope import firm_scope
from comptant.ground.refusals import Refusal
from tests.imports.commands import command
from tests.invoices.billing import TUESDAY, able_to_bill, agreed
from tests.world import MONDAY, House, atelier_lune

TODAY = MONDAY + timedelta(days=30)


@pytest.fixture
def lune(db: None) -> Iterator[House]:
    house = atelier_lune(fixed_today=TODAY)
    with firm_scope(house.firm.id):
        deal = house.opens("valmont", MONDAY, "10000")
        agreed(house, deal)
        for party in house.clients.values():
            party.street, party.postcode, party.city = "3 quai Rambaud", "69002", "Lyon"
            party.save()
    yield house


def test_a_fresh_firm_is_made_able_to_issue(lune: House, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(Refusal) as told:
        command(capsys, "invoice", "issue", "valmont", "--balance")
    assert told.value.code == "mentions_missing" and "seller.siren" in told.value.facts["missing"]
    said = (
        "legal_form=SAS", "capital=10 000 €", "street=12 rue des Capucins", "postcode=69001", "city=Lyon",
        "siret=12345678200010", "register=RCS Lyon", "vat_number=FR 11 123456782", "iban=FR7630006000011234567890189",
        "series.credit_note=AV",
    )  # fmt: skip
    code, who = command(capsys, "firm", "set", *said)
    assert (code, who["siren"], who["vat_number"]) == (0, "123456782", "FR11123456782")
    assert who["series"] == {"credit_note": "AV"}
    page = tmp_path / "deposit.pdf"
    day = TUESDAY.isoformat()
    code, deposit = command(capsys, "invoice", "issue", "valmont", "--deposit", "30%", "--on", day, "--pdf", page)
    assert (code, deposit["number"], deposit["net"], deposit["tax"]) == (0, "FA-2026-0001", "3000.00", "600.00")
    assert page.read_bytes().startswith(b"%PDF-1.7")
    code, balance = command(capsys, "invoice", "issue", "valmont", "--balance")
    assert (balance["issued_on"], balance["total"], balance["open"]) == (TODAY.isoformat(), "8400.00", "8400.00")
    code, shown = command(capsys, "invoice", "show", "FA-2026-0002")
    assert shown == balance
    _, checked = command(capsys, "doctor")
    failing = {check["name"]: check["detail"] for check in checked["checks"] if not check["ok"]}
    assert failing == {}


def test_an_invoice_of_one_line(lune: House, capsys: pytest.CaptureFixture[str]) -> None:
    with lune.open():
        able_to_bill(lune)
    _, invoice = command(capsys, "invoice", "issue", "valmont", "--net", "1250,50", "--title", "Audit", "--rate", "5.5")
    assert (invoice["net"], invoice["tax"], invoice["lines"][0]["title"]) == ("1250.50", "68.78", "Audit")
    assert Decimal(invoice["rates"][0]["rate"]) == Decimal("5.5")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("issue", "nowhere", "--balance"), "no_such_deal"),
        (("issue", "valmont", "--milestone", "2"), "no_such_milestone"),
        (("issue", "valmont", "--deposit", "130%"), "deposit_amount"),
        (("issue", "valmont", "--deposit", "1000.005"), "deposit_amount"),
        (("issue", "valmont", "--deposit", "1e30"), "deposit_amount"),
        (("issue", "valmont", "--balance", "--on", (TODAY + timedelta(days=1)).isoformat()), "ahead_of_today"),
        (("show", "FA-2026-0009"), "no_such_invoice_number"),
    ],
)
def test_what_is_refused(lune: House, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refusal) as told:
        command(capsys, "invoice", *words)
    assert told.value.code == code


@pytest.mark.parametrize("part", ["siren=123456789", "iban=FR00", "nothing=1", "terms_days=soon", "qst_number=12"])
def test_a_wrong_number_is_refused(lune: House, capsys: pytest.CaptureFixture[str], part: str) -> None:
    with pytest.raises(Refusal) as told:
        command(capsys, "firm", "set", part)
    assert told.value.code in ("bad_identifier", "unknown_field")
