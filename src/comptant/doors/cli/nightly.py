"""Do what time does, up to today: stalls, wake-ups, due dates; then send what waits. May run twice."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day
from comptant.doors.nightly import catch_up, remind
from comptant.ground.firms.models import Firm
from comptant.ground.firms.queries import OPERATOR, memberships_of
from comptant.ground.mail.sending import send_waiting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How far."""
    parser.add_argument("--as-of", type=day, metavar="DAY", help="stop at the end of this day (default: today)")


def run(options: argparse.Namespace) -> int:
    """Every firm of this installation, or the one named by --firm."""
    chosen = [firms.chosen_firm(options)] if options.firm else memberships_of(OPERATOR)
    opened = [firms.opened(membership) for membership in chosen]
    for firm in opened:
        if options.as_of and not firm.fixed_today and options.as_of > firms.today_of(firm):
            firms.misuse(_("The clock never runs ahead: {day} is after today.").format(day=options.as_of))
    done = [_run(firm, options) for firm in opened]
    # After every clock: what they posted stays, even when the mail server takes nothing.
    for firm, told in zip(opened, done, strict=True):
        told["letters"] = _send(firm, options)
    if options.json:
        print(json.dumps({"firms": done}, ensure_ascii=False, indent=2))
    return 0


def _run(firm: Firm, options: argparse.Namespace) -> dict[str, str | int | None]:
    def told(reached: date, crossings: int) -> None:
        print(f"{firm.ref}: {reached}, {crossings}", file=sys.stderr)

    until = options.as_of or firms.today_of(firm)
    crossings = catch_up(firm, until, told)
    if not options.json:
        print(
            _("{firm}: the clock stands at {day}; {crossings} crossings posted.").format(
                firm=firm.name, day=firm.clock_on, crossings=crossings
            )
        )
    prepared, _letters = remind(firm, min(until, firms.today_of(firm)), datetime.now(UTC))
    if prepared and not options.json:
        print(_("{firm}: {reminders} reminders prepared.").format(firm=firm.name, reminders=prepared))
    return {
        "firm": firm.ref,
        "clock_on": firm.clock_on.isoformat() if firm.clock_on else None,
        "crossings": crossings,
        "reminders": prepared,
    }


def _send(firm: Firm, options: argparse.Namespace) -> int:
    letters = send_waiting(firm, now=datetime.now(UTC), limit=10_000)
    if letters and not options.json:
        print(_("{firm}: {letters} letters left.").format(firm=firm.name, letters=letters))
    return letters
