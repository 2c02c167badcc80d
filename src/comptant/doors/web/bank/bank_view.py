"""What the bank shows: the lines, the one under the eye, and its totals, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.bank.proposal_view import done_context, proposal_context
from comptant.doors.web.bank.words import LIKELIHOODS, cause
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.web.typography import MINUS, NBSP
from comptant.journey.payments import lines, queries
from comptant.journey.payments.match import LineProposals
from comptant.journey.payments.models import BankLine, LineState, Statement
from comptant.journey.payments.near import propose_near
from comptant.journey.payments.rules.likelihood import BARS, SURE, likelihood

SHOWN, SHOWN_DONE = 15, 5
ALL_BARS = 4


@dataclass(frozen=True, slots=True)
class BankView:
    """What is asked for: a line, which of its proposals (from 1), lines before a place; what was just done."""

    line: UUID | None = None
    choice: int = 1
    before: lines.Place | None = None
    undo: str = ""
    undo_text: str = ""


def bank_context(screen: Screen, firm: Firm, view: BankView) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    waiting = lines.waiting_lines(firm, SHOWN + 1, view.before, view.line)
    here = _here(waiting, view)
    waiting = list({line.id: line for line in waiting if line.state == LineState.OPEN and line.amount > 0}.values())
    has_more = len(waiting) > SHOWN + (here is not None and here in waiting[SHOWN:])
    shown = waiting[:SHOWN]
    if here in waiting[SHOWN:]:
        shown = [here, *shown]
    found = _proposals(firm, shown)
    sums = lines.waiting_sums(firm)
    count = sum(many for _currency, many, _amount in sums)
    sure = sum(1 for one in found.values() if likelihood(one.proposals) == SURE)
    url = reverse("bank", args=[screen.firm_ref])
    return {
        "screen_url": url,
        "over": _over(screen, firm),
        "title": _title(screen, count),
        "subtitle": _subtitle(screen, sums),
        "import_url": reverse("bank-statements", args=[screen.firm_ref]),
        "payments_url": reverse("bank-payments", args=[screen.firm_ref]),
        "matching_url": reverse("bank-matching", args=[screen.firm_ref]) if sure or has_more else "",
        "matching_verb": _matching_verb(screen, sure, has_more),
        "count_text": ngettext("{count} to match", "{count} to match", count).format(count=screen.number(count)),
        "lines": [_line(screen, url, line, found[line.id], here) for line in shown],
        "done": [_done(screen, url, one, here) for one in lines.done_lines(firm, SHOWN_DONE)],
        "older_url": f"{url}?{urlencode({'before': _place(shown[-1])})}" if has_more else "",
        "newest_url": url if view.before else "",
        "is_chosen": view.line is not None and here is not None,
        "panel": _panel(screen, firm, here, found, view),
        "undo": view.undo,
        "undo_text": view.undo_text,
    }


def _here(found: Sequence[BankLine], view: BankView) -> BankLine | None:
    """The line under the eye: the one asked for, else the first that waits."""
    if view.line is None:
        return found[0] if found else None
    return next((line for line in found if line.id == view.line), None)


def _proposals(firm: Firm, shown: Sequence[BankLine]) -> dict[UUID, LineProposals]:
    """By line, the oldest first: what is sure for one is no longer there for the next."""
    if not shown:
        return {}
    oldest_first = sorted(shown, key=lambda line: (line.booked_on, line.id))
    return {one.line.id: one for one in propose_near(firm, oldest_first)}


def _panel(
    screen: Screen, firm: Firm, here: BankLine | None, found: dict[UUID, LineProposals], view: BankView
) -> dict[str, Any] | None:
    if here is None:
        return None
    if here.id in found:
        panel = proposal_context(screen, firm, found[here.id], view.choice)
        return panel | {"next": _next(screen, here, list(found.values()))}
    done = lines.done_line(firm, here.id)
    return done_context(screen, done) if done else None


def _next(screen: Screen, here: BankLine, found: Sequence[LineProposals]) -> dict[str, Any] | None:
    """The line below: what it brings, and what it may pay."""
    older = [one for one in found if (one.line.booked_on, one.line.id) < (here.booked_on, here.id)]
    if not older:
        return None
    one = max(older, key=lambda told: (told.line.booked_on, told.line.id))
    amount = screen.amount(one.line.amount, one.line.currency, cents=True)
    return {
        "url": f"{reverse('bank', args=[screen.firm_ref])}?{urlencode({'line': str(one.line.id)})}",
        "text": f"{amount}, {one.line.label or one.line.payer}",
        "cause": f"{LIKELIHOODS[likelihood(one.proposals)]} · {cause(screen, one)}",
    }


def _over(screen: Screen, firm: Firm) -> str:
    """The account of the latest statement, and when it came."""
    found: list[Statement] = queries.statements(firm, 1)
    if not found:
        return ""
    account, at = found[0].account, found[0].imported_at.astimezone(firm.tz)
    name = account.name or (_("IBAN ·· {end}").format(end=account.iban[-4:]) if account.iban else account.ref)
    return _("{account}, statement brought in on {day} at {hour}").format(
        account=name, day=screen.plain(at.date()), hour=screen.hour(at)
    )


def _title(screen: Screen, count: int) -> str:
    if not count:
        return _("Bank")
    return ngettext("Match {count} line", "Match {count} lines", count).format(count=screen.number(count))


def _subtitle(screen: Screen, sums: Sequence[tuple[str, int, Decimal]]) -> str:
    if not sums:
        return ""
    amounts = _(" and ").join(screen.amount(amount, currency) for currency, _many, amount in sums)
    return _(
        "{amounts} received wait for their invoice. Until they have it, your reminders and your forecasts are wrong."
    ).format(amounts=amounts)


def _matching_verb(screen: Screen, sure: int, has_more: bool) -> str:
    if has_more:
        return _("Accept all that is sure")
    return ngettext("Accept the {count} sure line", "Accept the {count} sure lines", sure).format(
        count=screen.number(sure)
    )


def _place(line: BankLine) -> str:
    return f"{line.booked_on.isoformat()}_{line.id}"


def _signed(screen: Screen, amount: Decimal, currency: str) -> str:
    """``+ 11 520,00``, with its currency where it is not the firm's."""
    sign = "+" if amount > 0 else MINUS
    text = screen.number(abs(amount), cents=True) if currency == screen.home else screen.amount(abs(amount), currency)
    return f"{sign}{NBSP}{text}"


def _line(screen: Screen, url: str, line: BankLine, found: LineProposals, here: BankLine | None) -> dict[str, Any]:
    word = likelihood(found.proposals)
    return {
        "url": f"{url}?{urlencode({'line': str(line.id)})}",
        "day": screen.short(line.booked_on),
        "wording": line.label or line.payer or _("no wording"),
        "sum": _signed(screen, line.amount, line.currency),
        "bars": bars(word),
        "word": LIKELIHOODS[word],
        "cause": cause(screen, found),
        "is_here": here is not None and here.id == line.id,
    }


def bars(word: str) -> list[bool]:
    """Four bars, filled by how sure it is."""
    return [number < BARS[word] for number in range(ALL_BARS)]


def _done(screen: Screen, url: str, one: lines.DoneLine, here: BankLine | None) -> dict[str, Any]:
    said = _("Not a client") if one.state == LineState.SET_ASIDE else ", ".join(one.numbers) or one.party
    by = _("matched by {name}") if one.numbers else _("by {name}")
    return {
        "url": f"{url}?{urlencode({'line': str(one.id)})}",
        "day": screen.short(one.booked_on),
        "wording": one.label or one.party,
        "sum": _signed(screen, one.amount, one.currency),
        "said": ", ".join((said, by.format(name=one.by) if one.by else _("matched by itself"))),
        "is_here": here is not None and here.id == one.id,
    }
