"""Our own letters to members: their actions of the day each morning, all their firms on Mondays.

Source: design, section 6 (19) and section 12; mail-digest.html, mail-lundi.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.screen import Screen
from comptant.doors.web.today.act_lines import line_of
from comptant.doors.web.today.acts_of import LISTED, Day
from comptant.doors.web.today.firms_page import FirmDay, home_of, row_of, sums
from comptant.doors.web.today.today_page import beside, in_words, more, title
from comptant.ground.firms.models import Firm
from comptant.ground.mail.letters import Link, Row, render_letter
from comptant.ground.web.typography import typo


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready for the outbox."""

    subject: str
    text: str
    html: str


def digest(day: Day, firm: Firm, today: date, language: str) -> Letter:
    """The member's actions of the day, the first ones, with what is at stake."""
    with translation.override(language):
        screen = Screen(language, firm.currency, today, firm.ref)
        subject = typo(title(day, screen), language)
        lines = [line_of(act, screen) for act in day.acts[:LISTED]]
        rows = [Row(line.phrase, line.amount, note=line.reason, unit=line.unit) for line in lines]
        opening = f"{screen.long(today)}. {beside(day, screen)}".strip()
        text, html = render_letter(
            subject=subject, language=language, heading=subject, rows=rows,
            paragraphs=[typo(opening[:1].upper() + opening[1:], language)],
            after=[one for one in [more(len(day.acts) - LISTED, screen)] if one],
            links=[Link(_("Open Today"), settings.BASE_URL + reverse("start", args=[firm.ref]))],
            foot=typo(_("Each working morning, only if there is something to do. Today has the switch."), language),
        )  # fmt: skip
    return Letter(subject, text, html)


def monday(days: Sequence[FirmDay], today: date, language: str) -> Letter:
    """What needs them in each firm, then the three amounts by currency."""
    with translation.override(language):
        needing = [one for one in days if one.needs_me]
        subject = typo(_needing(len(needing), language), language)
        text, html = render_letter(
            subject=subject, language=language, heading=subject,
            paragraphs=[typo(_opening(days, len(needing), today, language), language)],
            rows=[_row(one, language, home_of(days)) for one in needing],
            links=[Link(_("Open my firms"), settings.BASE_URL + reverse("firms"))],
            foot=typo(_("One e-mail for all your firms, on Monday mornings. The page of your firms has the switch."),
                      language),
        )  # fmt: skip
    return Letter(subject, text, html)


def _needing(count: int, language: str) -> str:
    if not count:
        return _("No firm needs you")
    said = ngettext("{count} firm needs you", "{count} firms need you", count).format(
        count=in_words(count, Screen(language, "", date.min))
    )
    return said[:1].upper() + said[1:]


def _opening(days: Sequence[FirmDay], needing: int, today: date, language: str) -> str:
    day, quiet = Screen(language, "", today).long(today), len(days) - needing
    said = [f"{day[:1].upper()}{day[1:]}."]
    if quiet:
        number = in_words(quiet, Screen(language, "", today))
        said.append(
            ngettext("{count} has nothing waiting.", "{count} have nothing waiting.", quiet)
            .format(count=number[:1].upper() + number[1:])
        )  # fmt: skip
    for row in sums(days, language, home_of(days)):
        told = [_("{state}: {amount}").format(state=name, amount=amount) for name, amount in row["amounts"] if amount]
        if told:
            said.append(f"{'. '.join(told)} ({_('inc VAT')}).")
    return " ".join(said)


def _row(one: FirmDay, language: str, home: str) -> Row:
    row = row_of(one, language, home)
    state, amount = next(((name, amount) for name, amount in row.amounts if amount), ("", ""))
    return Row(row.name, amount, note=row.first.phrase if row.first else "", unit=state.lower())
