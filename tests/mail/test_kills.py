"""kill -9 of whoever sends, again and again: every letter arrives, and one that comes twice is the same letter."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from comptant.ground.database.embedded import Embedded
from tests.faults.home import Home, ended, wait_until
from tests.mailing import PostOffice

WRITE = """
import sys
from datetime import UTC, date, datetime
import django
django.setup()
from comptant.doors.cli import readiness
from comptant.ground.database.scope import firm_scope
from comptant.ground.documents.actions import keep
from comptant.ground.firms.actions import found_firm
from comptant.ground.firms.models import Identity
from comptant.ground.mail.actions import put
from comptant.journey.pipeline.actions import lay_stages
at = datetime(2026, 3, 2, 12, tzinfo=UTC)
with readiness.database():
    readiness.ensure_tables()
    firm = found_firm(sys.argv[1], today=date(2026, 3, 2))
    with firm_scope(firm.id):
        lay_stages(firm)
        Identity.objects.create(firm=firm, email="compta@lune.example")
        page = keep(firm, "F.pdf", "application/pdf", bytes(20_000), at=at)
        for n in range(int(sys.argv[2])):
            put(firm, to=f"c{n}@verger.example", subject=f"Facture {n}", text="Bonjour", kind="invoice", key=f"F-{n}",
                at=at, attachments=[page])
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="comptant-mail-", dir="/tmp"))
    with Embedded(folder):
        yield Home(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("letters", "kills", "victim"),
    [
        (60, 3, "process"),
        (60, 1, "database"),
        pytest.param(500, 12, "process", marks=pytest.mark.soak),
        pytest.param(500, 3, "database", marks=pytest.mark.soak),
    ],
)
def test_every_letter_arrives_whoever_is_killed(
    home: Home, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, letters: int, kills: int, victim: str
) -> None:
    firm = f"{victim}-{letters}"
    monkeypatch.setenv("COMPTANT_SMTP_URL", post_office.url)
    monkeypatch.setenv("COMPTANT_MAIL_PER_MINUTE", "100000")
    written = home.run(firm, str(letters), script=WRITE)
    assert written.code == 0, written.err
    post_office.seconds = 0.01
    for nth in range(1, kills + 1):
        process, come = home.start("nightly", "--firm", firm), nth * letters // (kills + 1)
        wait_until(lambda come=come: len(post_office.letters) >= come, process)  # type: ignore[misc]
        if victim == "process":
            os.kill(process.pid, signal.SIGKILL)
        else:
            home.kill_database()
        died = ended(process)
        assert died.code == (-signal.SIGKILL if victim == "process" else 3), died.err
    done = home.run("nightly", "--firm", firm, "--json")
    assert done.code == 0, done.err
    came = Counter(str(letter["Message-ID"]) for letter in post_office.letters)
    twice = [message_id for message_id, times in came.items() if times > 1]
    assert len(came) == letters, "a letter was lost"
    assert len(twice) <= kills and all(came[message_id] == 2 for message_id in twice)
    assert {str(letter["Subject"]) for letter in post_office.letters} == {f"Facture {n}" for n in range(letters)}
    states = home.ask(
        f"SELECT json_object_agg(state, n) FROM (SELECT m.state, count(*) AS n FROM mail_message m"
        f" JOIN firms_firm f ON f.id = m.firm_id WHERE f.ref = '{firm}' GROUP BY 1) s"
    )
    assert states == {"left": letters}
    said = home.run("doctor", "--json", "--firm", firm)
    assert said.code == 0, [check for check in said.document["checks"] if not check["ok"]]
