"""Lines meet invoices: what is sure posts by itself, once; a person says the rest; both can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptant.doors.cli.doctor import of_firm
from comptant.ground.refusals import Refusal
from comptant.journey.payments.actions import unmatch
from comptant.journey.payments.bank import choice_of, confirm, import_statement, match, propose
from comptant.journey.payments.match import Choice, lines_of
from comptant.journey.payments.models import BankLine, IbanMemory, LineState, Payment
from tests.payments.made import ISSUED, held, invoiced, standing, whole
from tests.payments.statements import PAYER, Entry, camt
from tests.world import MONDAY, House, atelier_lune

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


def test_a_number_and_the_exact_amount_post_by_themselves(lune: House) -> None:
    first, second = invoiced(lune, "FA-2026-0001"), invoiced(lune, "FA-2026-0002", "600.00")
    statement(lune, Entry("1200.00", "VIR FA-2026-0001", on=CAME, iban=PAYER), Entry("600.00", "VIR MERCURE", on=CAME))
    told = list(lines_of(match(lune.firm, now=lune.at(TODAY))))
    assert told[0]["proposals"] == [
        {"invoices": [{"number": "FA-2026-0001", "amount": "1200.00"}], "fee": "0.00", "discount": "0.00",
         "confidence": 0.993, "why": ["number in label", "exact amount"], "posted": True},
    ]  # fmt: skip
    assert [one["posted"] for one in told[1]["proposals"]] == [False]  # type: ignore[attr-defined]
    first.refresh_from_db()
    assert (standing(lune, first), first.settled_on) == ({"cashed": "1200.00"}, CAME)
    assert standing(lune, second) == {"overdue": "600.00"}
    assert IbanMemory.objects.get().times == 1
    assert match(lune.firm, now=lune.at(TODAY))[0].is_posted is False
    assert Payment.objects.count() == 1


def test_one_invoice_is_paid_once_by_the_oldest_of_two_lines(lune: House) -> None:
    invoiced(lune, "FA-2026-0001")
    twice = [Entry("1200.00", "FA-2026-0001", on=CAME), Entry("1200.00", "FA-2026-0001", on=CAME + timedelta(days=1))]
    statement(lune, *twice)
    found = match(lune.firm, now=lune.at(TODAY))
    assert [one.is_posted for one in found] == [True, False]
    assert (whole(lune)["cashed"], held(lune)) == ("1200.00", "0")


def test_several_lines_pay_one_invoice_in_parts(lune: House) -> None:
    invoice = invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("500.00", "FA-2026-0001 1/2", on=CAME), Entry("700.00", "FA-2026-0001 2/2", on=CAME))
    for line in BankLine.objects.order_by("amount"):
        choice = choice_of(lune.firm, line, ["FA-2026-0001"])
        confirm(line, choice, at=lune.at(TODAY), by=lune.people["Ada"])
    assert standing(lune, invoice) == {"cashed": "1200.00"}


def test_what_is_confirmed_beyond_the_invoice_is_held(lune: House) -> None:
    invoice = invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("1300.00", "VIR", on=CAME))
    line = BankLine.objects.get()
    confirm(line, choice_of(lune.firm, line, ["FA-2026-0001"]), at=lune.at(TODAY), by=lune.people["Ada"])
    assert (standing(lune, invoice), held(lune)) == ({"cashed": "1200.00"}, "100.00")


def test_a_confirmed_fee_leaves_the_invoice_paid(lune: House) -> None:
    invoice = invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("1190.00", "FA-2026-0001", on=CAME))
    [found] = propose(lune.firm)
    [payment] = confirm(found.line, Choice.of(found.proposals[0]), at=lune.at(TODAY), by=lune.people["Ada"])
    assert (payment.amount, payment.fee) == (Decimal("1200.00"), Decimal("10.00"))
    assert standing(lune, invoice) == {"cashed": "1200.00"}


def test_the_second_who_confirms_a_line_is_told(lune: House) -> None:
    invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("1200.00", "FA-2026-0001", on=CAME))
    line = BankLine.objects.get()
    choice = choice_of(lune.firm, line, ["FA-2026-0001"])
    confirm(line, choice, at=lune.at(TODAY), by=lune.people["Ada"])
    with pytest.raises(Refusal, match="line_already_matched"):
        confirm(line, choice, at=lune.at(TODAY), by=lune.people["Chloé"])
    assert Payment.objects.count() == 1


def test_a_match_undone_was_never_said_and_the_line_waits_again(lune: House) -> None:
    invoice = invoiced(lune, "FA-2026-0001")
    statement(lune, Entry("1300.00", "FA-2026-0001", on=CAME, iban=PAYER))
    line = BankLine.objects.get()
    confirm(line, choice_of(lune.firm, line, ["FA-2026-0001"]), at=lune.at(TODAY), by=lune.people["Ada"])
    before = {"overdue": "1200.00"}
    unmatch(line, at=lune.at(TODAY, 11), by=lune.people["Chloé"])
    line.refresh_from_db()
    assert (standing(lune, invoice), held(lune), line.state) == (before, "0", LineState.OPEN)
    assert not Payment.objects.exists() and not IbanMemory.objects.exists()
    confirm(line, choice_of(lune.firm, line, ["FA-2026-0001"]), at=lune.at(TODAY, 12), by=lune.people["Ada"])
    assert standing(lune, invoice) == {"cashed": "1200.00"}
    wrong = [check for check in of_firm(lune.firm) if not check.ok]
    assert not wrong


def test_proposing_asks_the_database_as_often_for_one_line_as_for_fifty(lune: House) -> None:
    counts = []
    for many in (1, 50):
        for n in range(many):
            invoiced(lune, f"FA-{many:04d}-{n:04d}")
        statement(lune, *(Entry("1200.00", f"FA-{many:04d}-{n:04d}", on=CAME) for n in range(many)))
        with CaptureQueriesContext(connection) as queries:
            propose(lune.firm)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("numbers", [["FA-9"], []])
def test_a_choice_needs_an_invoice_that_is_here(lune: House, numbers: list[str]) -> None:
    statement(lune, Entry("10.00", "X", on=CAME), Entry("-10.00", "Y", on=CAME))
    line = BankLine.objects.get(amount=10)
    with pytest.raises(Refusal, match=r"no_such_invoice_number|payer_needed"):
        confirm(line, choice_of(lune.firm, line, numbers), at=lune.at(TODAY), by=lune.people["Ada"])
    out = BankLine.objects.get(amount=-10)
    with pytest.raises(Refusal, match="line_went_out"):
        confirm(out, choice_of(lune.firm, out, []), at=lune.at(TODAY), by=lune.people["Ada"])
    assert not BankLine.objects.filter(state=LineState.MATCHED).exists()
