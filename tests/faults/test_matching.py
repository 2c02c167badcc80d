"""kill -9 in the middle of confirming many payments: doctor green, none twice, none lost, and it goes on."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from comptant.ground.database.embedded import Embedded
from tests.faults.home import Home, ended, wait_until

LINES = """
import sys
from datetime import date, timedelta
import django
django.setup()
from comptant.doors.cli import readiness
from comptant.journey.payments.bank import import_statement
from tests.payments.made import ISSUED, invoiced
from tests.payments.statements import Entry, camt
from tests.world import atelier_lune
with readiness.database():
    readiness.ensure_tables()
    house = atelier_lune()
    came, many = ISSUED + timedelta(days=20), int(sys.argv[1])
    with house.open():
        for n in range(many):
            invoiced(house, f"FA-2026-{n:04d}")
        entries = [Entry("1200.00", f"VIR FA-2026-{n:04d}", on=came, ref=f"R{n}") for n in range(many)]
        import_statement(house.firm, camt(entries), "releve.xml", at=house.at(came), by=None)
"""
"""Atelier Lune with so many invoices, and a statement that pays them all."""

MATCH = """
import sys
import django
django.setup()
from datetime import UTC, datetime
from comptant.doors.cli import readiness
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from comptant.journey.payments.match import match_in_steps
with readiness.database():
    [membership] = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
    found = match_in_steps(firm, now=datetime(2026, 4, 1, 10, tzinfo=UTC), at_a_time=int(sys.argv[1]))
    print(sum(one.is_posted for one in found))
"""
"""Posts what is sure, a few lines a transaction."""

TAKEN = "SELECT count(*) FROM payments_payment"
WHOLE = """
    SELECT (SELECT count(*) = count(DISTINCT line_id) FROM payments_payment)
       AND (SELECT count(*) FROM payments_payment) = (SELECT count(*) FROM payments_bankline WHERE state = 'matched')
       AND (SELECT count(*) FROM payments_payment) = (SELECT count(*) FROM payments_allocation)
       AND (SELECT count(*) FROM payments_payment) = (SELECT count(*) FROM journal_act WHERE kind = 'paid')
       AND (SELECT coalesce(sum(amount), 0) FROM payments_payment)
         = (SELECT coalesce(sum(net + tax), 0) FROM journal_balance WHERE account = 'cashed')
       AND (SELECT count(*) FROM payments_payment) = (SELECT count(*) FROM invoices_invoice WHERE open_net = 0)
"""


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="comptant-faults-", dir="/tmp"))
    with Embedded(folder):
        yield Home(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize("victim", ["process", "database"])
@pytest.mark.parametrize("lines", [60, pytest.param(500, marks=pytest.mark.soak)])
def test_confirming_that_is_killed_leaves_none_twice_and_goes_on(home: Home, lines: int, victim: str) -> None:
    made = home.run(str(lines), script=LINES)
    assert made.code == 0, made.err
    process = home.start("2", script=MATCH)
    wait_until(lambda: home.ask(TAKEN) >= lines // 3, process)
    if victim == "process":
        os.kill(process.pid, signal.SIGKILL)
    else:
        home.kill_database()
    ended(process)
    is_sound(home)
    taken = home.ask(TAKEN)
    assert lines // 3 <= taken < lines
    assert home.ask(WHOLE)
    again = home.run("100", script=MATCH)
    assert (again.code, again.out.strip()) == (0, str(lines - taken)), again.err
    assert home.ask(TAKEN) == lines and home.ask(WHOLE)
    is_sound(home)


def is_sound(home: Home) -> None:
    """Whatever the doctor proves of the journal, invoices and payments."""
    said = home.run("doctor", "--json")
    assert said.code == 0, [check for check in said.document["checks"] if not check["ok"]]


def test_two_who_match_at_once_take_each_line_once(home: Home) -> None:
    made = home.run("40", script=LINES)
    assert made.code == 0, made.err
    both = [home.start("3", script=MATCH) for _ in range(2)]
    told = [ended(process) for process in both]
    assert [one.code for one in told] == [0, 0], [one.err for one in told]
    assert sum(int(one.out) for one in told) == home.ask(TAKEN) == 40 and home.ask(WHOLE)
    is_sound(home)
