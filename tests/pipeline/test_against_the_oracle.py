"""The rules and the oracle, written apart from the same page, tell the same story of any deal."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptant.ground.journal.acts import LEGAL_PAIRS
from comptant.ground.journal.replay import replay
from tests.pipeline.made_up import LAST, PARIS, fact_of, instant, replayed, room_of, seeded, stories, worlds
from tests.pipeline.oracle import Said, World, tell

EVENING = datetime(LAST.year, LAST.month, LAST.day, 23, 59)


@settings(max_examples=100, deadline=None)
@given(worlds(), stories())
def test_same_crossings_and_refusals(world: World, told: list[Said]) -> None:
    compare(world, told)


@pytest.mark.parametrize("first_seed", range(0, 1500, 100))
def test_same_crossings_and_refusals_of_busy_deals(first_seed: int) -> None:
    for seed in range(first_seed, first_seed + 100):
        compare(*seeded(seed))


def compare(world: World, told: list[Said]) -> None:
    """Crossings with their instant, kind and rule, and what was impossible: the same in both."""
    story = tell(world, told, LAST, evenings=False)
    facts = [fact_of(one, number) for number, one in enumerate(told)]
    timeline, refused = replayed(facts, room_of(world), instant(EVENING))
    assert [fact.seq for fact in refused] == [told.index(one) for one in story.refused]
    crossings = [
        (entry.at.astimezone(PARIS).replace(tzinfo=None, microsecond=0), entry.kind, entry.details.get("rule", ""))
        for entry in timeline.entries
        if entry.is_clock
    ]
    assert crossings == story.crossings
    for entry in timeline.entries:
        assert all((posting.source, posting.target) in LEGAL_PAIRS for posting in entry.postings)


@settings(max_examples=60, deadline=None)
@given(worlds(), stories(), st.lists(st.integers(0, 200), min_size=1, max_size=8))
def test_same_evenings(world: World, told: list[Said], ages: list[int]) -> None:
    """Replayed only up to a day, the deal stands where the oracle saw it that evening."""
    story = tell(world, told, LAST)
    room = room_of(world)
    impossible = [told.index(one) for one in story.refused]
    facts = [fact_of(one, number) for number, one in enumerate(told) if number not in impossible]
    opened_on = told[0].at.date()
    for age in ages:
        day = min(opened_on + timedelta(days=age), LAST)
        until = datetime(day.year, day.month, day.day, 23, 59)
        state = replay([fact for fact in facts if fact.at <= instant(until)], [room], instant(until)).state
        thread = state.memory["pipeline"]
        assert story.evenings[day] == {
            "place": thread.place,
            "stage": thread.stage,
            "amount": thread.net,
            "rule": thread.stall_rule,
            "since": thread.stalled_on,
            "silent": thread.days_silent(day) if thread.is_open else None,
            "tau": thread.threshold(day),
        }
        assert state.of(thread.place) == (thread.net, 0)
        assert sum(net + tax for net, tax in state.balances.values()) == 0
        assert all(
            not net for (account, _), (net, _) in state.balances.items() if account not in {"origin", thread.place}
        )
