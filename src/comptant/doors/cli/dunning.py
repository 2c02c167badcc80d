"""What reminders are due and what is held back, and why; with --send, they go."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day
from comptant.doors.cli.tables import print_table
from comptant.ground.firms.models import Firm
from comptant.ground.web.days import plain_day
from comptant.ground.web.figures import amount
from comptant.journey.recovery.dunning import Item, planned, prepare_reminders
from comptant.journey.recovery.queries import prepared_reminders
from comptant.journey.recovery.sending import Sent, approve_reminders
from comptant.journey.recovery.words import channel_name, skip_reason

AMOUNTS = frozenset({3, 4, 5, 6})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day asked about, and whether to act."""
    parser.add_argument(
        "--as-of", type=day, metavar="DAY", help="what was or would be due on this day (default: today)"
    )
    parser.add_argument("--send", action="store_true", help="prepare what is due today and send all that waits")


def run(options: argparse.Namespace) -> int:
    """Answer, after sending when asked to."""
    if options.send and options.as_of:
        firms.misuse(_("--send works today: it does not go with --as-of."))
    with firms.ready(options) as firm:
        today = firms.today_of(firm)
        on = options.as_of or today
        firms.warn_ahead(firm, on)
        items = planned(firm, on)
        sent = _send(firm) if options.send else None
    if sent:
        _tell_sent(sent)
    if options.json:
        print(json.dumps({"items": [document(item) for item in items]}, ensure_ascii=False, indent=2))
        return 0
    show(firm, items, plain_day(on, get_language() or "en"))
    return 0


def document(item: Item) -> dict[str, Any]:
    """One invoice as docs/exchange.md promises it. ``interest`` is null while a rate is not known."""
    return {
        "invoice": item.number,
        "party": item.party_ref,
        "level": item.plan.level,
        "channel": item.plan.channel or None,
        "open": str(item.plan.amount),
        "days_late": item.plan.days_late,
        "interest": None if item.interest is None else str(item.interest),
        "indemnity": str(item.indemnity),
        "skip": item.plan.skip,
    }


def show(firm: Firm, items: list[Item], on: str) -> None:
    """Two tables: what is due, and what is held back, with the reason."""
    due = [item for item in items if item.plan.skip is None]
    held = [item for item in items if item.plan.skip is not None]
    print(_("{firm}: reminders due on {day}").format(firm=firm.name, day=on))
    headings = [_("Invoice"), _("Party"), _("Channel"), _("Level"), _("Days late"), _("Open"), _("Interest")]
    print_table(headings, [_row(firm, item) for item in due], AMOUNTS)
    if not due:
        print(_("None."))
    if held:
        print("\n" + _("Not reminded, and why"))
        print_table(
            [_("Invoice"), _("Party"), _("Reason"), _("Days late"), _("Open")],
            [
                (
                    item.number,
                    item.party,
                    skip_reason(item.plan.skip or ""),
                    str(item.plan.days_late),
                    _open(firm, item),
                )
                for item in held
            ],
            frozenset({3, 4}),
        )


def _row(firm: Firm, item: Item) -> tuple[str, ...]:
    language = get_language() or "en"
    interest = (
        _("to be completed")
        if item.interest is None
        else amount(item.interest, item.currency, language, firm.currency, cents=True)
    )
    return (
        item.number, item.party, channel_name(item.plan.channel), str(item.plan.level), str(item.plan.days_late),
        _open(firm, item), interest,
    )  # fmt: skip


def _open(firm: Firm, item: Item) -> str:
    return amount(item.plan.amount, item.currency, get_language() or "en", firm.currency, cents=True)


def _send(firm: Firm) -> Sent:
    now = datetime.now(UTC)
    at = firm.midnight(firm.fixed_today) if firm.fixed_today else now
    prepare_reminders(firm, firm.today(now))
    ids = [reminder.id for reminder in prepared_reminders(firm)]
    return approve_reminders(firm, ids, at=at, by=None)


def _tell_sent(sent: Sent) -> None:
    count = len(sent.letters)
    text = ngettext("{count} letter put in the outbox.", "{count} letters put in the outbox.", count)
    print(text.format(count=count), file=sys.stderr)
    for party in sent.without_address:
        print(_("{party} has no e-mail address: its reminders wait.").format(party=party), file=sys.stderr)
