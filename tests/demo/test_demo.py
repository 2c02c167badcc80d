"""The demonstration: its figures are those of the screens, to the cent, and it is the same every time."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from comptant.doors import demo
from comptant.doors.cli import doctor
from comptant.doors.cli.main import _parser
from comptant.doors.demo.cast import NEW_YEAR, TODAY, passer_by
from comptant.doors.demo.past import past_stories
from comptant.doors.demo.present import present_stories
from comptant.doors.nightly import catch_up
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member, User
from comptant.ground.firms.queries import OPERATOR, find_membership, get_firm, memberships_of
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline.models import Standing, Threshold
from comptant.outlook.reports.queries import path, pipeline

pytestmark = pytest.mark.django_db

HELD_TODAY = {
    "hoped": 118_400, "stalled": 46_300, "waiting": 31_500, "signed": 42_600, "billable": 21_850,
    "invoiced": 38_720, "overdue": 16_260, "disputed": 6_900, "doubtful": 1_200,
}  # fmt: skip
ENDED_THIS_YEAR = {"vanished": 108_900, "lost": 84_300, "declined": 8_400, "cashed": 155_190, "written_off": 3_680}
PROSPECTS = {"hoped": 13, "stalled": 3, "waiting": 2, "vanished": 55, "lost": 17, "declined": 2}


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    assert demo.create_demo() is not None
    (membership,) = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        yield get_firm(membership.firm_id)


def standing_on(firm: Firm, day: date) -> dict[str, tuple[Decimal, Decimal, int]]:
    (found,) = path(firm, day)
    assert found.total == 0
    return {one.account: (one.net, one.tax, one.deals) for one in found.balances}


def test_its_figures_are_those_of_the_screens(firm: Firm) -> None:
    today, before = standing_on(firm, TODAY), standing_on(firm, NEW_YEAR - timedelta(days=1))
    assert {account: today[account][0] for account in HELD_TODAY} == HELD_TODAY
    assert {account: today[account][0] - before[account][0] for account in ENDED_THIS_YEAR} == ENDED_THIS_YEAR
    assert sum(HELD_TODAY.values()) + sum(ENDED_THIS_YEAR.values()) == 684_200
    assert {account: today[account][2] - before[account][2] for account in PROSPECTS} == PROSPECTS
    gross = {account: sum(today[account][:2]) for account in ("invoiced", "overdue", "disputed", "doubtful")}
    assert gross == {"invoiced": 46_464, "overdue": 19_512, "disputed": 8_280, "doubtful": 1_440}


def test_a_hundred_and_three_prospects_since_new_year(firm: Firm) -> None:
    stories = [story for story in [*past_stories(), *present_stories()] if story.opened_on >= NEW_YEAR]
    ends = [story.events[-1].kind for story in stories]
    assert len(stories) == sum(PROSPECTS.values()) + 11 == 103
    assert sum(any(event.kind == "won" for event in story.events) for story in stories) == 11
    assert [sum(s.amount is None and e == end for s, e in zip(stories, ends, strict=True))
            for end in ("vanished", "lost")] == [46, 10]  # fmt: skip


def test_every_seller_has_their_part(firm: Firm) -> None:
    names = dict(Member.objects.filter(firm=firm).values_list("id", "name"))
    held: dict[tuple[str, str], Decimal] = {}
    for row in Standing.objects.filter(firm=firm, place__in=("hoped", "stalled")):
        key = names[row.seller_id].split()[0], row.place
        held[key] = held.get(key, Decimal(0)) + row.net
    assert held == {
        ("Camille", "hoped"): 63_700, ("Inès", "hoped"): 39_800, ("Yann", "hoped"): 14_900,
        ("Camille", "stalled"): 14_000, ("Inès", "stalled"): 32_300,
    }  # fmt: skip


def test_what_stalled_did_by_each_rule(firm: Firm) -> None:
    (found,) = pipeline(firm, TODAY)
    stalled = {(one.net, one.stall_rule, str(one.stalled_since)) for one in found.deals if one.account == "stalled"}
    assert stalled == {
        (Decimal(12_800), "silence", "2026-11-12"), (Decimal(19_500), "silence", "2026-11-12"),
        (Decimal(14_000), "decision_date", "2026-11-16"),
    }  # fmt: skip
    assert (found.conversion.won, found.conversion.lost, found.conversion.vanished) == (11, 17, 55)


def test_every_account_is_shown(firm: Firm) -> None:
    empty = {account for account, (_, _, deals) in standing_on(firm, TODAY).items() if not deals}
    assert empty == {"origin"}


def test_it_is_sound_and_its_clock_has_nothing_left_to_do(firm: Firm) -> None:
    assert [check.name for check in doctor.of_firm(firm) if not check.ok] == []
    assert Threshold.objects.filter(firm=firm).count() == 4 * 24
    assert Threshold.objects.filter(firm=firm, gaps__gte=20).exists()
    numbers = sorted(Invoice.objects.filter(firm=firm).values_list("number", flat=True))
    for series in ("F-2025-", "F-2026-"):
        members = [number for number in numbers if number.startswith(series)]
        assert members == [f"{series}{place:03}" for place in range(1, len(members) + 1)]


def test_its_clock_never_passes_its_today(db: None) -> None:
    demo.create_demo()
    (membership,) = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
    assert catch_up(firm, TODAY + timedelta(days=400)) == 0
    assert firm.clock_on == TODAY


def test_twice_changes_nothing(db: None) -> None:
    first = demo.create_demo()
    assert first is not None and demo.create_demo() is None
    assert len(memberships_of(OPERATOR)) == 1
    assert User.objects.get(email=first[0]).check_password(first[1])
    again = demo.set_password()
    assert again is not None and again != first
    assert User.objects.get(email=first[0]).check_password(again[1])


def test_the_same_every_time() -> None:
    def told() -> list[Any]:
        stories = [*past_stories(), *present_stories()]
        return [(s.party, s.title, s.seller, [(e.kind, e.at, e.details) for e in s.events]) for s in stories]

    assert told() == told()
    assert len({passer_by(number) for number in range(299)}) == 299
    assert max(event.at.date() for story in past_stories() for event in story.events) < TODAY
    for story in [*past_stories(), *present_stories()]:
        instants = [event.at for event in story.events]
        assert len(set(instants)) == len(instants) and min(instants) == instants[0], story.party


def test_the_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module("comptant.doors.cli.demo")

    def run(*words: str) -> str:
        with translation.override("en"):
            assert module.run(_parser("demo", module).parse_args(words)) == 0
        return capsys.readouterr().out

    said = json.loads(run("--json"))
    assert (said["created"], said["firm"], said["today"]) == (True, demo.REF, "2026-11-24")
    assert said["email"] and said["password"]
    assert run() == "The demonstration is here already: nothing was changed.\n"
    assert json.loads(run("--json"))["password"] is None
    assert "Sign in as camille@" in run("--new-password")
    assert find_membership(OPERATOR, demo.REF)
