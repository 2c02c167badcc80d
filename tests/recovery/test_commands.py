"""``comptant dunning``: what docs/json.md promises, and honest exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from comptant.doors.cli import dunning
from comptant.doors.cli.main import main
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from tests.recovery.late import invoiced, tell
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
DUE = date(2026, 5, 31)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(dunning.firms, "today_of", lambda firm: date(2026, 6, 24))
    made = atelier_lune(today=date(2026, 6, 24))
    with made.open():
        Party.objects.filter(ref="mercure").update(email="compta@mercure.example")
        invoiced(made, due_on=DUE)
        contested = invoiced(made, "F-2", "600.00", DUE)
        tell(made, contested, "disputed", date(2026, 6, 2), amount="600.00", dispute="", category="price")
    yield made


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["dunning", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_the_document_is_the_one_that_is_promised(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "--as-of", "2026-06-24") == {
        "items": [
            {
                "invoice": "F-1", "party": "mercure", "level": 2, "channel": "email", "open": "12000.00",
                "days_late": 24, "interest": "95.87", "indemnity": "40.00", "skip": None,
            },
            {
                "invoice": "F-2", "party": "mercure", "level": 2, "channel": "email", "open": "600.00",
                "days_late": 24, "interest": "0.00", "indemnity": "0.00", "skip": "disputed",
            },
        ]
    }  # fmt: skip


def test_a_past_day_is_told_as_it_was(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    skips = [item["skip"] for item in asked(capsys, "--as-of", "2026-06-01")["items"]]
    assert skips == ["not_due", "not_due"]


def test_people_are_told_why(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dunning", "--as-of", "2026-06-24"]) == 0
    out = capsys.readouterr().out
    assert "F-1" in out
    assert "disput" in out or "litige" in out


def test_sending_is_for_today(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dunning", "--send", "--as-of", "2026-06-24"])
    assert ended.value.code == 2


def test_send_puts_letters_in_the_outbox_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["dunning", "--send", "--json"]) == 0
    with house.open():
        assert Message.objects.filter(kind="reminder").count() == 1
