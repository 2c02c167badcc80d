"""Where every euro stands at the end of a day, and what moved between two days."""

from __future__ import annotations

import argparse
import json

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day, instant, moment
from comptant.doors.cli.tables import print_table
from comptant.ground.firms.models import Firm
from comptant.ground.web.days import plain_day
from comptant.ground.web.figures import amount
from comptant.ground.web.words import state_name
from comptant.outlook.reports.queries import path
from comptant.outlook.reports.shapes import Path, path_documents

AMOUNTS = frozenset({1, 2, 3, 4})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The days asked about."""
    parser.add_argument(
        "--as-of", type=day, metavar="DAY", help="balances at the end of this day (default: the --to day, else today)"
    )
    parser.add_argument("--from", type=day, dest="since", metavar="DAY", help="first day of the flows (default: ever)")
    parser.add_argument("--to", type=day, dest="until", metavar="DAY", help="last day of the flows (default: --as-of)")
    parser.add_argument(
        "--known-at", type=moment, metavar="TIME", help="leave out what was recorded later than this day or instant"
    )


def run(options: argparse.Namespace) -> int:
    """Answer."""
    if options.since and options.until and options.since > options.until:
        firms.misuse(_("--from {since} comes after --to {until}.").format(since=options.since, until=options.until))
    with firms.ready(options) as firm:
        as_of = options.as_of or options.until or firms.today_of(firm)
        known_at = instant(firm, options.known_at)
        if options.since and not options.until and options.since > as_of:
            firms.misuse(_("--from {since} comes after {until}.").format(since=options.since, until=as_of))
        firms.warn_ahead(firm, max(as_of, options.until or as_of))
        paths = path(firm, as_of, options.since, options.until, known_at)
    if options.json:
        print(json.dumps(path_documents(paths), ensure_ascii=False, indent=2))
        return 0
    for number, one in enumerate(paths):
        print("\n" if number else "", end="")
        show(firm, one)
    return 0


def show(firm: Firm, found: Path) -> None:
    """The path in tables: accounts where anything stands, then what moved."""
    language = get_language() or "en"

    def said(value: object) -> str:
        return amount(value, found.currency, language, firm.currency, cents=True)  # type: ignore[arg-type]

    print(_("{firm}: where everything stands on {day}").format(firm=firm.name, day=plain_day(found.as_of, language)))
    headings = [_("Account"), _("Net"), _("Tax"), _("With tax"), _("Deals")]
    rows = [
        (state_name(one.account), said(one.net), said(one.tax), said(one.gross), str(one.deals or ""))
        for one in found.balances
        if one.net or one.tax or one.deals
    ]
    print_table(headings, [*rows, (_("Sum of all accounts"), "", "", said(found.total), "")], AMOUNTS)
    if not found.flows:
        return
    print("\n" + _period(found, language))
    print_table(
        [_("From and to"), *headings[1:]],
        [
            (
                f"{state_name(flow.source)} → {state_name(flow.target)}",
                said(flow.net), said(flow.tax), said(flow.net + flow.tax), str(flow.deals or ""),
            )
            for flow in found.flows
        ],
        AMOUNTS,
    )  # fmt: skip


def _period(found: Path, language: str) -> str:
    until = plain_day(found.until, language)
    if found.since is None:
        return _("What moved up to {until}").format(until=until)
    return _("What moved from {since} to {until}").format(since=plain_day(found.since, language), until=until)
