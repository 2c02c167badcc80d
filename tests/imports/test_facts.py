"""The facts that rows say: kinds, instants, details and keys, as the pipeline's room takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from comptant.doors.imports.facts import deal_facts, event_facts
from comptant.ground.journal.acts import Fact
from tests.imports.reading import MONTREAL, PARIS, rows

HEADER = "ref,party_ref,opened_on,status,closed_on,wake_on,amount,stage,decision_on,presented,competitor,reason\n"


def facts(row: str, zone: ZoneInfo = PARIS) -> list[Fact]:
    (deal,) = rows("deals", HEADER + row + "\n")
    return deal_facts(deal, zone)


def test_an_open_deal_is_opened_at_the_start_of_its_day() -> None:
    (opened,) = facts("D1,P1,2026-06-05,open,,,1234.5,proposal,2026-07-01,video,,")
    assert (opened.kind, opened.key, opened.at) == ("opened", "row:opened", datetime(2026, 6, 4, 22, tzinfo=UTC))
    assert opened.details == {
        "amount": "1234.50", "stage": "proposal", "decision_on": "2026-07-01", "presented": "video",
    }  # fmt: skip


def test_a_bare_deal_has_no_amount_and_stands_at_the_first_stage() -> None:
    (opened,) = facts("D1,P1,2026-06-05,,,,,,,,,", MONTREAL)
    assert opened.details == {"amount": None, "stage": "contacted"}
    assert opened.at == datetime(2026, 6, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "details"),
    [
        ("won", {"amount": "10.00", "proof": "imported"}),
        ("lost", {"competitor": "Rival", "reason": "price"}),
        ("vanished", {"reason": "price"}),
        ("declined", {"reason": "price"}),
    ],
)
def test_a_closed_deal_is_closed_on_its_day(status: str, details: dict[str, str]) -> None:
    _, closed = facts(f"D1,P1,2026-01-05,{status},2026-02-01,,10,,,,Rival,price")
    assert (closed.kind, closed.key, closed.details) == (status, "row:closed", details)
    assert closed.at == datetime(2026, 1, 31, 23, tzinfo=UTC)


def test_a_waiting_deal_is_put_on_hold_on_the_day_it_was_opened() -> None:
    opened, held = facts("D1,P1,2026-01-05,waiting,,2026-09-01,10,,,,,budget")
    assert (held.kind, held.key, held.at) == ("hold", "row:hold", opened.at)
    assert held.details == {"wake_on": "2026-09-01", "reason": "budget"}


def test_events_carry_what_their_room_takes() -> None:
    text = "deal_ref,at,kind,value,note\n" + "\n".join(
        ["D,2026-01-05,stage,proposal,", "D,2026-01-05,estimate,10,", "D,2026-01-05,buyer_move,phone,he rang",
         "D,2026-01-05,offer_sent,,", "D,2026-01-05,hold,2026-03-01,budget", "D,2026-01-05,won,,",
         "D,2026-01-05,lost,Rival,price", "D,2026-01-05,vanished,,silence", "D,2026-01-05,reactivated,contacted,",
         "D,2026-01-05,meeting_accepted,2026-01-09,"]
    )  # fmt: skip
    assert [(fact.kind, dict(fact.details)) for fact in event_facts(rows("events", text))] == [
        ("stage", {"stage": "proposal"}),
        ("estimate", {"amount": "10.00"}),
        ("buyer_move", {"channel": "phone", "note": "he rang"}),
        ("offer_sent", {"decision_on": None}),
        ("hold", {"wake_on": "2026-03-01", "reason": "budget"}),
        ("won", {"amount": None, "proof": "imported"}),
        ("lost", {"competitor": "Rival", "reason": "price"}),
        ("vanished", {"reason": "silence"}),
        ("reactivated", {"stage": "contacted"}),
        ("meeting_accepted", {"meeting_on": "2026-01-09"}),
    ]


def test_an_event_is_itself_by_what_it_says_and_its_occurrence() -> None:
    header = "deal_ref,at,kind,value,note\n"
    lines = ["D1,2026-01-05,buyer_move,phone,a", "D2,2026-01-05,buyer_move,phone,", "D1,2026-01-05,buyer_move,phone,b",
             "D1,2026-01-04T23:00Z,buyer_move,phone,", "D1,2026-01-05,estimate,10,"]  # fmt: skip
    keys = [fact.key for fact in event_facts(rows("events", header + "\n".join(lines)))]
    assert len(set(keys)) == 5
    first = keys[0].rpartition(":")[0]
    assert keys[2] == f"{first}:1"
    assert keys[3] == f"{first}:2"  # the same instant, written otherwise
    other = [fact.key for fact in event_facts(rows("events", header + 'D1,2026-01-05,estimate,"10,00",'))]
    assert other == [keys[4]]
