"""The order of the acts of a day, what is at stake, the thirteen weeks: no database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptant.outlook.today.rules import (
    KINDS,
    NET_KINDS,
    Act,
    Known,
    in_order,
    net_at_stake,
    put_off_until,
    weeks_of,
    without_twins,
)

TODAY = date(2026, 11, 24)


def act(kind: str, subject: str = "1", net: str | None = "100", gross: str = "120", **more: Any) -> Act:
    """An act of a client whose ref is its subject, unless said otherwise."""
    ref = more.pop("party_ref", subject)
    return Act(
        kind, subject, "D-1", "", "Mercure", ref, Decimal(net) if net else None, Decimal(gross),
        more.pop("currency", "EUR"), **more,
    )  # fmt: skip


def test_legal_deadlines_come_first_then_what_ends_today_then_the_largest() -> None:
    near = act("claim", "near", gross="10", ends_on=TODAY + timedelta(days=14))
    nearer = act("claim", "nearer", gross="1", ends_on=TODAY + timedelta(days=2))
    far = act("claim", "far", gross="50", ends_on=TODAY + timedelta(days=15))
    today, small, large = (
        act("decide", "today", "5", ends_on=TODAY),
        act("bill", "small", "9"),
        act("late", gross="900"),
    )
    assert in_order([small, far, large, today, near, nearer], TODAY) == [nearer, near, today, large, far, small]


def test_the_order_is_the_same_whatever_the_order_of_reading() -> None:
    acts = [act(kind, kind) for kind in KINDS]
    assert in_order(acts, TODAY) == in_order(reversed(acts), TODAY)


def test_before_the_invoice_amounts_are_net_and_from_it_on_with_tax() -> None:
    assert {kind for kind in KINDS if act(kind).stake == 100} == NET_KINDS


def test_what_is_at_stake_is_net_in_one_currency_and_leaves_out_what_has_no_known_tax() -> None:
    acts = [act("decide"), act("late"), act("match", net=None), act("bill", currency="CAD")]
    assert net_at_stake(acts, "EUR") == 200
    assert net_at_stake(acts, "CAD") == 100


def test_a_client_to_call_is_told_once() -> None:
    late, remind, promise = (act(kind, kind, party_ref="mercure") for kind in ("late", "remind", "promise"))
    alone = act("late", "boreal")
    assert without_twins([late, alone]) == [late, alone]
    assert without_twins([late, remind, alone]) == [remind, alone]
    assert without_twins([late, remind, promise]) == [promise]


@pytest.mark.parametrize(
    ("day", "country", "back"),
    [
        (date(2026, 11, 24), "FR", date(2026, 11, 25)),
        (date(2026, 11, 27), "FR", date(2026, 11, 30)),
        (date(2026, 12, 24), "FR", date(2026, 12, 28)),
        (date(2026, 6, 23), "CA", date(2026, 6, 25)),
    ],
)
def test_what_is_put_off_returns_on_the_next_working_day(day: date, country: str, back: date) -> None:
    assert put_off_until(day, country) == back


def test_thirteen_weeks_begin_on_monday_and_keep_what_has_no_day_beside() -> None:
    known = [
        Known("invoiced", TODAY, Decimal(1), "EUR"),
        Known("invoiced", TODAY + timedelta(days=5), Decimal(2), "EUR"),
        Known("invoiced", TODAY + timedelta(days=6), Decimal(4), "EUR"),
        Known("signed", date(2027, 2, 21), Decimal(8), "EUR"),
        Known("signed", date(2027, 2, 22), Decimal(16), "EUR"),
        Known("overdue", None, Decimal(32), "EUR"),
        Known("invoiced", TODAY - timedelta(days=1), Decimal(64), "EUR"),
        Known("invoiced", TODAY, Decimal(128), "CAD"),
    ]
    weeks, beside = weeks_of(known, TODAY, "EUR")
    assert [week.monday for week in weeks[:2]] == [date(2026, 11, 23), date(2026, 11, 30)]
    assert (len(weeks), weeks[0].total, weeks[1].total, weeks[12].by_state) == (13, 3, 4, {"signed": 8})
    assert beside == {"signed": 16, "overdue": 32, "invoiced": 64}
    assert sum((week.total for week in weeks), Decimal(0)) + sum(beside.values()) == 127
