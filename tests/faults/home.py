"""A data folder of its own, and the command run upon it from outside, as a person would, to be killed at will."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from comptant.ground.database import place
from comptant.ground.database.embedded import Embedded

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    megabytes: float
    """The most memory it held, or its parent when it was born: to be compared, not believed."""

    @property
    def document(self) -> Any:
        """What it printed with --json."""
        return json.loads(self.out)


class Home:
    """The data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.server = folder, Embedded(folder)

    def start(self, *words: str | Path, script: str = "") -> subprocess.Popen[str]:
        """A command under way; or a script with the settings made."""
        environment = {
            **os.environ, "COMPTANT_HOME": str(self.folder), "DJANGO_SETTINGS_MODULE": "comptant.settings",
            "LC_ALL": "C", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }  # fmt: skip
        command = ["-c", script] if script else ["-m", "comptant"]
        return subprocess.Popen(
            [sys.executable, *command, *map(str, words)], env=environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str | Path, script: str = "") -> Ended:
        """A command, to its end."""
        return ended(self.start(*words, script=script))

    def figures(self, firm: str) -> Any:
        """What each day of a firm adds to each account, net and tax, to the cent: corrections net out."""
        return self.ask(f"""
            SELECT json_agg(row_to_json(d) ORDER BY day, account) FROM (
              SELECT a.occurred_on AS day, m.account, sum(m.sign * p.net)::text AS net, sum(m.sign * p.tax)::text AS tax
              FROM firms_firm f JOIN journal_act a ON a.firm_id = f.id
              JOIN journal_posting p ON p.firm_id = f.id AND p.act_id = a.id
              CROSS JOIN LATERAL (VALUES (p.source, -1), (p.target, 1)) m(account, sign)
              WHERE f.ref = '{firm}' GROUP BY 1, 2 HAVING sum(m.sign * p.net) <> 0 OR sum(m.sign * p.tax) <> 0
            ) d""")

    def ask(self, query: str) -> Any:
        """One value, by the database's administrator: sees every firm."""
        with psycopg.connect(self.server.url(place.ADMIN_ROLE), autocommit=True) as admin:
            row = admin.execute(query.encode()).fetchone()
        return row and row[0]

    def kill_database(self) -> None:
        """Kill -9 of PostgreSQL, and of nothing else."""
        os.kill(int((self.server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def ended(process: subprocess.Popen[str]) -> Ended:
    """What a process said before it ended."""
    assert process.stdout and process.stderr
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, out, err, usage.ru_maxrss / 1024)


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[str], patience: float = 60) -> None:
    """Until something shows while the process still runs."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"it ended before it could be killed: {ended(process)}")
        try:
            if ready():
                return
        except psycopg.Error:
            pass
        time.sleep(0.005)
    raise AssertionError("it never came so far")
