"""Made-up firms and deals for the tests of the pipeline's rules, and the bridge from the oracle's words to ours."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from comptant.ground.journal.acts import Fact
from comptant.ground.journal.replay import Refused, Timeline, replay
from comptant.journey.pipeline.rules import PipelineRoom, Stage
from tests.pipeline.oracle import Said, World

PARIS = ZoneInfo("Europe/Paris")
DECLARED = {"contacted": 14, "discovery": 14, "proposal": 21, "decision": 14}
STAGES = {key: Stage(key, key, n, days) for n, (key, days) in enumerate(DECLARED.items())}
FIRST = date(2025, 3, 3)
LAST = FIRST + timedelta(days=260)
VALUE_NAMES = {
    "estimate": "amount",
    "stage": "stage",
    "buyer_move": "channel",
    "offer_sent": "decision_on",
    "meeting_accepted": "meeting_on",
    "hold": "wake_on",
    "won": "amount",
    "lost": "competitor",
    "reactivated": "stage",
}

spans = st.integers(0, 45).map(lambda days: timedelta(days=days))
near_days = st.integers(-12, 40).map(lambda days: timedelta(days=days))
stages = st.sampled_from(list(DECLARED))
times = st.sampled_from([0, 0, 0, 9 * 60, 15 * 60 + 30])
amounts = st.integers(0, 5000)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A firm with closures and thresholds that change on firsts of months, and a client in France or Québec."""
    closures = []
    for _ in range(draw(st.integers(0, 3))):
        first = FIRST + draw(st.integers(-5, 200).map(lambda days: timedelta(days=days)))
        closures.append((first, first + draw(st.integers(0, 25).map(lambda days: timedelta(days=days)))))
    months = [date(2025, month, 1) for month in range(4, 12)]
    thresholds = {
        stage: sorted((month, draw(st.integers(1, 60))) for month in draw(st.sets(st.sampled_from(months), max_size=4)))
        for stage in draw(st.sets(stages, max_size=4))
    }
    declared = {stage: draw(st.sampled_from([days, 5, 1])) for stage, days in DECLARED.items()}
    return World(draw(st.sampled_from(["FR", "CA"])), declared, thresholds, closures)


@st.composite
def said(draw: st.DrawFn, at: datetime) -> Said:
    """Something said at that time; possible or not."""
    day = at.date()
    kind = draw(st.sampled_from(BUSY))
    values = {
        "estimate": amounts,
        "stage": stages,
        "reactivated": stages,
        "offer_sent": st.none() | near_days.map(lambda span: day + span),
        "meeting_accepted": st.integers(-1, 30).map(lambda days: day + timedelta(days=days)),
        "hold": st.integers(0, 40).map(lambda days: day + timedelta(days=days)),
        "won": st.none() | amounts,
    }
    return Said(at, kind, draw(values[kind]) if kind in values else None)


@st.composite
def stories(draw: st.DrawFn) -> list[Said]:
    """An opening and up to ten things said after it, some on the same day, some at the same instant."""
    day = FIRST + draw(st.integers(0, 40).map(lambda days: timedelta(days=days)))
    decide_on = draw(st.none() | near_days.map(lambda span: day + span))
    facts = [Said(_at(day, draw(times)), "opened", (draw(stages), draw(amounts), decide_on))]
    for _ in range(draw(st.integers(0, 10))):
        day += draw(st.just(timedelta()) | spans)
        if day < LAST:
            facts.append(draw(said(_at(day, draw(times)))))
    return facts


def seeded(seed: int) -> tuple[World, list[Said]]:
    """A world and a story by plain chance: busier than Hypothesis dares, so that limits fall close together."""
    chance = random.Random(seed)
    stage = lambda: chance.choice(list(DECLARED))  # noqa: E731
    closures = [_range(chance, 15) for _ in range(chance.randrange(3))]
    months = [date(2025, month, 1) for month in range(3, 12)]
    thresholds = {
        key: [(month, chance.randint(3, 25)) for month in months if chance.random() < 0.6]
        for key in DECLARED
        if chance.random() < 0.7
    }
    world = World(chance.choice(["FR", "CA"]), {key: chance.randint(2, 21) for key in DECLARED}, thresholds, closures)
    day, is_closed = FIRST + timedelta(days=chance.randrange(60)), False
    decide_on = chance.choice([None, day + timedelta(days=chance.randint(-3, 25))])
    told = [Said(_at(day, 0), "opened", (stage(), chance.randrange(3000), decide_on))]
    for _ in range(chance.randrange(1, 14)):
        day += timedelta(days=chance.choice([0, 1, 2, 3, 5, 8, 13, 21]))
        minutes = chance.choice([0, 0, 540, 930])
        kind = "reactivated" if is_closed and chance.random() < 0.7 else chance.choice(BUSY)
        is_closed = kind in {"lost", "vanished", "declined"}
        values = {
            "estimate": chance.randrange(3000),
            "won": chance.choice([None, chance.randrange(3000)]),
            "offer_sent": chance.choice([None, *[day + timedelta(days=chance.randint(-8, 20))] * 4]),
            "meeting_accepted": day + timedelta(days=chance.randint(0, 20)),
            "hold": day + timedelta(days=chance.randint(0, 15)),
        }
        told.append(Said(_at(day, minutes), kind, stage() if kind in {"stage", "reactivated"} else values.get(kind)))
    return world, told


BUSY = [
    *["offer_sent"] * 5, *["stage"] * 4, *["buyer_move"] * 3, *["hold"] * 2, *["meeting_accepted"] * 2,
    "wake", "estimate", "seller_touch", "maybe", "lost", "vanished", "declined", "won",
]  # fmt: skip


def _range(chance: random.Random, at_most: int) -> tuple[date, date]:
    first = FIRST + timedelta(days=chance.randint(-5, 200))
    return first, first + timedelta(days=chance.randint(0, at_most))


def _at(day: date, minutes: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)


def room_of(world: World) -> PipelineRoom:
    """The rules set for the same world."""
    stages = {key: Stage(key, key, n, days) for n, (key, days) in enumerate(world.declared.items())}
    return PipelineRoom(PARIS, world.country, stages, world.thresholds, world.closures)


def fact_of(told: Said, number: int) -> Fact:
    """What the oracle hears, in the words of the rules."""
    details: dict[str, object] = {}
    if told.kind == "opened":
        stage, amount, decide_on = told.value
        details = {"stage": stage, "amount": str(amount), "decision_on": decide_on and decide_on.isoformat()}
    elif told.kind in VALUE_NAMES and told.value is not None:
        value = told.value
        details = {VALUE_NAMES[told.kind]: value.isoformat() if isinstance(value, date) else str(value)}
    return Fact(told.kind, instant(told.at), details, seq=number)


def instant(wall_clock: datetime) -> datetime:
    """The instant at which Paris shows that time."""
    return wall_clock.replace(tzinfo=PARIS).astimezone(UTC)


def replayed(facts: Iterable[Fact], room: PipelineRoom, until: datetime) -> tuple[Timeline, list[Fact]]:
    """The timeline of the facts that are possible, and those that are not."""
    kept, refused = list(facts), []
    while True:
        try:
            return replay(kept, [room], until), refused
        except Refused as refusal:
            kept.remove(refusal.fact)
            refused.append(refusal.fact)
