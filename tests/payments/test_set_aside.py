"""A line that is no client's is set aside, and put back; near proposals are those of the whole ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from comptant.doors.cli.doctor import of_firm
from comptant.ground.refusals import Refusal
from comptant.journey.payments.aside import release, set_aside
from comptant.journey.payments.bank import choice_of, confirm, import_statement, propose
from comptant.journey.payments.match import lines_of
from comptant.journey.payments.models import BankLine, LineState, SetAside
from comptant.journey.payments.near import propose_near
from comptant.journey.payments.queries import open_lines
from comptant.journey.payments.rules.likelihood import likelihood
from tests.payments.made import ISSUED, invoiced, whole
from tests.payments.statements import PAYER, Entry, camt
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
TODAY = MONDAY + timedelta(days=90)
CAME = ISSUED + timedelta(days=20)


@pytest.fixture
def lune() -> Iterator[House]:
    house = atelier_lune(today=TODAY)
    with house.open():
        yield house


def statement(house: House, *entries: Entry) -> None:
    import_statement(house.firm, camt(entries), "releve.xml", at=house.at(TODAY), by=house.people["Ada"])


def test_a_line_set_aside_waits_no_more_and_moves_nothing(lune: House) -> None:
    invoiced(lune, "FA-2026-0001")
    before = whole(lune)
    statement(lune, Entry("1200.00", "APPORT FA-2026-0001", on=CAME))
    line = BankLine.objects.get()
    set_aside(line, at=lune.at(TODAY), by=lune.people["Chloé"])
    line.refresh_from_db()
    assert (line.state, open_lines(lune.firm), whole(lune)) == (LineState.SET_ASIDE, [], before)
    assert SetAside.objects.get().by == lune.people["Chloé"]
    assert not [check for check in of_firm(lune.firm) if not check.ok]
    with pytest.raises(Refusal, match="line_set_aside"):
        set_aside(line, at=lune.at(TODAY), by=lune.people["Ada"])
    with pytest.raises(Refusal, match="line_set_aside"):
        confirm(line, choice_of(lune.firm, line, ["FA-2026-0001"]), at=lune.at(TODAY), by=lune.people["Ada"])
    release(line, at=lune.at(TODAY), by=lune.people["Ada"])
    assert (len(open_lines(lune.firm)), SetAside.objects.count()) == (1, 0)
    with pytest.raises(Refusal, match="line_not_matched"):
        release(line, at=lune.at(TODAY), by=lune.people["Ada"])


def test_what_is_matched_is_not_set_aside(lune: House) -> None:
    invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("1200.00", "FA-2026-0001", on=CAME))
    line = BankLine.objects.get()
    confirm(line, choice_of(lune.firm, line, ["FA-2026-0001"]), at=lune.at(TODAY), by=lune.people["Ada"])
    with pytest.raises(Refusal, match="line_already_matched"):
        set_aside(line, at=lune.at(TODAY), by=lune.people["Chloé"])
    release(line, at=lune.at(TODAY), by=lune.people["Ada"])
    assert whole(lune)["overdue"] == "1200.00"


def test_the_doctor_sees_a_line_set_aside_by_nobody(lune: House) -> None:
    statement(lune, Entry("12.00", "X", on=CAME))
    BankLine.objects.update(state=LineState.SET_ASIDE)
    assert [check.name for check in of_firm(lune.firm) if not check.ok] == [
        "lines set aside say when, and no others do"
    ]


def test_near_proposals_are_those_of_the_whole_ledger(lune: House) -> None:
    boreal, mercure = lune.clients["boreal"], lune.clients["mercure"]
    for number, gross, party in (
        ("FA-2026-0001", "1200.00", mercure), ("FA-2026-0002", "600.00", mercure), ("FA-2026-0003", "90.00", mercure),
        ("B 17/4711", "350.00", boreal), ("B 17/4712", "250.00", boreal), ("Z-9", "77.00", boreal),
    ):  # fmt: skip
        invoiced(lune, number, gross, party=party)
    statement(
        lune, Entry("1200.00", "VIR FA 2026 0001", on=CAME), Entry("600.00", "VIREMENT", on=CAME, payer="BOREAL"),
        Entry("690.00", "VIR", on=CAME, payer="SARL MERCURE"), Entry("600.00", "SANS RIEN", on=CAME),
        Entry("340.00", "B174711", on=CAME), Entry("5.00", "REGLEMENT 4712", on=CAME, iban=PAYER),
        Entry("245.00", "VIR NORD BOREAL FACT 12", on=CAME),
        Entry("9999.00", "rien du tout", on=CAME), Entry("80.00", "VIR MERCURE SARL ACPTE", on=CAME),
    )  # fmt: skip
    lines = open_lines(lune.firm)
    near, all_of_it = list(lines_of(propose_near(lune.firm, lines))), list(lines_of(propose(lune.firm, lines)))
    assert near == all_of_it
    assert sum(bool(one["proposals"]) for one in near) == 7


def test_four_words_say_how_sure_a_proposal_is(lune: House) -> None:
    invoiced(lune, "FA-2026-0001")
    invoiced(lune, "FA-2026-0002", "480.00")
    invoiced(lune, "FA-2026-0003", "480.00")
    statement(
        lune, Entry("1200.00", "FA-2026-0001", on=CAME), Entry("480.00", "CHEQUE", on=CAME),
        Entry("400.00", "FA-2026-0003", on=CAME),
    )  # fmt: skip
    found = {str(one.line.amount): likelihood(one.proposals) for one in propose(lune.firm)}
    assert found == {"1200.00": "sure", "480.00": "to_choose", "400.00": "likely"}


def test_what_is_near_is_of_the_firm_alone() -> None:
    house, forge = atelier_lune(today=TODAY), forge_nord(today=TODAY)
    with house.open():
        invoiced(house, "FA-2026-0001")
        assert len(_near()) == 1
    with forge.open():
        assert _near() == []


def _near() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM payments_near('{FA20260001}', '{0001}', '{1200.00}', 9)")
        return list(cursor.fetchall())
