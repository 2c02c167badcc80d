"""Two people import one statement at the same moment: it comes in once, and the second is told that it is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from comptant.ground.database.scope import firm_scope
from comptant.journey.payments import bank
from comptant.journey.payments.formats import read_statements
from comptant.journey.payments.models import BankAccount, BankLine, Statement
from tests.payments.made import ISSUED
from tests.payments.statements import Entry, camt
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = MONDAY + timedelta(days=90)
FILE = camt([Entry("600.00", "VIR MERCURE"), Entry("-12.50", "FRAIS", on=ISSUED + timedelta(days=1))])


@pytest.mark.parametrize("is_account_known", [True, False])
def test_one_statement_imported_by_two_comes_in_once(monkeypatch: pytest.MonkeyPatch, is_account_known: bool) -> None:
    house = atelier_lune(today=TODAY)
    if is_account_known:
        brings(house, camt([Entry("5.00", "VIR BOREAL", on=ISSUED - timedelta(days=9))]))
    gate, read = Barrier(2, timeout=20), read_statements

    def both_have_looked(*args: Any) -> Any:
        gate.wait()
        return read(*args)

    monkeypatch.setattr(bank, "read_statements", both_have_looked)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: brings(house, FILE), range(2)))
    assert sorted((one.is_known, one.added, one.known) for one in done) == [(False, 2, 0), (True, 0, 2)]
    with house.open():
        assert BankAccount.objects.count() == 1
        assert Statement.objects.count() == 1 + is_account_known
        assert BankLine.objects.count() == 2 + is_account_known


def brings(house: House, content: bytes) -> bank.Imported:
    """Imported in a transaction of its own."""
    try:
        with firm_scope(house.firm.id):
            return bank.import_statement(house.firm, content, "releve.xml", at=house.at(TODAY), by=None)
    finally:
        connection.close()
