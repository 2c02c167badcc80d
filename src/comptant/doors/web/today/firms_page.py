"""``/firms/``: one row a firm of this login: what needs them, late, disputed, doubtful, and the first thing to do.

Each firm is read in a scope of its own; currencies are never added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from comptant.doors.web import figures_of
from comptant.doors.web.path_view import Stock
from comptant.doors.web.screen import Screen
from comptant.doors.web.today.act_lines import ActLine, line_of
from comptant.doors.web.today.acts_of import Day, day_of
from comptant.doors.web.today.today_page import in_words
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms import queries
from comptant.ground.firms.models import Member, Role, User
from comptant.ground.journal.freshness import version
from comptant.ground.web import words
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import VisitorRequest
from comptant.ground.web.roles import READING, has_role
from comptant.ground.web.typography import typo

IN_DANGER = ("overdue", "disputed", "doubtful")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FirmDay:
    """A firm as one of its members sees it today. ``day`` is None for who may not read its figures."""

    member: Member
    today: date
    day: Day | None
    gross: dict[str, Decimal]
    """Tax included, by state, in the firm's currency."""

    @property
    def needs_me(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.day and self.day.acts)


def firm_days(members: Iterable[Member], now: datetime) -> list[FirmDay]:
    """Each member's firm, read in its own scope: who has most at stake first, examples last."""
    found = [_firm_day(member, now) for member in members]
    return sorted(
        found,
        key=lambda one: (
            one.member.firm.is_demo, not one.needs_me, -(one.day.net if one.day else ZERO),
            -sum(one.gross.values(), ZERO), one.member.firm.name.casefold(),
        ),
    )  # fmt: skip


def _firm_day(member: Member, now: datetime) -> FirmDay:
    firm = member.firm
    today = firm.today(now)
    if not has_role(member, READING):
        return FirmDay(member, today, None, {})
    with firm_scope(firm.id):
        known = version(firm)
        stocks = figures_of.today(firm, today, firm.currency, known)
        day = day_of(member, firm, today, known)
    return FirmDay(member, today, day, {state: _gross(stocks.get(state, Stock())) for state in IN_DANGER})


def _gross(stock: Stock) -> Decimal:
    return stock.net + stock.tax


@never_cache
def firms(request: VisitorRequest) -> HttpResponse:
    """GET shows the firms this login serves."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}")
    members = queries.open_firms(queries.user_hash(request.user))
    request.session["serves_many"] = len(members) > 1
    return render(request, "today/firms.html", firms_context(request.user, firm_days(members, request.now)))


def firms_context(user: User, days: Sequence[FirmDay]) -> dict[str, Any]:
    """What the page writes."""
    language, home = get_language() or "en", home_of(days)
    currencies = {one.member.firm.currency for one in days}
    return {
        "person": str(user),
        "title": typo(title(days, language), language),
        "rows": [row_of(one, language, home) for one in days],
        "states": [{"name": state, "word": words.state_name(state)} for state in IN_DANGER],
        "sums": sums(days, language, home) if len(days) > 1 else [],
        "is_mixed": len(currencies) > 1,
        "roles": _roles(days),
        "serves_many": len(days) > 1,
        "wants_monday": user.wants_monday,
    }


def home_of(days: Sequence[FirmDay]) -> str:
    """The currency most of the firms count in: a dollar says which one beside euros."""
    counts = Counter(one.member.firm.currency for one in days)
    return counts.most_common(1)[0][0] if counts else ""


def title(days: Sequence[FirmDay], language: str) -> str:
    """``Huit sociétés, cinq ont besoin de vous``."""
    screen = Screen(language, "", date.min)
    count, needing = len(days), sum(one.needs_me for one in days)
    firms_said = ngettext("{count} firm", "{count} firms", count).format(count=in_words(count, screen))
    firms_said = firms_said[:1].upper() + firms_said[1:]
    if not count or not needing:
        return firms_said
    needs = ngettext("{count} needs you", "{count} need you", needing).format(count=in_words(needing, screen))
    return f"{firms_said}, {needs}"


@dataclass(frozen=True, slots=True)
class FirmRow:
    """A row of the table: strings only; an amount is empty when it is nothing."""

    name: str
    url: str
    note: str
    role: str
    first: ActLine | None
    more: str
    amounts: list[tuple[str, str]]
    """Of each state in danger: its name and the amount, tax included."""


def row_of(one: FirmDay, language: str, home: str) -> FirmRow:
    """A firm in words."""
    firm, screen = one.member.firm, Screen(language, home or one.member.firm.currency, one.today, one.member.firm.ref)
    acts = one.day.acts if one.day else ()
    more = len(acts) - 1
    reads = has_role(one.member, READING)
    return FirmRow(
        firm.name,
        reverse("start" if reads else "extra-requests", args=[firm.ref]),
        ", ".join(_notes(one)),
        str(Role(one.member.role).label),
        line_of(acts[0], screen) if acts else None,
        ngettext("{count} more action", "{count} more actions", more).format(count=screen.number(more))
        if more > 0
        else "",
        _amounts(one.gross, screen, firm.currency),
    )


def _amounts(gross: Mapping[str, Decimal], screen: Screen, currency: str) -> list[tuple[str, str]]:
    return [
        (words.state_name(state), screen.amount(gross[state], currency, cents=False) if gross.get(state) else "")
        for state in IN_DANGER
    ]


def _notes(one: FirmDay) -> Iterable[str]:
    if one.member.firm.country == "CA":
        yield _("Québec")
    if one.member.firm.is_demo:
        yield _("example firm")


def sums(days: Sequence[FirmDay], language: str, home: str) -> list[dict[str, Any]]:
    """One row a currency, examples left out; the amounts of each state, tax included."""
    own = [one for one in days if one.day is not None and not one.member.firm.is_demo]
    rows = []
    for currency in sorted({one.member.firm.currency for one in own}, key=lambda code: (code != home, code)):
        screen, ours = Screen(language, home, date.min), [one for one in own if one.member.firm.currency == currency]
        total = {state: sum((one.gross[state] for one in ours), ZERO) for state in IN_DANGER}
        rows.append(
            {
                "currency": currency,
                "firms": _firms(len(ours)),
                "amounts": _amounts(total, screen, currency),
            }
        )
    return rows


def _roles(days: Sequence[FirmDay]) -> list[tuple[str, str]]:
    """The person's roles, and in how many firms; by name when in one alone."""
    found: dict[str, list[str]] = {}
    for one in days:
        found.setdefault(str(Role(one.member.role).label), []).append(one.member.firm.name)
    return [(role, names[0] if len(names) == 1 else _firms(len(names))) for role, names in found.items()]


def _firms(count: int) -> str:
    return ngettext("{count} firm", "{count} firms", count).format(count=count)


def monday(request: VisitorRequest) -> HttpResponse:
    """POST says whether the Monday letter is wanted: the box is ticked, or not."""
    if request.method != "POST" or not request.user.is_authenticated:
        return redirect(f"{reverse('login')}?{urlencode({'next': reverse('firms')})}")
    user = request.user
    user.wants_monday = request.POST.get("wanted") == "1"
    user.save(update_fields=["wants_monday"])
    text = _("You will be written to on Mondays.") if user.wants_monday else _("No more letter on Mondays.")
    return acted(request, Done(text), to=reverse("firms"))
