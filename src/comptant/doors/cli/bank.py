"""Bring in bank statements and match their lines with invoices.

comptant bank import FILE [--account A] [--mapping M.toml]   camt.053, camt.054 or CSV
comptant bank match [--confirm LINE=NUMBER[,NUMBER]]         what is sure is posted, the rest is shown
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.tables import print_table
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.refusals import Refusal
from comptant.ground.web.days import plain_day
from comptant.ground.web.figures import amount
from comptant.journey.payments.bank import Imported, choice_of, confirm, import_statement, match_in_steps
from comptant.journey.payments.match import LineProposals, chosen_for, lines_of
from comptant.journey.payments.models import BankLine
from comptant.journey.payments.words import reason

AMOUNTS = frozenset({1, 4})
BEGINNING = re.compile(r"[0-9a-f-]{1,36}", re.ASCII)
"""What an id may begin with."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with what."""
    does = parser.add_subparsers(dest="does", metavar="WHAT", required=True)
    taking = does.add_parser("import", help="bring in a statement")
    taking.add_argument("file", metavar="FILE", help="a statement: camt.053, camt.054 or CSV")
    taking.add_argument("--account", metavar="A", help="the account, by IBAN or name, where the file does not say it")
    taking.add_argument("--mapping", metavar="M", help="a TOML file that says how the bank writes its CSV")
    matching = does.add_parser("match", help="match the lines that wait with open invoices")
    matching.add_argument(
        "--confirm",
        metavar="LINE=NUMBER[,NUMBER]",
        action="append",
        default=[],
        help="say which invoices a line pays; what they cannot take is held for the client",
    )
    for sub in (taking, matching):
        # Said after the word as well as before it; what was said before stays when it is not said again.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--firm", metavar="REF", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Do it and tell."""
    return _import(options) if options.does == "import" else _match(options)


def _import(options: argparse.Namespace) -> int:
    content, mapping = _read(options.file), _mapping(options.mapping)
    with firms.ready(options) as firm:
        imported = import_statement(
            firm, content, Path(options.file).name, account=options.account, mapping=mapping, at=datetime.now(UTC),
            by=None,
        )  # fmt: skip
        if options.json:
            print(json.dumps(_document(imported), ensure_ascii=False, indent=2))
        else:
            _tell(imported)
    return 0


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        firms.misuse(_("The file “{name}” cannot be opened: {reason}.").format(name=file, reason=error.strerror))


def _mapping(file: str | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        return tomllib.loads(_read(file).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        firms.misuse(_("The mapping “{name}” is not valid TOML: {reason}").format(name=file, reason=error))


def _document(imported: Imported) -> dict[str, Any]:
    """As JSON: what became of each statement of the file."""
    return {
        "known": imported.is_known,
        "added": imported.added,
        "statements": [
            {
                "account": one.statement.account.ref,
                "from": _iso(one.statement.first_on),
                "to": _iso(one.statement.last_on),
                "opening": _plain(one.statement.opening),
                "closing": _plain(one.statement.closing),
                "lines_added": one.added,
                "lines_known": one.known,
                "follows": one.follows,
            }
            for one in imported.statements
        ],
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _tell(imported: Imported) -> None:
    if imported.is_known:
        print(_("This very file is here already: nothing changed."))
        return
    for one in imported.statements:
        added = ngettext("{count} line is new", "{count} lines are new", one.added).format(count=one.added)
        known = ngettext("{count} was here", "{count} were here", one.known).format(count=one.known)
        print(f"{one.statement.account}: {added}, {known}.")
        if not one.follows:
            sentence = _("{account}: a statement is missing before this one, the balances do not follow each other.")
            print(f"comptant: {sentence.format(account=one.statement.account)}", file=sys.stderr)


def _match(options: argparse.Namespace) -> int:
    chosen = [_said(one) for one in options.confirm]
    firm = firms.opened(firms.chosen_firm(options))
    firms.brought_up_to_date(firm)
    now = datetime.now(UTC)
    with firm_scope(firm.id):
        found = [_confirm(firm, line, numbers, now) for line, numbers in chosen]
    found = found or match_in_steps(firm, now=now)
    if options.json:
        print(json.dumps({"lines": list(lines_of(found))}, ensure_ascii=False, indent=2))
    else:
        _show(firm, found, len(chosen))
    return 0


def _said(text: str) -> tuple[str, list[str]]:
    line, equals, numbers = text.partition("=")
    said = [number.strip() for number in numbers.split(",") if number.strip()]
    if not (line and equals and said):
        firms.misuse(_("“{text}” is not written LINE=NUMBER or LINE=NUMBER,NUMBER.").format(text=text))
    return line.strip(), said


def _confirm(firm: Firm, said: str, numbers: Sequence[str], now: datetime) -> LineProposals:
    """What was chosen for a line, done."""
    line = _line(firm, said)
    if line is None:
        raise Refusal("no_such_line", line=said)
    choice = choice_of(firm, line, numbers)
    confirm(line, choice, at=now, by=None)
    return chosen_for(firm, line, choice)


def _line(firm: Firm, said: str) -> BankLine | None:
    """The line by its id, or by the beginning of it that no other line shares."""
    rows = BankLine.objects.filter(firm=firm)
    try:
        found: list[BankLine] = list(rows.filter(id=UUID(said)))
    except ValueError:
        if not BEGINNING.fullmatch(said.lower()):
            return None
        found = list(rows.extra(where=["id::text LIKE %s"], params=[f"{said.lower()}%"])[:2])
    return found[0] if len(found) == 1 else None


def _show(firm: Firm, found: Sequence[LineProposals], confirmed: int) -> None:
    """The lines in a table, the surest proposal of each."""
    language = get_language() or "en"
    if confirmed:
        print(ngettext("{count} line confirmed.", "{count} lines confirmed.", confirmed).format(count=confirmed))
        return
    posted = sum(one.is_posted for one in found)
    print(
        ngettext("{count} line posted by itself.", "{count} lines posted by themselves.", posted).format(count=posted)
    )
    rows = []
    for one in found:
        line = one.line
        first = one.proposals[0] if one.proposals else None
        if not one.is_posted:
            rows.append(
                (
                    plain_day(line.booked_on, language),
                    amount(line.amount, line.currency, language, firm.currency, cents=True),
                    line.label[:40],
                    ", ".join(first.numbers) if first else "",
                    f"{first.confidence * 100:.1f} %" if first else "",
                    ", ".join(reason(why) for why in first.why) if first else _("nothing known"),
                    str(line.id),
                )
            )
    if rows:
        headings = [_("Day"), _("Amount"), _("Label"), _("Invoice"), _("Sure"), _("Why"), _("Line")]
        print_table(headings, rows, AMOUNTS)
