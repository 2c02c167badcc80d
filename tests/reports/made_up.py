"""Random histories of Atelier Lune, told day by day, late facts among them; and the journal read naively."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from comptant.ground.deals.models import Deal
from comptant.ground.journal.models import Act
from comptant.ground.journal.replay import Refused
from comptant.journey.pipeline.models import Closure
from tests.world import MONDAY, House, atelier_lune

STAGES = ("contacted", "discovery", "proposal", "decision")
KINDS = (
    "estimate", "stage", "buyer_move", "buyer_move", "seller_touch", "offer_sent", "meeting_accepted",
    "hold", "wake", "won", "lost", "vanished", "declined", "reactivated",
)  # fmt: skip
PROSPECTS = {"hoped", "stalled", "waiting", "lost", "vanished", "declined"}


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is rolled back, so that examples do not see each other."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lived(seed: int, days: int = 90, **more: object) -> House:
    """A house with a few deals and what a seed says happened to them."""
    chance, house = random.Random(seed), atelier_lune(**more)
    with house.open():
        if chance.random() < 0.5:
            first = MONDAY + timedelta(days=chance.randrange(60))
            Closure.objects.create(
                firm=house.firm, first_on=first, last_on=first + timedelta(days=chance.randrange(20))
            )
    live(house, chance, days)
    return house


def live(house: House, chance: random.Random, days: int) -> None:
    """Goes on from where the clock is, for some days."""
    assert house.firm.clock_on
    end = house.firm.clock_on + timedelta(days=days)
    while house.firm.clock_on < end:
        with house.open():
            for _ in range(chance.randrange(5)):
                _something(house, chance, house.firm.clock_on)
        house.sleeps_until(min(end, house.firm.clock_on + timedelta(days=chance.choice([1, 3, 11, 25]))))


def _something(house: House, chance: random.Random, today: date) -> None:
    deals = list(Deal.objects.order_by("ref"))
    day = today - timedelta(days=chance.choice([0, 0, 0, 1, 4, 20]))
    at = house.at(day, chance.choice([0, 9, 15]), chance.randrange(60))
    if not deals or (len(deals) < 8 and chance.random() < 0.35):
        amount = chance.choice([None, "0.00", "100.00", f"{chance.randrange(1, 9999)}.{chance.randrange(10, 99)}"])
        house.opens(
            f"D{len(deals)}", day, amount, at=at, stage=chance.choice(STAGES),
            party=chance.choice(list(house.clients.values())),
            decision_on=chance.choice([None, None, day + timedelta(days=9)]),
        )  # fmt: skip
        return
    kind = chance.choice(KINDS)
    with suppress(Refused):  # not everything a seed says can happen
        house.says(chance.choice(deals), kind, at, **_details(kind, day, chance))


def _details(kind: str, day: date, chance: random.Random) -> dict[str, str | None]:
    later = (day + timedelta(days=chance.randrange(1, 30))).isoformat()
    amount = chance.choice([None, f"{chance.randrange(1, 9999)}.00"])
    return {
        "estimate": {"amount": amount},
        "won": {"amount": amount, "tax": chance.choice([None, "20.00"])},
        "stage": {"stage": chance.choice(STAGES)},
        "reactivated": {"stage": chance.choice(STAGES)},
        "offer_sent": {"decision_on": later},
        "meeting_accepted": {"meeting_on": later},
        "hold": {"wake_on": later, "reason": "budget"},
        "lost": {"competitor": "Grand Rival"},
    }.get(kind, {})


@dataclass
class Naive:
    """The journal folded by hand: (net, tax) and deals by account, and by pair."""

    balances: dict[str, tuple[Decimal, Decimal]]
    deals: dict[str, int]
    flows: dict[tuple[str, str], tuple[Decimal, Decimal]]
    flow_deals: dict[tuple[str, str], int]


def fold(since: date, until: date) -> Naive:
    """Every act of the current firm that holds, one by one: balances up to ``until``, flows between the two days."""
    acts = list(Act.objects.prefetch_related("postings"))
    gone = {act.corrects_id for act in acts if act.corrects_id}
    held = [act for act in acts if act.kind != "corrected" and act.id not in gone and act.occurred_on <= until]
    held.sort(key=lambda act: (act.occurred_at, not act.is_clock, act.rank, act.said))
    naive = Naive(defaultdict(lambda: (Decimal(0), Decimal(0))), {}, defaultdict(lambda: (Decimal(0), Decimal(0))), {})
    place: dict[object, str] = {}
    stands: dict[tuple[object, str], Decimal] = defaultdict(Decimal)
    movers: dict[tuple[str, str], set[object]] = defaultdict(set)
    for act in held:
        for p in sorted(act.postings.all(), key=lambda posting: posting.n):
            for account, sign in ((p.source, -1), (p.target, 1)):
                net, tax = naive.balances[account]
                naive.balances[account] = net + sign * p.net, tax + sign * p.tax
                stands[act.deal_id, account] += sign * (p.net + p.tax)
            if p.target in PROSPECTS:
                place[act.deal_id] = p.target
            elif (p.source, p.target) == ("hoped", "signed"):
                place.pop(act.deal_id, None)
            if act.occurred_on >= since and p.source != p.target:
                net, tax = naive.flows[p.source, p.target]
                naive.flows[p.source, p.target] = net + p.net, tax + p.tax
                movers[p.source, p.target].add(act.deal_id)
    for account in {*place.values(), *(account for _, account in stands)} - {"origin"}:
        prospects = sum(where == account for where in place.values())
        later = sum(amount > 0 for (_, where), amount in stands.items() if where == account)
        naive.deals[account] = prospects if account in PROSPECTS else later
    naive.flow_deals = {pair: len(deals) for pair, deals in movers.items()}
    return naive
