"""kill -9 of a command, and of PostgreSQL alone, in the middle of an import and of the clock.

Afterwards the doctor is green, and running again comes to the figures of a firm that nobody disturbed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from comptant.ground.database.embedded import Embedded
from tests.faults.home import Ended, Home, ended, wait_until

DEALS, SLEEPERS = 1_500, 400
STARTS_ON = date(2025, 1, 1)
PUT_TO_SLEEP = """
import sys
from datetime import date
from pathlib import Path
import django
django.setup()
from comptant.doors.cli import readiness
from comptant.doors.imports.loading import load
from comptant.doors.imports.reading import Firm, open_reading
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import found_firm
from comptant.journey.pipeline.actions import lay_stages
today = date(2025, 1, 1)
with readiness.database():
    readiness.ensure_tables()
    for name in sys.argv[2:]:
        firm = found_firm(name, today=today)
        with firm_scope(firm.id):
            lay_stages(firm)
        outcome = load(firm, open_reading(Path(sys.argv[1]), "deals", Firm(firm.tz, None, today)), today=today)
        assert not outcome.errors.count, outcome.errors
"""
"""Firms whose clock stands at the first day of 2025, with deals on hold until days of the next twenty months."""


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="comptant-faults-", dir="/tmp"))
    with Embedded(folder):
        yield Home(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def deals(home: Home) -> Path:
    """Deals of every fate; those left open stall when their day comes."""
    fates = ("won", "lost", "vanished", "open", "declined", "open")
    lines = ["ref,party_ref,opened_on,amount,stage,status,closed_on"]
    for n in range(DEALS):
        opened, fate = date(2024, 1, 1) + timedelta(days=n % 700), fates[n % len(fates)]
        closed = "" if fate == "open" else opened + timedelta(days=5 + n % 60)
        lines.append(f"D{n},P{n % 300},{opened},{100 + n}.50,proposal,{fate},{closed}")
    file = home.folder / "deals.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="module")
def calm(home: Home, deals: Path) -> list[object]:
    """What an undisturbed import comes to."""
    done = home.run("import", "deals", deals, "--new-firm", "calm", "--json")
    assert (done.code, done.document["added"]) == (0, DEALS), done.err
    return home.figures("calm")


@pytest.fixture(scope="module")
def sleepers(home: Home) -> list[object]:
    """Three firms to wake; what the clock comes to in the one that nobody disturbs."""
    lines = ["ref,party_ref,opened_on,amount,status,wake_on"]
    for n in range(SLEEPERS):
        wakes = STARTS_ON + timedelta(days=3 + n % 600)
        lines.append(f"S{n},P{n},{date(2024, 12, 1) + timedelta(days=n % 30)},{10 + n}.25,waiting,{wakes}")
    file = home.folder / "sleepers.csv"
    file.write_text("\n".join(lines) + "\n")
    made = home.run(file, "awake", "woken-process", "woken-database", script=PUT_TO_SLEEP)
    assert made.code == 0, made.err
    assert home.run("nightly", "--firm", "awake").code == 0
    return home.figures("awake")


def kill(home: Home, process: subprocess.Popen[str], victim: str) -> Ended:
    """Kill -9 the command or the database; how the command ended."""
    if victim == "process":
        os.kill(process.pid, signal.SIGKILL)
    else:
        home.kill_database()
    died = ended(process)
    assert died.code == (-signal.SIGKILL if victim == "process" else 3)
    if victim == "database":
        assert died.err.splitlines()[-1].startswith("comptant: "), died.err
    assert "Traceback" not in died.err + died.out
    return died


def is_sound(home: Home, firm: str = "") -> None:
    said = home.run("doctor", "--json", *(("--firm", firm) if firm else ()))
    assert said.code == 0, [check for check in said.document["checks"] if not check["ok"]]


@pytest.mark.parametrize("victim", ["process", "database"])
def test_an_import_that_is_killed_did_nothing_and_runs_again(
    home: Home, deals: Path, calm: list[object], victim: str
) -> None:
    before = home.ask("SELECT pg_relation_size('journal_act')")
    words = ("import", "deals", deals, "--new-firm", f"killed-{victim}", "--json")
    process = home.start(*words)
    wait_until(lambda: home.ask("SELECT pg_relation_size('journal_act')") > before + 150_000, process)
    kill(home, process, victim)

    home.server.ensure()
    assert not home.ask(f"SELECT count(*) FROM firms_firm WHERE ref = 'killed-{victim}'"), "the firm was left behind"
    done = home.run(*words)
    assert (done.code, done.document["added"], done.document["firm"]) == (0, DEALS, f"killed-{victim}"), done.err
    assert home.figures(f"killed-{victim}") == calm
    is_sound(home, f"killed-{victim}")
    again = home.run("import", "deals", deals, "--firm", f"killed-{victim}", "--json")
    assert (again.code, again.document["nothing_new"]) == (0, True)


@pytest.mark.parametrize("victim", ["process", "database"])
def test_a_clock_that_is_killed_goes_on_from_where_it_was(home: Home, sleepers: list[object], victim: str) -> None:
    firm = f"woken-{victim}"
    crossed = "SELECT count(*) FROM journal_act a JOIN firms_firm f ON f.id = a.firm_id WHERE is_clock AND ref = '{}'"
    process = home.start("nightly", "--firm", firm)
    wait_until(lambda: home.ask(crossed.format(firm)) > SLEEPERS // 10, process)
    kill(home, process, victim)

    is_sound(home, firm)
    assert home.ask(crossed.format(firm)) < home.ask(crossed.format("awake"))
    assert home.run("nightly", "--firm", firm).code == 0
    assert home.ask(crossed.format(firm)) == home.ask(crossed.format("awake"))
    assert home.figures(firm) == sleepers
    is_sound(home, firm)
    assert "0 crossings" in home.run("nightly", "--firm", firm).out


def test_fifty_megabytes_of_refused_rows_weigh_nothing(home: Home, calm: list[object]) -> None:
    """A clear answer, the first thousand errors, and memory as flat as with a small file."""
    small, big = home.folder / "small.csv", home.folder / "big.csv"
    header, line = "ref,party_ref,opened_on,amount,title", f"D{{}},P,2026-01-05,1.234.567,{'x' * 240}\n"
    small.write_text(f"{header}\n" + line.format(0))
    with big.open("w") as file:
        file.write(f"{header}\n")
        count = 0
        while file.tell() < 50_000_000:
            file.writelines(line.format(count + n) for n in range(1_000))
            count += 1_000
    light, heavy = (home.run("import", "deals", file, "--firm", "calm", "--json") for file in (small, big))
    assert (light.code, heavy.code) == (1, 1)
    said = heavy.document
    assert (said["rows"], said["rows_refused"], said["error_count"], len(said["errors"])) == (count, count, count, 1000)
    assert heavy.megabytes < light.megabytes + 40
    endless = home.folder / "endless.csv"
    with endless.open("w") as file:
        file.write("ref,party_ref,opened_on\n")
        file.writelines("x" * 100_000 for _ in range(500))
    one_line = home.run("import", "deals", endless, "--firm", "calm", "--json")
    assert (one_line.code, one_line.document["code"]) == (1, "line_too_long")
    assert one_line.megabytes < light.megabytes + 40
    assert home.figures("calm") == calm
