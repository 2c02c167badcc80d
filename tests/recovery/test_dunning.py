"""Which reminder is due, which is held back and why; the rule in Python and the one statement of SQL say the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.parties.models import Party
from comptant.journey.recovery.actions import declare_insolvent, hold, lift, promise
from comptant.journey.recovery.dunning import planned, prepare_reminders
from comptant.journey.recovery.models import PenaltyTerms, Policy, Reminder, Step
from comptant.journey.recovery.rules import dunning as rules
from comptant.journey.recovery.rules.dunning import STANDARD, Facts, plan
from tests.recovery.late import invoiced, pays, tell
from tests.world import House, atelier_lune

DAY = date(2026, 6, 24)
DUE = date(2026, 5, 31)
OWED = Decimal("120.00")


@pytest.fixture
def house(db: None) -> Iterator[House]:
    made = atelier_lune(today=DAY)
    with made.open():
        yield made


def due(days: int, **more: object) -> rules.Plan:
    """The plan for an invoice so many days after its due date."""
    return plan(Facts(DUE, OWED, **more), STANDARD, DUE + timedelta(days=days))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "level", "skip"),
    [(-6, 0, "not_due"), (-5, 0, None), (0, 0, None), (1, 1, "not_due"), (6, 1, "not_due"), (7, 1, None), (20, 1, None),
     (21, 2, None), (24, 2, None), (35, 2, None), (400, 2, None)],
)  # fmt: skip
def test_an_invoice_never_reminded_gets_the_level_of_its_days_but_no_formal_notice_at_once(
    days: int, level: int, skip: str | None
) -> None:
    assert (due(days).level, due(days).skip) == (level, skip)


def test_levels_go_up_a_week_apart_at_least_and_end() -> None:
    sent = DUE + timedelta(days=30)
    assert due(36, last_level=2, last_on=sent).skip == "not_due"
    assert (due(37, last_level=2, last_on=sent).level, due(37, last_level=2, last_on=sent).channel) == (3, "letter")
    assert due(90, last_level=3, last_on=sent).level is None
    assert due(90, last_level=3, last_on=sent).skip == "not_due"
    # A courtesy note is no first word after the due date.
    assert due(60, last_level=0, last_on=DUE).level == 2


@pytest.mark.parametrize(
    ("facts", "skip", "amount"),
    [
        ({"disputed": Decimal(20), "claimed": Decimal(100)}, None, 100),
        ({"disputed": Decimal(120), "claimed": Decimal(0)}, "disputed", 120),
        ({"promised": Decimal(50)}, None, 70),
        ({"promised": Decimal(120)}, "promise", 120),
        ({"doubtful": Decimal(120), "claimed": Decimal(0)}, "insolvent", 120),
        ({"is_insolvent": True}, "insolvent", 120),
        ({"is_held": True}, "manual_hold", 120),
        ({"is_in_credit": True}, "in_credit", 120),
    ],
)
def test_what_is_contested_or_promised_is_left_out_and_every_reason_has_its_word(
    facts: dict[str, object], skip: str | None, amount: int
) -> None:
    found = plan(Facts(**{"due_on": DUE, "claimed": OWED, **facts}), STANDARD, DAY)  # type: ignore[arg-type]
    assert (found.skip, found.amount) == (skip, amount)


def test_a_late_invoice_is_planned_with_its_interest_and_indemnity(house: House) -> None:
    invoiced(house, due_on=DUE)
    [item] = planned(house.firm, DAY)
    assert (item.number, item.plan.level, item.plan.days_late, item.plan.skip) == ("F-1", 2, 24, None)
    assert (item.plan.amount, item.interest, item.indemnity) == (
        Decimal("12000.00"), Decimal("95.87"), Decimal("40.00")
    )  # fmt: skip


def test_a_past_day_is_told_as_it_was(house: House) -> None:
    invoice = invoiced(house, due_on=DUE)
    tell(house, invoice, "disputed", date(2026, 6, 10), amount="12000.00", dispute="", category="quality")
    tell(house, invoice, "dispute_settled", date(2026, 6, 15), dispute="", outcome="upheld")
    pays(house, invoice, date(2026, 6, 20), "5000.00")
    seen = {day: planned(house.firm, day)[0].plan for day in (date(2026, 6, 9), date(2026, 6, 12), DAY)}
    assert [(one.level, one.skip, one.amount) for one in seen.values()] == [
        (1, None, 12000), (1, "disputed", 12000), (2, None, 7000),
    ]  # fmt: skip
    assert planned(house.firm, date(2026, 4, 1)) == []
    assert planned(house.firm, DAY)[0].interest == Decimal("89.21")


def test_prepared_once_whatever_the_number_of_runs_and_a_higher_level_takes_the_place_of_a_lower(house: House) -> None:
    invoice = invoiced(house, due_on=DUE)
    first = DUE + timedelta(days=7)
    assert [prepare_reminders(house.firm, first) for _ in range(2)] == [1, 0]
    [row] = Reminder.objects.filter(invoice=invoice)
    assert (row.level, row.state, row.days_late, row.open_amount, row.interest, row.indemnity) == (
        1, "prepared", 7, 12000, Decimal("27.96"), 40,
    )  # fmt: skip
    assert prepare_reminders(house.firm, DUE + timedelta(days=21)) == 1
    [row] = Reminder.objects.filter(invoice=invoice)
    assert row.level == 2
    assert prepare_reminders(house.firm, DUE + timedelta(days=27)) == 0
    assert prepare_reminders(house.firm, DUE + timedelta(days=35)) == 1


def test_a_promise_a_hold_and_a_credit_hold_reminders_back_each_for_its_time(house: House) -> None:
    ada, party = house.people["Ada"], house.clients["mercure"]
    one, two = invoiced(house, "F-1", "1200.00", DUE), invoiced(house, "F-2", "600.00", DUE + timedelta(days=1))
    promise(one, pay_on=date(2026, 6, 30), at=house.at(DAY), by=ada)
    held = hold(party, reason="they are moving house", invoice=two, at=house.at(DAY), by=ada)
    assert [item.plan.skip for item in planned(house.firm, DAY)] == ["promise", "manual_hold"]
    assert prepare_reminders(house.firm, DAY) == 0
    lift(held, at=house.at(date(2026, 6, 25)))
    assert [item.plan.skip for item in planned(house.firm, date(2026, 7, 1))] == [None, None]
    on_account = {"payment": "p-1", "amount": "1500.00"}
    record(house.firm, {one.deal_id: [Fact("received", house.at(DAY), on_account)]})
    assert [item.plan.skip for item in planned(house.firm, date(2026, 7, 1))] == ["in_credit", None]


def test_an_insolvent_debtor_is_never_reminded(house: House) -> None:
    invoiced(house, due_on=DUE)
    prepare_reminders(house.firm, DAY)
    declare_insolvent(
        house.clients["mercure"], judged_on=date(2026, 6, 8), published_on=date(2026, 6, 15), kind="receivership",
        at=house.at(DAY), by=house.people["Ada"],
    )  # fmt: skip
    [item] = planned(house.firm, DAY)
    assert (item.plan.skip, item.interest, item.indemnity) == ("insolvent", 0, 0)
    assert prepare_reminders(house.firm, DAY + timedelta(days=30)) == Reminder.objects.count() == 0


def test_a_party_that_a_file_calls_insolvent_is_not_reminded_either(house: House) -> None:
    invoiced(house, due_on=DUE)
    Party.objects.filter(ref="mercure").update(insolvent_on=date(2026, 6, 1))
    assert [item.plan.skip for item in planned(house.firm, DAY)] == ["insolvent"]
    assert prepare_reminders(house.firm, DAY) == 0


def test_each_kind_of_client_has_its_policy(house: House) -> None:
    slow = Policy.objects.create(firm=house.firm, name="public buyers", tag="public", gap_days=10)
    for level, days in ((1, 30), (2, 60)):
        Step.objects.create(firm=house.firm, policy=slow, level=level, days=days, channel="call")
    Party.objects.filter(ref="boreal").update(tags=["vip", "public"])
    invoiced(house, "F-1", due_on=DUE)
    invoiced(house, "F-2", due_on=DUE, party=house.clients["boreal"])
    found = {item.number: (item.plan.level, item.plan.skip) for item in planned(house.firm, DAY)}
    assert found == {"F-1": (2, None), "F-2": (1, "not_due")}
    assert prepare_reminders(house.firm, DAY + timedelta(days=8)) == 2
    assert Reminder.objects.get(invoice__number="F-2").channel == "call"


def test_interest_to_be_completed_is_null(house: House) -> None:
    invoiced(house, due_on=date(2026, 12, 20))
    [item] = planned(house.firm, date(2027, 1, 8))
    assert (item.plan.level, item.interest) == (1, None)
    assert prepare_reminders(house.firm, date(2027, 1, 8)) == 1
    assert Reminder.objects.get().interest is None


def test_payments_that_go_to_the_interest_first_show_in_what_is_claimed_beside_the_principal(house: House) -> None:
    PenaltyTerms.objects.create(firm=house.firm, from_on=date(2026, 1, 1), rate=None, imputation="interest")
    invoice = invoiced(house, due_on=date(2026, 4, 30))
    pays(house, invoice, date(2026, 7, 10), "6000.00")
    [item] = planned(house.firm, date(2026, 9, 15))
    assert (item.plan.amount, item.interest) == (Decimal("6000.00"), Decimal("427.47"))
    prepare_reminders(house.firm, date(2026, 9, 15))
    assert Reminder.objects.get().interest == Decimal("427.47")


def test_no_query_is_made_for_each_invoice(house: House) -> None:
    def counted(work: object) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            work(house.firm, DAY)  # type: ignore[operator]
        return len(seen)

    invoiced(house, "F-0", due_on=DUE)
    one = counted(planned)
    for n in range(1, 12):
        invoiced(house, f"F-{n}", due_on=DUE - timedelta(days=n))
    assert counted(planned) == one <= 8
    assert counted(prepare_reminders) <= 10


def test_the_statement_prepares_what_the_rule_plans(house: House) -> None:
    """Two hundred made-up invoices, lived through for three months: each night the two agree."""
    chance, ada = random.Random(20260624), house.people["Ada"]
    parties = [
        Party.objects.create(
            firm=house.firm, ref=f"p{n}", name=f"Party {n}", country="FR", tags=["slow"] * (n % 3 == 0)
        )
        for n in range(12)
    ]
    slow = Policy.objects.create(firm=house.firm, name="slow", tag="slow", gap_days=12)
    for level, days in ((0, -3), (1, 15), (2, 40), (3, 41)):
        Step.objects.create(firm=house.firm, policy=slow, level=level, days=days, channel="email")
    start = date(2026, 6, 1)
    for n in range(60):
        party = chance.choice(parties)
        due, gross = start + timedelta(chance.randint(-80, 30)), f"{chance.randint(100, 90_000)}.00"
        invoice = invoiced(house, f"R-{n}", gross, due, party=party)
        match n % 6:
            case 0:
                tell(house, invoice, "disputed", start, amount=chance.choice(["50.00", str(invoice.net + invoice.tax)]),
                     dispute="", category="price")  # fmt: skip
            case 1:
                amount = chance.choice([None, Decimal("60.00")])
                promise(
                    invoice, pay_on=start + timedelta(chance.randint(0, 60)), amount=amount, at=house.at(start), by=ada
                )
            case 2:
                hold(party, reason="x", invoice=chance.choice([None, invoice]), at=house.at(start), by=ada,
                     until=start + timedelta(chance.randint(0, 40)))  # fmt: skip
            case 3:
                pays(house, invoice, start, str(chance.randint(1, 100)))
            case 4 if chance.random() < 0.3:
                record(
                    house.firm,
                    {invoice.deal_id: [Fact("received", house.at(start), {"payment": "p", "amount": "900"})]},
                )
    Party.objects.filter(ref="p3").update(insolvent_on=start)
    for night in range(0, 90, 3):
        day = start + timedelta(days=night)
        expected = {
            (item.invoice_id, item.plan.level, item.plan.channel, item.plan.amount, item.interest, item.indemnity)
            for item in planned(house.firm, day)
            if item.plan.skip is None
        }
        prepared = prepare_reminders(house.firm, day)
        rows = Reminder.objects.filter(prepared_on=day)
        found = {(row.invoice_id, row.level, row.channel, row.open_amount, row.interest, row.indemnity) for row in rows}
        assert found == expected, day
        assert prepared == len(expected)
