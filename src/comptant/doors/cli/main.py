"""The command ``comptant``: finds the command, gets ready what it needs, tells how it ended.

Exit codes: 0 done; 1 the answer is no; 2 misuse; 3 the system could not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import NoReturn

from comptant import __version__
from comptant.doors.cli.misuse import MISUSE, Misused, Parser

COMMANDS: dict[str, str] = {
    "serve": "start Comptant: database, pages and nightly work, until Ctrl-C",
    "demo": "create the demonstration firm",
    "import": "bring in parties, deals, events, invoices or payments from a file",
    "bank": "bring in statements, match their lines with invoices",
    "invoice": "show an invoice, or issue one on a deal",
    "firm": "who the firm is on its documents: show or set",
    "member": "invite people, list them, change a role, let someone leave",
    "token": "make, list and revoke tokens of the API",
    "nightly": "do what time does: stalls, wake-ups, due dates",
    "path": "where every euro stands, and what moved between two days",
    "pipeline": "deals in hand, what stalled and why",
    "dunning": "what reminders are due, and what is held back, why",
    "doctor": "prove the journal: fold it and compare every cent",
    "work": "do the nightly work again and again (serve starts it)",
    "migrate": "bring the database's tables to this version",
    "backup": "keep everything in one file",
    "restore": "bring a backup back into an empty database, and prove it",
    "bootstrap": "make the roles and the database on a managed PostgreSQL",
}
"""Each is a module of this package, under the same name (``import``: ``importing``)."""

MODULES = {"import": "importing", "firm": "identity"}
DONE, NO, COULD_NOT = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] not in COMMANDS:
        with _told_plainly("--json" in words):
            return _no_command(words)
    signal.signal(signal.SIGTERM, _stop)
    with _told_plainly("--json" in words) as outcome:
        _set_up()
        command = importlib.import_module(module(words[0]))
        options = _parser(words[0], command).parse_args(words[1:])
        with _ready(getattr(command, "NEEDS", "tables")):
            outcome.code = command.run(options)
    return outcome.code


def module(name: str) -> str:
    """The module of a command."""
    return f"comptant.doors.cli.{MODULES.get(name, name)}"


class Outcome:
    """How a command ended."""

    code = DONE


def _no_command(words: list[str]) -> int:
    """Help, the version, or what the person may have meant."""
    parser = Parser(
        prog="comptant",
        usage="comptant COMMAND [options]",
        description="Comptant follows every client from prospect to cash.",
        epilog="Commands:\n"
        + "".join(f"  {name:<12}{summary}\n" for name, summary in COMMANDS.items())
        + "\nEach command has its own --help. COMPTANT_HOME names the data folder.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"comptant {__version__}")
    if not words:
        parser.print_help(sys.stderr)
        return MISUSE
    parser.parse_known_args(words[:1])
    return parser.error(f"no command is called {words[0]!r}; there are {', '.join(COMMANDS)}")


def _parser(name: str, command: ModuleType) -> argparse.ArgumentParser:
    parser = Parser(prog=f"comptant {name}", description=command.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")
    parser.add_argument("--firm", metavar="REF", help="the firm; by default the only one that is not the demonstration")
    command.add_arguments(parser)
    return parser


def _set_up() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    from comptant.ground.database.failures import Unable

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptant.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Unable("settings_refused", reason=str(error)) from error
    from django.utils import translation

    translation.activate(_language())


def _language() -> str:
    """The terminal's language: French of France or Québec, else English."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if said.startswith("fr_CA"):
        return "fr-ca"
    return "fr" if said.startswith("fr") else "en"


@contextmanager
def _ready(needs: str) -> Iterator[None]:
    """What a command needs, for as long as it runs."""
    if needs == "nothing":
        yield
        return
    from comptant.doors.cli import readiness

    with readiness.database():
        if needs == "tables":
            readiness.ensure_tables()
        yield


@contextmanager
def _told_plainly(as_json: bool) -> Iterator[Outcome]:
    """Whatever stops a command becomes a sentence and an exit code; a bug is written to the log, whole."""
    outcome = Outcome()
    try:
        yield outcome
        sys.stdout.flush()
    except KeyboardInterrupt:
        outcome.code = 130
    except Misused as misused:
        _tell_refused(as_json, "misuse", misused.sentence)
        raise
    except BrokenPipeError:
        # Whoever read our output has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("COMPTANT_DEBUG") == "1":
            raise
        outcome.code, code, sentence = _explain(error)
        print(f"comptant: {sentence}", file=sys.stderr)
        _tell_refused(as_json, code, sentence)


def _tell_refused(as_json: bool, code: str, sentence: str) -> None:
    if as_json:
        print(json.dumps({"ok": False, "code": code, "message": sentence}, ensure_ascii=False))


def _explain(error: Exception) -> tuple[int, str, str]:
    """Exit code, stable code and sentence of what went wrong."""
    import psycopg
    from django.db import DatabaseError, InterfaceError, OperationalError

    from comptant.doors.cli.words import failure
    from comptant.ground.database.failures import Unable
    from comptant.ground.database.place import home_folder
    from comptant.ground.refusals import Refusal
    from comptant.ground.web.sentences import sentence

    if isinstance(error, Refusal):
        return NO, error.code, sentence(error.code, error.facts)
    if isinstance(error, Unable):
        return COULD_NOT, error.code, failure(error.code, error.facts)
    logging.getLogger("comptant.cli").error("command failed", exc_info=error)
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(cause, psycopg.errors.DiskFull):
        return COULD_NOT, "disk_full", failure("disk_full", {"folder": home_folder()})
    if isinstance(error, OperationalError | InterfaceError | psycopg.OperationalError):
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return COULD_NOT, "database_gone", failure("database_gone", {"reason": reason})
    log = home_folder() / "logs" / "comptant.log"
    return COULD_NOT, "unexpected", failure("unexpected", {"log": log})


def _stop(number: int, frame: object) -> NoReturn:
    """SIGTERM leaves by the door: what was begun is rolled back, the database is stopped or left to the others."""
    raise KeyboardInterrupt
