"""Thirteen weeks as a page draws them: bars by state, a table behind, and beside them what has no date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comptant.doors.web.screen import Screen
from comptant.ground.web import words
from comptant.outlook.today.rules import ZERO, Known, Week, weeks_of

STATES = ("invoiced", "overdue", "billable", "signed", "disputed", "doubtful")
"""From the surest, at the bottom of a bar, up."""
HEIGHT = 168
SLOT, BAR = 10, 8
"""Widths of a week and of its bar; the drawing stretches them alike."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a week's bar."""

    state: str
    x: int
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A line of the table, and a word of the axis."""

    name: str
    short: str
    days: str
    cells: list[str]
    total: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What is due without a date: a state and its face value."""

    state: SafeString
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class WeeksView:
    """Everything ``today/_weeks.html`` writes."""

    bars: list[Bar]
    rows: list[WeekRow]
    states: list[SafeString]
    beside: list[Beside]
    total: str
    total_beside: str
    until: str
    told: str
    height: int = HEIGHT
    width: int = 13 * SLOT
    is_empty: bool = False


def weeks_view(known: Iterable[Known], screen: Screen, currency: str = "") -> WeeksView:
    """The thirteen weeks from this one on, in one currency, tax included."""
    money = currency or screen.home
    weeks, beside = weeks_of(known, screen.today, money)
    states = [state for state in STATES if any(state in week.by_state for week in weeks)]
    total = sum((week.total for week in weeks), ZERO)
    last = weeks[-1].monday + timedelta(days=6)
    return WeeksView(
        _bars(weeks),
        [_row(week, states, screen, money, is_first=n == 0) for n, week in enumerate(weeks)],
        [words.state_label(state) for state in states],
        _beside(beside, screen, money),
        screen.amount(total, money, cents=False),
        screen.amount(sum(beside.values(), ZERO), money, cents=False),
        screen.plain(last),
        _told(weeks, screen, money),
        is_empty=not total,
    )


def _bars(weeks: Sequence[Week]) -> list[Bar]:
    tallest = max((week.total for week in weeks), default=ZERO)
    bars = []
    for n, week in enumerate(weeks):
        top = Decimal(HEIGHT)
        for state in STATES:
            part = week.by_state.get(state, ZERO)
            if part and tallest:
                height = part * (HEIGHT - 8) / tallest
                top -= height
                bars.append(Bar(state, n * SLOT + (SLOT - BAR) // 2, f"{top:.1f}", f"{height:.1f}"))
    return bars


def week_name(monday: date) -> tuple[str, str]:
    """How a week is called in a table and on an axis, by its ISO number."""
    number = monday.isocalendar().week
    return _("W{number}").format(number=number), str(number)


def axis_name(monday: date, is_first: bool) -> str:
    """On the axis a number is enough, but at its beginning and where a year begins."""
    name, number = week_name(monday)
    return name if is_first or number == "1" else number


def _row(week: Week, states: Sequence[str], screen: Screen, currency: str, *, is_first: bool) -> WeekRow:
    return WeekRow(
        week_name(week.monday)[0], axis_name(week.monday, is_first),
        _("{first} to {last}").format(
            first=screen.short(week.monday), last=screen.short(week.monday + timedelta(days=6))
        ),
        [_cell(week.by_state.get(state, ZERO), screen, currency) for state in states],
        _cell(week.total, screen, currency),
    )  # fmt: skip


def _cell(value: Decimal, screen: Screen, currency: str) -> str:
    return screen.amount(value, currency, cents=False) if value else ""


def _beside(beside: Mapping[str, Decimal], screen: Screen, currency: str) -> list[Beside]:
    return [
        Beside(words.state_label(state), state, screen.amount(beside[state], currency, cents=False))
        for state in STATES
        if beside.get(state)
    ]


def _told(weeks: Sequence[Week], screen: Screen, currency: str) -> str:
    """The drawing in a sentence."""
    highest = max(weeks, key=lambda week: week.total)
    if not highest.total:
        return _("Nothing is known to be due in the next thirteen weeks.")
    return _("Due in the next thirteen weeks: {total}, most of it in {week}: {amount}. Details in the table.").format(
        total=screen.whole(sum((week.total for week in weeks), ZERO), currency),
        week=week_name(highest.monday)[0],
        amount=screen.whole(highest.total, currency),
    )
