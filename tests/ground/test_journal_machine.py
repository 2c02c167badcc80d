"""Random facts, late ones included, and random runs of the clock, against an independent little model."""

from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.journal.history import deals_by_account
from comptant.ground.journal.models import NO_DOCUMENT, Act, Balance
from comptant.ground.journal.rollup import roll, roll_all
from comptant.ground.journal.sums import Sums, sums
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Invoice
from tests.ground import players
from tests.ground.doctors import faults
from tests.ground.little_model import NOWHERE, Evening, Event, Impossible, Thread, evenings
from tests.pipeline.oracle import Said

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""Without shrinking, which would take minutes; ask for it when a failure is hard to read."""
DEALS = ("A", "B", "C")
numbers = count(1)

Totals = dict[tuple[str, str], tuple[Decimal, Decimal]]


class JournalMachine(RuleBasedStateMachine):
    """Each step says one thing or lets time pass; then everything must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = ExitStack()
        firm = players.found(f"machine-{next(numbers)}")
        self.scope.enter_context(firm_scope(firm.id))
        players.furnish(firm)
        self.firm, self.house = Firm.objects.get(), players.House(firm)
        self.firm = firm
        self.deals = {ref: players.open_deal(firm, ref) for ref in DEALS}
        self.threads = {ref: Thread(ref) for ref in DEALS}
        self.invoices = 0
        self.printed: list[tuple[datetime, date, Sums, dict[tuple[str, str], int]]] = []

    def teardown(self) -> None:
        self.scope.close()

    @property
    def today(self) -> date:
        return self.firm.clock_on or players.START

    @initialize(data=st.data())
    def open_all_but_one(self, data: st.DataObject) -> None:
        """Deal C may remain one that only invoices know."""
        for ref in DEALS[:2]:
            at = datetime.combine(players.START, datetime.min.time()) + timedelta(hours=data.draw(st.integers(0, 9)))
            self.tell(ref, data.draw(players.hopes(at, "opened")))

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.house.run_clock(self.today + timedelta(days=days))

    @rule()
    def the_clock_runs_twice(self) -> None:
        assert self.house.run_clock(self.today) == 0

    @rule(data=st.data(), ref=st.sampled_from(DEALS), kind=st.sampled_from(players.HOPES))
    def hope(self, data: st.DataObject, ref: str, kind: str) -> None:
        at = self.some_instant(data, ref)
        if not self.threads[ref].told:
            kind = "opened"
        tax = data.draw(st.none() | players.amounts) if kind == "won" else None
        self.tell(ref, data.draw(players.hopes(at, kind)), tax)

    @rule(data=st.data(), ref=st.sampled_from(DEALS), kind=st.sampled_from(players.CLAIMS))
    def claim(self, data: st.DataObject, ref: str, kind: str) -> None:
        documents = [event.document for event in self.threads[ref].events if event.kind == "invoiced"]
        if kind == "invoiced" or not (documents or kind in players.OF_ANY):
            self.invoices += 1
            documents = [f"F-{self.invoices}"]
            kind = kind if kind == "stated" else "invoiced"
        self.tell(ref, data.draw(players.claims(self.some_instant(data, ref), kind, documents)))

    @rule(whole=st.booleans())
    def the_tail_is_rolled_up(self, whole: bool) -> None:
        roll_all(self.firm) if whole else roll(self.firm)

    @rule(back=st.integers(0, 60))
    def a_report_is_printed(self, back: int) -> None:
        """What it says can be asked for again later."""
        day = self.today - timedelta(days=back)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (now,) = cursor.fetchone()
        self.printed.append((now, day, sums(self.firm, day), deals_by_account(self.firm, day)))

    def some_instant(self, data: st.DataObject, ref: str) -> datetime:
        """An instant up to the clock's day at which nothing was said of the deal yet; midnight often."""
        back = data.draw(st.integers(0, min(45, (self.today - players.START).days)))
        at = datetime.combine(self.today - timedelta(days=back), datetime.min.time())
        at += timedelta(minutes=data.draw(st.sampled_from([0, 0, 9 * 60, 15 * 60 + 30])))
        while at in self.threads[ref].instants():
            at += timedelta(minutes=1)
        return at

    def tell(self, ref: str, told: Said | Event, tax: Decimal | None = None) -> None:
        """Both accept it, or neither does."""
        thread = players.heard(self.threads[ref], told, tax)
        acts = Act.objects.count()
        try:
            evenings(players.WORLD, thread, [], self.today)
        except Impossible:
            with pytest.raises(Refusal):
                self.house.hear(self.deals[ref], told, tax)
            assert Act.objects.count() == acts
        else:
            self.house.hear(self.deals[ref], told, tax)
            self.threads[ref] = thread

    @invariant()
    def all_agree(self) -> None:
        days = [self.today, players.START, *(self.today - timedelta(days=back) for back in (1, 2, 3, 5, 8, 13, 21, 34))]
        model = {ref: evenings(players.WORLD, thread, days, self.today) for ref, thread in self.threads.items()}
        for ref, deal in self.deals.items():
            assert balances(deal.id) == model[ref][self.today].amounts
        for day in days:
            compare_day(self.firm, day, [seen[day] for seen in model.values()])

    @invariant()
    def the_doctor_is_green(self) -> None:
        assert faults(self.firm) == {}

    @invariant()
    def printed_reports_can_be_printed_again(self) -> None:
        for known_at, day, before, counts in self.printed:
            assert nonzero(sums(self.firm, day, known_at=known_at)) == nonzero(before)
            assert deals_by_account(self.firm, day, known_at) == counts


def balances(deal_id: object) -> Totals:
    """What the table says of a deal, by account and number of invoice; zeros left out."""
    numbers = {row.id: row.number for row in Invoice.objects.filter(deal=deal_id)}
    rows = Balance.objects.filter(deal=deal_id)
    assert sum(row.net for row in rows) == sum(row.tax for row in rows) == 0
    assert all(row.account == "origin" or min(row.net, row.tax) >= 0 for row in rows)
    return {
        (row.account, NOWHERE if str(row.document) == NO_DOCUMENT else numbers[row.document]): (row.net, row.tax)
        for row in rows
        if row.net or row.tax
    }


def compare_day(firm: Firm, day: date, model: list[Evening]) -> None:
    """The sums and counts of a past day are those of the model, account by account and stage by stage."""
    totals, stages, counted = {}, {}, {}
    for evening in model:
        for (account, _), (net, tax) in evening.amounts.items():
            before = totals.get(account, (0, 0))
            totals[account] = (before[0] + net, before[1] + tax)
        if evening.stage:
            stages[evening.stage] = stages.get(evening.stage, 0) + evening.amounts.get(("hoped", NOWHERE), (0, 0))[0]
        for account in evening.counted:
            counted["EUR", account] = counted.get(("EUR", account), 0) + 1
    asked = sums(firm, day)
    found, found_stages = {}, {}
    for (_, source, target, source_stage, target_stage), (net, tax) in asked.flows.items():
        for account, stage, sign in ((source, source_stage, -1), (target, target_stage, 1)):
            before = found.get(account, (0, 0))
            found[account] = (before[0] + sign * net, before[1] + sign * tax)
            if stage:
                found_stages[stage] = found_stages.get(stage, 0) + sign * net
    assert {name: both for name, both in found.items() if any(both)} == {n: b for n, b in totals.items() if any(b)}
    assert {name: net for name, net in found_stages.items() if net} == {n: net for n, net in stages.items() if net}
    assert {key: n for key, n in asked.deals.items() if n} == counted
    assert deals_by_account(firm, day) == counted


def nonzero(asked: Sums) -> dict[object, tuple[Decimal, Decimal]]:
    """The flows that are not nothing."""
    return {pair: both for pair, both in asked.flows.items() if any(both)}


@pytest.mark.django_db
def test_random_acts_keep_every_invariant() -> None:
    run_state_machine_as_test(
        JournalMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )


@pytest.mark.soak
@pytest.mark.django_db
def test_many_random_acts_keep_every_invariant() -> None:
    run_state_machine_as_test(
        JournalMachine,
        settings=settings(
            max_examples=1000, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
