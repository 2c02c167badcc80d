"""The worker and the night send what waits; a mail server that is away stops neither."""

import argparse
import json
from datetime import UTC, datetime

import pytest

from comptant.doors.cli import nightly, work
from comptant.ground.database.failures import Unable
from comptant.ground.firms.models import Identity
from comptant.ground.mail.actions import put
from tests.mailing import free_port
from tests.world import MONDAY, atelier_lune

LONG_AGO = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def house(db):
    house = atelier_lune()
    with house.open():
        Identity.objects.create(firm=house.firm, email="compta@lune.example")
        put(
            house.firm,
            to="paul@verger.example",
            subject="Facture",
            text="Bonjour",
            kind="invoice",
            key="F-1",
            at=LONG_AGO,
        )
    return house


def test_the_worker_sends_within_seconds(house, post_office):
    assert work.SOON <= work.send_once() <= work.LATER
    assert len(post_office.letters) == 1
    work.send_once()
    assert len(post_office.letters) == 1


def test_the_worker_waits_a_minute_for_a_server_that_is_away(house, settings, caplog):
    settings.SMTP_URL = f"smtp://ada:secret@127.0.0.1:{free_port()}"
    assert work.send_once() == work.LATER
    assert "mail_server_away" in caplog.text and "secret" not in caplog.text


def options(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--firm")
    nightly.add_arguments(parser)
    return parser.parse_args(words)


def test_the_night_sends_and_says_how_many(house, post_office, capsys):
    assert nightly.run(options("--json")) == 0
    assert json.loads(capsys.readouterr().out)["firms"][0]["letters"] == 1 == len(post_office.letters)


def test_the_clock_has_run_even_when_no_letter_leaves(house, settings, capsys):
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    with pytest.raises(Unable, match="mail_server_away"):
        nightly.run(options("--json"))
    with house.open():
        house.firm.refresh_from_db()
    assert house.firm.clock_on > MONDAY and capsys.readouterr().out == ""
