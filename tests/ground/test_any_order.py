"""The same facts, recorded in any order and with the clock run at any pace, lead to the same house."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import load_cases, settle
from comptant.ground.journal.history import deals_by_account
from comptant.ground.journal.models import Act
from comptant.ground.journal.sums import sums
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline.desk import STANDING_COLUMNS
from comptant.journey.pipeline.models import Standing
from tests.ground import players
from tests.ground.doctors import faults
from tests.ground.little_model import Event, Impossible, Thread, evenings
from tests.ground.test_journal_machine import DEALS, PHASES, balances
from tests.pipeline.oracle import Said

END = players.START + timedelta(days=150)
numbers = count(1)

Told = tuple[str, Said | Event, Decimal | None]
"""Deal, what was said of it, and the tax of a signature."""


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    """What was said of three deals, in order of time, all of it possible."""
    threads = {ref: Thread(ref) for ref in DEALS}
    told: list[Told] = []
    at, invoices = datetime.combine(players.START, datetime.min.time()), 0
    for _ in range(draw(st.integers(4, 22))):
        at += timedelta(days=draw(st.sampled_from([0, 0, 1, 2, 5, 9, 20])), minutes=draw(st.integers(1, 90)))
        if draw(st.integers(0, 3)) == 0:
            at = datetime.combine(at.date() + timedelta(days=1), datetime.min.time())
        ref = draw(st.sampled_from(DEALS))
        kind = draw(st.sampled_from([*players.HOPES, *players.CLAIMS]))
        documents = [event.document for event in threads[ref].events if event.kind == "invoiced"]
        if kind in players.HOPES:
            kind = kind if threads[ref].told else "opened"
            said: Said | Event = draw(players.hopes(at, kind))
        else:
            if kind == "invoiced" or not (documents or kind in players.OF_ANY):
                invoices, kind = invoices + 1, kind if kind == "stated" else "invoiced"
                documents = [f"F-{invoices}"]
            said = draw(players.claims(at, kind, documents))
        tax = draw(st.none() | players.amounts) if kind == "won" else None
        thread = players.heard(threads[ref], said, tax)
        try:
            evenings(players.WORLD, thread, [], END)
        except Impossible:
            continue
        threads[ref] = thread
        told.append((ref, said, tax))
    return [one for one in told if one[1].at.date() <= END]


def house_of(name: str) -> tuple[Firm, players.House, dict[str, Deal]]:
    firm = Firm.objects.get()
    players.furnish(firm)
    return firm, players.House(firm), {ref: players.open_deal(firm, ref) for ref in DEALS}


def as_it_happened(firm: Firm, told: list[Told]) -> None:
    """Said one after the other, the clock run every day and twice."""
    firm, house, deals = house_of(firm.ref)
    waiting, day = list(told), players.START
    while day <= END:
        house.run_clock(day)
        while waiting and waiting[0][1].at.date() <= day:
            ref, said, tax = waiting.pop(0)
            house.hear(deals[ref], said, tax)
        if day.day % 7 == 0:
            assert house.run_clock(day) == 0
        day += timedelta(days=1)


def in_any_order(firm: Firm, told: list[Told], chance: random.Random) -> None:
    """Said in a random order, some while the clock lags behind; what cannot be said yet is said with the rest."""
    firm, house, deals = house_of(firm.ref)
    waiting, clock_runs = list(told), sorted(chance.randrange(151) for _ in range(3))
    facts = {id(one): house.fact(deals[one[0]], one[1], one[2]) for one in waiting}
    chance.shuffle(waiting)
    for run in clock_runs:
        refused = []
        for one in waiting[: max(1, len(waiting) // 2)]:
            try:
                settle(firm, load_cases(firm, {deals[one[0]].id: [facts[id(one)]]}))
            except Refusal:
                refused.append(one)
        waiting = [*waiting[max(1, len(waiting) // 2) :], *refused]
        house.run_clock(players.START + timedelta(days=run))
    rest: dict[Any, list[Any]] = {}
    for one in waiting:
        rest.setdefault(deals[one[0]].id, []).append(facts[id(one)])
    settle(firm, load_cases(firm, rest))
    house.run_clock(END)


def portrait(firm: Firm) -> dict[str, Any]:
    """All that a report could say of the firm, in words that do not depend on ids."""
    refs = dict(Deal.objects.values_list("id", "ref"))
    kept = [name for name in STANDING_COLUMNS if name not in {"id", "firm_id", "deal_id"}]
    days = [players.START + timedelta(days=n) for n in range(0, 151, 3)]
    return {
        "balances": {ref: balances(deal_id) for deal_id, ref in refs.items()},
        "flows": {day: {pair: both for pair, both in sums(firm, day).flows.items() if any(both)} for day in days},
        "counts": {day: {key: n for key, n in sums(firm, day).deals.items() if n} for day in days},
        "counted": {day: deals_by_account(firm, day) for day in days[::5]},
        "standing": {refs[row.pop("deal_id")]: row for row in Standing.objects.values("deal_id", *kept)},
        "invoices": set(Invoice.objects.values_list("number", "open_net", "open_tax", "settled_on", "next_on")),
    }


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(stories(), st.integers(0, 1 << 30))
def test_any_order_of_recording_leads_to_the_same_house(told: list[Told], seed: int) -> None:
    portraits = []
    for way in ("as it happened", "in any order"):
        firm = players.found(f"order-{next(numbers)}")
        with firm_scope(firm.id):
            if way == "as it happened":
                as_it_happened(firm, told)
            else:
                in_any_order(firm, told, random.Random(seed))
            assert faults(Firm.objects.get()) == {}
            portraits.append(portrait(Firm.objects.get()))
    for part in portraits[0]:
        assert portraits[0][part] == portraits[1][part], part


@pytest.mark.django_db
def test_what_is_said_twice_by_the_clock_is_written_once(lune: Firm) -> None:
    with firm_scope(lune.id):
        house = players.House(lune)
        house.hear(Deal.objects.get(ref="D2"), Said(datetime(2026, 6, 29, 9), "buyer_move"))
        until = date(2026, 12, 31)
        assert house.run_clock(until) > 0
        acts = Act.objects.count()
        assert house.run_clock(until) == 0
        assert settle(lune, load_cases(lune, dict.fromkeys(Deal.objects.values_list("id", flat=True), ()))) == []
        assert Act.objects.count() == acts
