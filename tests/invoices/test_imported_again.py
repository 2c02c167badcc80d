"""A file never changes what was issued here, even when it is told to correct."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from comptant.journey.invoices.actions import issue_deposit
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.proofs import checks
from tests.imports.commands import command
from tests.invoices.billing import TUESDAY, able_to_bill, agreed
from tests.world import MONDAY, atelier_lune

TODAY: date = MONDAY + timedelta(days=10)


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--update",), 1)])
def test_a_file_does_not_change_what_was_issued_here(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        able_to_bill(house)
        agreement = agreed(house, house.opens("valmont", MONDAY, "10000"))
        issued = issue_deposit(agreement, share=Decimal(30), at=house.at(TUESDAY), by=house.people["Ada"])
    file = tmp_path / "invoices.csv"
    head = "number;party_ref;deal_ref;issued_on;due_on;net;tax;settled_on\n"
    file.write_text(f"{head}{issued.number};mercure;valmont;2026-03-04;2026-04-04;1.00;0.20;2026-03-05\n")
    said, document = command(capsys, "import", "invoices", file, *words)
    assert said == code, document
    if code:
        assert [error["code"] for error in document["errors"]] == ["issued_here"]
    with house.open():
        held = Invoice.objects.get(number=issued.number)
        assert (held.net, held.open_net, held.settled_on) == (Decimal("3000.00"), Decimal("3000.00"), None)
        assert all(check.ok for check in checks(house.firm))
