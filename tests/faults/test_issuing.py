"""kill -9 in the middle of issuing many invoices: doctor green, no number missing, none twice, and it goes on."""

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

DRAFT = """
import sys
from datetime import date
from decimal import Decimal
import django
django.setup()
from comptant.doors.cli import readiness
from comptant.journey.invoices.actions import draft_for
from comptant.journey.invoices.rules.lines import Line
from tests.invoices.billing import TUESDAY, able_to_bill
from tests.world import atelier_lune
with readiness.database():
    readiness.ensure_tables()
    house = atelier_lune()
    with house.open():
        able_to_bill(house)
        line = Line("Conseil", Decimal("33.33"), Decimal(20))
        for n in range(int(sys.argv[1])):
            draft_for(house.clients["mercure"], lines=[line], at=house.at(TUESDAY), by=house.people["Ada"])
"""
"""Atelier Lune with so many drafts."""

ISSUE = """
import django
django.setup()
from datetime import UTC, datetime
from comptant.doors.cli import readiness
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Member
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from comptant.journey.invoices.actions import issue_all
from comptant.journey.invoices.queries import drafts_waiting
with readiness.database():
    [membership] = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
        drafts, ada = [draft.id for draft in drafts_waiting(firm)], Member.objects.get(firm=firm, name="Ada")
    outcomes = issue_all(firm, drafts, at=datetime(2026, 3, 3, 10, tzinfo=UTC), by=ada)
    print(len(outcomes))
"""
"""Issues all that wait, one transaction each."""

WRITTEN = "SELECT count(*) FROM invoices_invoice"
GAPLESS = """
    SELECT count(*) = count(DISTINCT number) AND count(*) = max(right(number, 4)::int)
       AND count(*) = (SELECT last_number FROM invoices_series)
       AND count(*) = (SELECT count(*) FROM journal_act WHERE kind = 'invoiced')
       AND count(*) = (SELECT count(*) FROM invoices_draft WHERE invoice_id IS NOT NULL)
    FROM invoices_invoice
"""


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="comptant-faults-", dir="/tmp"))
    with Embedded(folder):
        yield Home(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize("victim", ["process", "database"])
@pytest.mark.parametrize("drafts", [60, pytest.param(500, marks=pytest.mark.soak)])
def test_issuing_that_is_killed_leaves_no_gap_and_goes_on(home: Home, drafts: int, victim: str) -> None:
    made = home.run(str(drafts), script=DRAFT)
    assert made.code == 0, made.err
    process = home.start(script=ISSUE)
    wait_until(lambda: home.ask(WRITTEN) >= drafts // 3, process)
    if victim == "process":
        os.kill(process.pid, signal.SIGKILL)
    else:
        home.kill_database()
    ended(process)
    is_sound(home)
    issued = home.ask(WRITTEN)
    assert drafts // 3 <= issued < drafts
    assert home.ask(GAPLESS)
    again = home.run(script=ISSUE)
    assert (again.code, again.out.strip()) == (0, str(drafts - issued)), again.err
    assert home.ask(WRITTEN) == drafts and home.ask(GAPLESS)
    is_sound(home)


def is_sound(home: Home) -> None:
    said = home.run("doctor", "--json")
    assert said.code == 0, [check for check in said.document["checks"] if not check["ok"]]


def test_two_who_issue_at_once_never_share_a_number(home: Home) -> None:
    """Two processes take the same drafts: each draft is issued once, and the other is told."""
    made = home.run("40", script=DRAFT)
    assert made.code == 0, made.err
    both = [home.start(script=ISSUE) for _ in range(2)]
    told = [ended(process) for process in both]
    assert [one.code for one in told] == [0, 0], [one.err for one in told]
    assert home.ask(WRITTEN) == 40 and home.ask(GAPLESS)
    is_sound(home)
