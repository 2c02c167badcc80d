"""Deals in hand at the end of a day: what moves, what stalled and why; conversion, cycle time, portfolio."""

from __future__ import annotations

import argparse
import json
from datetime import date

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day, instant, moment
from comptant.doors.cli.tables import print_table
from comptant.ground.firms.models import Firm
from comptant.ground.web.days import plain_day, short_day
from comptant.ground.web.figures import amount
from comptant.ground.web.words import state_name
from comptant.journey.pipeline.models import Stage
from comptant.outlook.reports.queries import pipeline
from comptant.outlook.reports.shapes import Conversion, CycleDays, DealLine, Pipeline, Portfolio, pipeline_documents

SHOWN = 40
"""Deals a person is shown; --all and --json give every one."""

RULES = {"silence": gettext_lazy("silence"), "decision_date": gettext_lazy("decision date passed")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day asked about."""
    parser.add_argument("--as-of", type=day, metavar="DAY", help="as the journal says of this day (default: today)")
    parser.add_argument(
        "--known-at", type=moment, metavar="TIME", help="leave out what was recorded later than this day or instant"
    )
    parser.add_argument("--all", action="store_true", help=f"show every deal, not only the {SHOWN} largest")


def run(options: argparse.Namespace) -> int:
    """Answer."""
    with firms.ready(options) as firm:
        as_of = options.as_of or firms.today_of(firm)
        firms.warn_ahead(firm, as_of)
        found = pipeline(firm, as_of, instant(firm, options.known_at))
        stages = dict(Stage.objects.filter(firm=firm).values_list("key", "name"))
    if options.json:
        print(json.dumps(pipeline_documents(found), ensure_ascii=False, indent=2))
        return 0
    for number, one in enumerate(found):
        print("\n" if number else "", end="")
        show(firm, one, stages, None if options.all else SHOWN)
    return 0


def show(firm: Firm, found: Pipeline, stages: dict[str, str], limit: int | None) -> None:
    """The report in a table and a few sentences."""
    language = get_language() or "en"

    def said(value: object) -> str:
        return amount(value, found.currency, language, firm.currency, cents=True)  # type: ignore[arg-type]

    print(_("{firm}: the pipeline on {day}").format(firm=firm.name, day=plain_day(found.as_of, language)))
    for account, value in (("hoped", found.value), ("stalled", found.stalled), ("waiting", found.waiting)):
        print(f"  {state_name(account)}: {said(value)}")
    headings = [_("Deal"), _("State"), _("Stage"), _("Net"), _("Silent"), _("Allowed"), _("Why, until when")]
    print_table(
        headings,
        [
            (
                line.ref, state_name(line.account), stages.get(line.stage, line.stage), said(line.net),
                str(line.days_silent), str(line.threshold_days), _why(line, language, found.as_of),
            )
            for line in found.deals[:limit]
        ],
        frozenset({3, 4, 5}),
    )  # fmt: skip
    hidden = len(found.deals) - len(found.deals[:limit])
    if hidden:
        text = ngettext("and {n} smaller deal: --all shows it", "and {n} smaller deals: --all shows them", hidden)
        print(text.format(n=hidden))
    for sentence in (_conversion(found.conversion), _cycle(found.cycle_days), *_portfolio(found.portfolio, language)):
        print(sentence)


def _why(line: DealLine, language: str, as_of: date) -> str:
    if line.stall_rule and line.stalled_since:
        since = short_day(line.stalled_since, language, as_of)
        return _("{rule}, since {day}").format(rule=RULES[line.stall_rule], day=since)
    if line.wake_on:
        return _("wakes on {day}").format(day=short_day(line.wake_on, language, as_of))
    return _("decision on {day}").format(day=short_day(line.decision_on, language, as_of)) if line.decision_on else ""


def _conversion(found: Conversion) -> str:
    """Never a bare ratio."""
    counts = _("{won} won, {lost} lost, {vanished} vanished, {open} still open").format(
        won=found.won, lost=found.lost, vanished=found.vanished, open=found.open
    )
    if found.rate is None or found.low is None or found.high is None:
        return _("Conversion over twelve months: {counts}; no rate yet.").format(counts=counts)
    return _("Conversion over twelve months: {counts}; {rate} % (80 % interval: {low} to {high} %).").format(
        counts=counts, rate=_percent(found.rate), low=_percent(found.low), high=_percent(found.high)
    )


def _cycle(found: CycleDays) -> str:
    sentence = _("Days from opened to signed: median {median}, quartiles {q1} and {q3}; raw median {raw}.").format(
        median=_days(found.median), q1=_days(found.q1), q3=_days(found.q3), raw=_days(found.raw_median)
    )
    if not found.left_out:
        return sentence
    left_out = ngettext(
        "{n} deal came in closed and counts in the raw median only.",
        "{n} deals came in closed and count in the raw median only.",
        found.left_out,
    )
    return f"{sentence} {left_out.format(n=found.left_out)}"


def _portfolio(found: Portfolio, language: str) -> list[str]:
    rate = _("at the usual rate of one in ten") if found.is_usual_rate else _("at your rate")
    enough = _(
        "For {goal} signatures by {day}: {needed} live prospects needed {rate}; {live} live, {missing} missing."
    ).format(
        goal=found.goal,
        day=plain_day(found.by, language),
        needed=found.needed,
        rate=rate,
        live=found.live,
        missing=found.missing,
    )
    chance = _("Chance of at least one signature: {chance} %.").format(chance=_percent(found.p_at_least_one))
    sentences = [enough, chance]
    if found.live == 1:
        sentences.append(_("Only one prospect is live."))
    elif found.largest_share is not None and found.largest_share > 0.5:
        share = _percent(found.largest_share)
        sentences.append(_("One prospect holds {share} % of what is hoped for.").format(share=share))
    return sentences


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f}"


def _days(days: int | None) -> str:
    """A quantile not reached is a dash."""
    return "—" if days is None else str(days)
