"""What clients owe, tax included: the total, its split by state, and the matrix of client by lateness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.web import words
from comptant.journey.recovery.ageing import BUCKETS, Owed, owed_by_age

STATES = ("invoiced", "overdue", "disputed", "doubtful")
KEPT = 300
ZERO = Decimal(0)
BAR = 1000
"""Width of the drawn bars, in their own units."""


def owed(firm: Firm, day: date, seller: UUID | None, known: str) -> Sequence[Owed]:
    """What is owed, kept until the journal says something new."""
    key = f"owed:{firm.id}:{day}:{seller}:{known}"
    kept: Sequence[Owed] | None = cache.get(key)
    if kept is None:
        kept = owed_by_age(firm, day, seller=seller)
        cache.set(key, kept, KEPT)
    return kept


def owed_context(screen: Screen, rows: Sequence[Owed]) -> dict[str, Any]:
    """The head of the page and the matrix."""
    home = [row for row in rows if row.currency == screen.home]
    by_state = _by_state(home)
    total = sum(by_state.values(), ZERO)
    return {
        "total": screen.amount(total),
        "has_total": bool(total),
        "subtitle": _subtitle(screen, home, by_state),
        "abroad": _abroad(screen, rows),
        "split": _split(screen, by_state, total),
        "ageing": _matrix(screen, home, total) if home else None,
    }


def _by_state(rows: Sequence[Owed]) -> dict[str, Decimal]:
    return {state: sum((row.gross for row in rows if row.account == state), ZERO) for state in STATES}


def _subtitle(screen: Screen, rows: Sequence[Owed], by_state: Mapping[str, Decimal]) -> str:
    """Who owes, and how much of it is not as it should be."""
    if not rows:
        return _("Nobody owes you anything.")
    others = max((row.parties for row in rows if row.party is None), default=0)
    clients = len({row.party for row in rows if row.party}) + others
    said = ngettext("inc VAT due by {count} client.", "inc VAT due by {count} clients.", clients)
    parts = [said.format(count=screen.number(clients))]
    told = {"overdue": _("{amount} overdue"), "disputed": _("{amount} disputed"), "doubtful": _("{amount} doubtful")}
    wrong = [told[one].format(amount=screen.amount(by_state[one])) for one in STATES[1:] if by_state[one]]
    if wrong:
        parts.append(", ".join(wrong) + ".")
    return " ".join(parts)


def _abroad(screen: Screen, rows: Sequence[Owed]) -> str:
    """What is owed in other currencies, never added to the rest."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.currency != screen.home:
            sums[row.currency] = sums.get(row.currency, ZERO) + row.gross
    if not sums:
        return ""
    amounts = ", ".join(screen.amount(value, currency) for currency, value in sorted(sums.items()))
    return _("Apart, in other currencies: {amounts} inc VAT.").format(amounts=amounts)


def _split(screen: Screen, by_state: Mapping[str, Decimal], total: Decimal) -> dict[str, Any] | None:
    """The bar of shares, with the same in words."""
    shown = [state for state in STATES if by_state[state]]
    if not total:
        return None
    start, bars, shares = ZERO, [], []
    for state in shown:
        width = by_state[state] * BAR / total
        bars.append({"state": state, "x": f"{start:.1f}", "width": f"{max(width - 2, Decimal(1)):.1f}"})
        start += width
        shares.append(f"{screen.share(by_state[state], total)} {words.state_name(state).lower()}")
    names = {"invoiced": _("Invoiced, not due")}
    return {
        "bars": bars,
        "words": ", ".join(shares),
        "legend": [
            {
                "state": state,
                "name": names.get(state, words.state_name(state)),
                "text": screen.number(by_state[state], cents=None),
                "url": f"{reverse('invoices', args=[screen.firm_ref])}?show=all&state={state}",
            }
            for state in shown
        ],
    }


def bucket_names() -> list[str]:
    """The columns of the matrix."""
    return [_("Not due"), _("1 to 30 d"), _("31 to 60 d"), _("61 to 90 d"), _("Over 90 d")]


def _matrix(screen: Screen, rows: Sequence[Owed], total: Decimal) -> dict[str, Any]:
    by_party: dict[UUID | None, list[Owed]] = {}
    for row in rows:
        by_party.setdefault(row.party, []).append(row)
    sums = {party: sum((row.gross for row in mine), ZERO) for party, mine in by_party.items()}
    most = max(_of(mine, bucket) for mine in by_party.values() for bucket in range(BUCKETS))
    order = sorted(by_party, key=lambda party: (party is None, -sums[party]))
    return {
        "columns": bucket_names(),
        "rows": [_party(screen, by_party[party], sums[party], most) for party in order],
        "totals": [_plain(screen, _of(rows, b)) for b in range(BUCKETS)],
        "total": screen.number(total, cents=None),
    }


def _party(screen: Screen, mine: Sequence[Owed], whole: Decimal, most: Decimal) -> dict[str, Any]:
    first = mine[0]
    notes = [
        f"{screen.number(amount, cents=None)} {words.state_name(state).lower()}"
        for state in ("disputed", "doubtful")
        if (amount := sum((row.gross for row in mine if row.account == state), ZERO))
    ]
    others = max(row.parties for row in mine)
    return {
        "name": first.name or ngettext("{count} other client", "{count} other clients", others).format(
            count=screen.number(others)),
        "url": reverse("client", args=[screen.firm_ref, first.ref]) if first.party else "",
        "note": ", ".join(notes),
        "cells": [_cell(screen, [row for row in mine if row.bucket == b], most) for b in range(BUCKETS)],
        "total": screen.number(whole, cents=None),
    }  # fmt: skip


def _cell(screen: Screen, rows: Sequence[Owed], most: Decimal) -> dict[str, str] | None:
    """The amount and its bar, in the state of most of it."""
    amount = sum((row.gross for row in rows), ZERO)
    if not amount:
        return None
    state = max(rows, key=lambda row: row.gross).account
    width = f"{max(amount * 100 / most, Decimal(2)):.0f}"
    return {
        "state": state,
        "name": words.state_name(state),
        "text": screen.number(amount, cents=None),
        "width": width,
        "x": f"{100 - int(width)}",
    }


def _of(rows: Sequence[Owed], bucket: int) -> Decimal:
    """What is owed in one column, tax included."""
    return sum((row.gross for row in rows if row.bucket == bucket), ZERO)


def _plain(screen: Screen, amount: Decimal) -> str:
    return screen.number(amount, cents=None) if amount else ""
