"""Made-up files in many orders: the same balances on every day, and the pipeline as the oracle walks it.

Closures, holidays of two countries, decision dates, meetings, thresholds learnt from slow wins: all are among them.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from comptant.journey.pipeline.models import Closure
from tests.imports.commands import balances, command
from tests.pipeline.made_up import DECLARED, FIRST, LAST, seeded
from tests.pipeline.oracle import Said, World, tell
from tests.world import House, found

pytestmark = pytest.mark.django_db

TODAY = LAST + timedelta(days=20)
CLOSURES = [(date(2025, 8, 3), date(2025, 8, 21)), (date(2025, 5, 1), date(2025, 5, 4))]
DEALS, SLOW = 90, 36
KINDS = ("parties", "deals", "events", "invoices")
ORDERS = [("parties", "deals", "events", "invoices"), *list(permutations(KINDS))[5::5]]
ENDS = {"lost", "vanished", "declined"}


class MadeUp:
    """Deals that are possible, told once, with the thresholds that their own wins make."""

    def __init__(self, seed: int) -> None:
        self.countries = {f"P{n}": "CA" if n % 3 == 0 else "FR" for n in range(12)}
        self.stories = {f"D{n}": _possible(self.world_of(f"D{n}"), seeded(seed + n)[1]) for n in range(DEALS)}
        self.stories |= {f"D{DEALS + n}": _slow_win(n) for n in range(SLOW)}
        self.thresholds = learnt(self.stories.values())

    def party_of(self, ref: str) -> str:
        return f"P{int(ref[1:]) % 12}"

    def world_of(self, ref: str) -> World:
        thresholds = getattr(self, "thresholds", {})
        return World(self.countries[self.party_of(ref)], DECLARED, thresholds, CLOSURES)

    def write(self, folder: Path) -> None:
        chance = random.Random(7)
        parties = [f"{ref},{ref} SARL,{country}" for ref, country in self.countries.items()]
        deals, events, invoices = [], [], []
        for ref, story in self.stories.items():
            deals.append(self._deal(ref, story))
            for said in story[1:]:
                events.append(f"{ref},{said.at.isoformat()},{said.kind},{'' if said.value is None else said.value}")
            if any(said.kind == "won" for said in story):
                invoices += _invoices(ref, self.party_of(ref), story, chance)
        chance.shuffle(events)
        chance.shuffle(deals)
        self._file(folder, "parties", "ref,name,country", parties)
        self._file(folder, "deals", "ref,party_ref,title,opened_on,stage,amount,decision_on,status,closed_on", deals)
        self._file(folder, "events", "deal_ref,at,kind,value", events)
        columns = "number,kind,party_ref,deal_ref,issued_on,due_on,net,tax,corrects,disputed,disputed_on,settled_on"
        self._file(folder, "invoices", columns, invoices)

    def _deal(self, ref: str, story: list[Said]) -> str:
        """A deal whose end is told twice, by its row and by an event of that day, ended once."""
        stage, amount, decide_on = story[0].value
        last = story[-1]
        is_told = last.kind in ENDS and last.at.hour == 0 and sum(said.kind in ENDS for said in story) == 1
        status, closed_on = (last.kind, last.at.date()) if is_told else ("open", "")
        cells = (ref, self.party_of(ref), ref, story[0].at.date(), stage, amount, decide_on or "", status, closed_on)
        return ",".join(map(str, cells))

    @staticmethod
    def _file(folder: Path, name: str, header: str, lines: list[str]) -> None:
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")


def _possible(world: World, told: list[Said]) -> list[Said]:
    """What is left of a story without what cannot be, whatever the thresholds are."""
    while refused := tell(world, told, LAST, evenings=False).refused:
        told = [said for said in told if said not in refused]
    return sorted(told, key=lambda said: said.at)


def _slow_win(number: int) -> list[Said]:
    """Weeks between the buyer's moves: such wins teach the firm patience."""
    chance = random.Random(number)
    at = datetime.combine(FIRST + timedelta(days=number), time())
    told = [Said(at, "opened", (chance.choice(["contacted", "discovery"]), 1000 + number, None))]
    for kind, value in (("buyer_move", None), ("stage", "proposal"), ("buyer_move", None), ("won", None)):
        at += timedelta(days=0 if kind == "stage" else chance.randrange(12, 33), hours=kind == "stage" and 9)
        told.append(Said(at, kind, value))
    return told


def _invoices(ref: str, party: str, story: list[Said], chance: random.Random) -> list[str]:
    """Two invoices, one contested or paid; a credit note on the other."""
    issued = max(said.at.date() for said in story) + timedelta(days=chance.randrange(4))
    due, later = issued + timedelta(days=30), issued + timedelta(days=chance.randrange(5, 50))
    net = chance.randrange(100, 900)
    ending = chance.choice([f",,{later}", f"{net},{later},", ",,"])
    return [
        f"{ref}-1,invoice,{party},{ref},{issued},{due},{net}.00,{net // 5}.40,,{ending}",
        f"{ref}-2,deposit,{party},{ref},{issued},{due},{net + 7}.55,0.00,,,,",
        f"{ref}-3,credit_note,{party},,{later},,{net // 2}.10,0.00,{ref}-2,,,",
    ]


def learnt(stories: object) -> dict[str, list[tuple[date, int]]]:
    """By stage, the days allowed from each first of month on: the ninth tenth of the gaps of wins before it.

    A gap lies between two days on which the buyer moved, and belongs to the stage at the end of the first.
    """
    gaps: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    for story in stories:  # type: ignore[attr-defined]
        won_at = next((said.at for said in story if said.kind == "won"), None)
        if won_at is None:
            continue
        stage_of: dict[date, str] = {}
        moved: set[date] = set()
        stage = ""
        for said in story:
            if said.at > won_at:
                break
            if said.kind == "opened":
                stage = said.value[0]
            elif said.kind in ("stage", "reactivated"):
                stage = said.value
            stage_of[said.at.date()] = stage
            if said.kind in ("opened", "buyer_move", "meeting_accepted", "won"):
                moved.add(said.at.date())
        for first, second in pairwise(sorted(moved)):
            gaps[stage_of[first]].append((won_at.date(), (second - first).days))
    months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(2, 12)]
    return {stage: [(month, _allowed(stage, month, known)) for month in months] for stage, known in gaps.items()}


def _allowed(stage: str, month: date, known: list[tuple[date, int]]) -> int:
    lengths = sorted(days for won_on, days in known if won_on < month)
    ninth = lengths[math.ceil(0.9 * len(lengths)) - 1] if len(lengths) >= 20 else 0
    return max(DECLARED[stage], ninth)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeUp, Path]:
    folder = tmp_path_factory.mktemp("made-up")
    made = MadeUp(4_000)
    made.write(folder)
    return made, folder


def a_house(name: str) -> House:
    house = found(name, {}, TODAY, fixed_today=TODAY)
    with house.open():
        Closure.objects.bulk_create(Closure(firm=house.firm, first_on=a, last_on=b) for a, b in CLOSURES)
    return house


def bring_in(capsys: pytest.CaptureFixture[str], folder: Path, order: tuple[str, ...], *words: str) -> None:
    for name in order:
        code, said = command(capsys, "import", name, folder / f"{name}.csv", *words)
        assert code == 0, (name, said["errors"][:3])


def test_the_pipeline_is_as_the_oracle_walks_it(
    made_up: tuple[MadeUp, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made, folder = made_up
    a_house("Walked")
    bring_in(capsys, folder, ("events", "parties", "deals", "invoices"))
    declared = {stage: max(days for _, days in months) > DECLARED[stage] for stage, months in made.thresholds.items()}
    assert any(declared.values()), "no threshold was learnt: the test is too easy"
    walked = {ref: tell(made.world_of(ref), story, TODAY) for ref, story in made.stories.items()}
    assert not any(story.refused for story in walked.values())
    rules = set()
    for day in (FIRST + timedelta(days=n) for n in range(30, (TODAY - FIRST).days, 37)):
        _, document = command(capsys, "pipeline", "--as-of", day.isoformat())
        said = {
            one["ref"]: (
                one["account"], one["stage"], one["net"], one["stall_rule"], one["stalled_since"], one["days_silent"]
            )
            for one in document["deals"]
        }  # fmt: skip
        expected = {
            ref: (
                seen["place"], seen["stage"], f"{seen['amount']:.2f}", seen["rule"] or None,
                seen["since"] and seen["since"].isoformat(), seen["silent"],
            )
            for ref, story in walked.items()
            if (seen := story.evenings.get(day)) and seen["place"] in ("hoped", "stalled", "waiting")
        }  # fmt: skip
        assert said == expected, day
        rules |= {one["stall_rule"] for one in document["deals"]}
    assert rules == {None, "silence", "decision_date"}


def test_whatever_the_order_of_files_the_balances_of_every_day_are_the_same(
    made_up: tuple[MadeUp, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = made_up
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(0, (TODAY - FIRST).days, 23)]
    first = {}
    for number, order in enumerate(ORDERS):
        house = a_house(f"Order {number}")
        bring_in(capsys, folder, order, "--firm", house.firm.ref)
        seen = {day: balances(capsys, day, "--firm", house.firm.ref) for day in days}
        first = first or seen
        assert seen == first, order
    accounts = set().union(*(set(sums) for sums in first.values()))
    assert {"hoped", "stalled", "waiting", "lost", "vanished", "declined", "signed", "invoiced", "overdue"} <= accounts
    assert {"cashed", "cancelled", "disputed"} <= accounts


def test_all_files_again_change_nothing(made_up: tuple[MadeUp, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, folder = made_up
    a_house("Twice")
    bring_in(capsys, folder, KINDS)
    for name in (*KINDS, *KINDS):
        code, said = command(capsys, "import", name, folder / f"{name}.csv")
        assert (code, said["nothing_new"], said["difference_count"]) == (0, True, 0), (name, said["differences"][:3])
    assert command(capsys, "doctor")[0] == 0
