"""A deal by the API: opened in one call, followed, closed, come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calling import Caller
from tests.world import MONDAY, House

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 15
CONTROL = ("BEGIN", "COMMIT", "SET LOCAL", "SAVEPOINT", "RELEASE", "ROLLBACK")


def opened(ada: Caller, **more: object) -> dict[str, object]:
    return ada.good("open_a_deal", {"party": "mercure", "title": "Audit", "amount": "12000.00", **more})


def test_a_deal_and_its_party_in_one_call(ada: Caller) -> None:
    deal = ada.good("open_a_deal", {"new_party": {"name": "Orvane"}, "amount": 950.5, "title": "Audit", "ref": "A/1"})
    assert (deal["account"], deal["net"], deal["party"]["name"]) == ("hoped", "950.50", "Orvane")
    file = ada.good("get_deal", deal=deal["id"])
    assert [(b["account"], b["net"]) for b in file["balances"]] == [("origin", "-950.50"), ("hoped", "950.50")]
    assert ada.good("list_parties", q="orv")["items"][0]["ref"] == deal["party"]["ref"]


def test_one_transaction_of_few_statements(ada: Caller) -> None:
    body = {"party": "mercure", "title": "Audit", "amount": "12000.00"}
    ada.good("open_a_deal", body, key="warm")
    with CaptureQueriesContext(connection) as heard:
        ada.good("open_a_deal", body, key="counted")
    said = [query["sql"] for query in heard.captured_queries if not query["sql"].startswith(CONTROL)]
    print(len(said))
    assert len(said) <= MOST_STATEMENTS, "\n".join(said)


def test_what_happens_to_it(ada: Caller, lune: House) -> None:
    ref = opened(ada, at=MONDAY.isoformat())["ref"]
    assert ada.good("estimate_deal", {"amount": "9000"}, deal=ref)["net"] == "9000.00"
    assert ada.good("move_deal", {"stage": "proposal"}, deal=ref)["stage"] == "proposal"
    ada.good("record_buyer_move", {"channel": "phone", "note": "wants the annex"}, deal=ref)
    ada.good("record_meeting", {"meeting_on": "2199-01-02"}, deal=ref)
    ada.good("record_touch", {"channel": "email"}, deal=ref)
    ada.good("record_maybe", {"note": "perhaps"}, deal=ref)
    held = ada.good("hold_deal", {"wake_on": "2199-01-03", "reason": "budget in January"}, deal=ref)
    assert (held["account"], held["wake_on"]) == ("waiting", "2199-01-03")
    assert ada.good("wake_deal", {}, deal=ref)["account"] == "hoped"
    assert ada.good("lose_deal", {"competitor": "Forge Nord"}, deal=ref)["account"] == "lost"
    assert ada.bad("move_deal", {"stage": "proposal"}, deal=ref) == (409, "not_open")
    assert ada.good("reactivate_deal", {"stage": "decision"}, deal=ref)["stage"] == "decision"
    assert ada.good("let_deal_vanish", {"reason": "no answer"}, deal=ref)["account"] == "vanished"
    ada.good("reactivate_deal", {}, deal=ref)
    assert ada.good("decline_deal", {"reason": "too far"}, deal=ref)["account"] == "declined"
    kinds = [act["kind"] for act in ada.good("list_acts", deal=ref, limit=200)["items"] if not act["is_clock"]]
    assert kinds[0] == "opened"
    assert kinds[-1] == "declined"


def test_the_timeline_comes_in_pages(ada: Caller) -> None:
    ref = opened(ada)["ref"]
    for channel in ("phone", "email", "meeting"):
        ada.good("record_buyer_move", {"channel": channel}, deal=ref)
    first = ada.good("list_acts", deal=ref, limit=3)
    rest = ada.good("list_acts", deal=ref, limit=3, cursor=first["next"])
    assert [act["seq"] for act in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert rest["next"] is None


def test_lists_by_cursor(ada: Caller) -> None:
    for amount in (300, 100, 200, 200, 400):
        opened(ada, amount=amount)
    for sort in ("-net", "-created"):
        met, cursor = [], ""
        while cursor is not None:
            page = ada.good("list_deals", limit=2, sort=sort, **({"cursor": cursor} if cursor else {}))
            met += [deal["net"] for deal in page["items"]]
            cursor = page["next"]
        in_order = ["400.00", "200.00", "200.00", "100.00", "300.00"]
        assert met == (sorted(in_order, reverse=True) if sort == "-net" else in_order)
    assert len(ada.good("list_deals", account="hoped", q="mercure")["items"]) == 5
    assert ada.good("list_deals", account="cashed")["items"] == []
    assert ada.good("list_deals", stage="decision")["items"] == []


def test_a_cursor_of_another_list_is_refused(ada: Caller) -> None:
    for _ in range(3):
        opened(ada)
    cursor = ada.good("list_deals", limit=1)["next"]
    assert ada.bad("list_deals", limit=1, cursor=cursor, sort="-created") == (422, "bad_cursor")
    assert ada.bad("list_deals", cursor="made-up") == (422, "bad_cursor")


def test_a_date_to_come_and_a_ref_taken(ada: Caller) -> None:
    ref = opened(ada)["ref"]
    assert ada.bad("open_a_deal", {"party": "mercure", "ref": ref}) == (409, "deal_ref_taken")
    assert ada.bad("open_a_deal", {"party": "mercure", "at": "2199-01-01"}) == (422, "ahead_of_today")
    assert ada.bad("open_a_deal", {}) == (422, "one_party_needed")
    assert ada.bad("open_a_deal", {"party": "nobody"}) == (404, "nothing_here")
    assert ada.bad("open_a_deal", {"party": "mercure", "stage": "dreams"}) == (422, "unknown_stage")


def test_stages_and_reports(ada: Caller, lune: House) -> None:
    opened(ada, at=(MONDAY + timedelta(days=1)).isoformat())
    assert [stage["key"] for stage in ada.good("list_stages")] == ["contacted", "discovery", "proposal", "decision"]
    assert ada.good("get_path")["sum"] == "0.00"
    assert ada.good("get_pipeline", as_of="2026-03-04")["value"] == "12000.00"
    assert ada.bad("get_path", since="2026-03-04", until="2026-03-01") == (422, "period_upside_down")
