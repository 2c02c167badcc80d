"""The command itself: exit codes, plain words, and nothing shown of the inside."""

from __future__ import annotations

import json
from importlib.util import find_spec

import psycopg
import pytest

from comptant.doors.cli import main as door
from comptant.doors.cli import migrate
from comptant.ground.database.failures import Unable
from comptant.ground.refusals import Refusal


@pytest.fixture
def ending(monkeypatch, embedded):
    """Runs a command that ends as told; its exit code."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(migrate, "NEEDS", "nothing")
    monkeypatch.setattr(door, "_set_up", lambda: None)
    monkeypatch.setattr(door.signal, "signal", lambda *_: None)

    def run(end: BaseException | int, *words: str) -> int:
        def run(options: object) -> int:
            if isinstance(end, BaseException):
                raise end
            return end

        monkeypatch.setattr(migrate, "run", run)
        return door.main(["migrate", *words])

    return run


def test_done_and_no_are_the_commands_own_words(ending):
    assert (ending(0), ending(1)) == (0, 1)


def test_a_refusal_is_a_no_with_its_sentence(ending, capsys):
    assert ending(Refusal("not_open")) == 1
    assert "Traceback" not in (said := capsys.readouterr().err)
    assert said.startswith("comptant: ")


def test_what_the_system_cannot_is_three(ending, capsys):
    assert ending(Unable("disk_full", folder="/home/ada")) == 3
    assert "/home/ada" in capsys.readouterr().err
    assert ending(psycopg.OperationalError("the server closed the connection")) == 3
    assert "the server closed the connection" in capsys.readouterr().err


def test_a_bug_is_logged_whole_and_told_in_a_sentence(ending, capsys, caplog):
    assert ending(ZeroDivisionError("secret inside")) == 3
    said = capsys.readouterr().err
    assert "comptant.log" in said
    assert "secret inside" not in said
    assert "secret inside" in caplog.text


def test_json_stays_json_when_it_fails(ending, capsys):
    assert ending(Unable("database_gone", reason="gone"), "--json") == 3
    assert json.loads(capsys.readouterr().out)["code"] == "database_gone"


def test_an_interruption_is_no_failure(ending):
    assert ending(KeyboardInterrupt()) == 130


def test_misuse_is_two(capsys):
    assert door.main([]) == 2
    for words in (["sing"], ["migrate", "--loudly"]):
        with pytest.raises(SystemExit) as ended:
            door.main(words)
        assert ended.value.code == 2
    assert "no command is called 'sing'" in capsys.readouterr().err


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        door.main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(name in said for name in door.COMMANDS)


def test_every_command_is_there():
    missing = [name for name in door.COMMANDS if find_spec(door.module(name)) is None]
    assert missing == []


@pytest.mark.parametrize(
    ("said", "language"), [("fr_CA.UTF-8", "fr-ca"), ("fr_FR.UTF-8", "fr"), ("C", "en"), ("", "en")]
)
def test_it_speaks_the_terminals_language(monkeypatch, said, language):
    monkeypatch.setenv("LC_ALL", said)
    monkeypatch.setenv("LC_MESSAGES", "")
    monkeypatch.setenv("LANG", "")
    assert door._language() == language
