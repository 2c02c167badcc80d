"""The whole story by the API alone: from hello to cash, a dispute and money sent back on the way. Then the books."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from comptant.doors.cli.doctor import of_firm
from comptant.ground.mail.models import Message
from tests.api.calling import Caller, caller
from tests.api.test_to_cash import CSV, IDENTITY
from tests.world import House

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
SOON = (TODAY + timedelta(days=20)).isoformat()


def standing(program: Caller, deal: str) -> dict[str, str]:
    """Where the deal's euros are, tax included; with those of origin they cancel out."""
    balances = program.good("get_deal", deal=deal)["balances"]
    gross = {one["account"]: Decimal(one["net"]) + Decimal(one["tax"]) for one in balances}
    assert sum(gross.values()) == 0
    return {account: str(amount) for account, amount in gross.items() if account != "origin"}


def letter(house: House, pattern: str) -> str:
    """What the newest letter that holds it says: the mailbox of whoever reads it."""
    with house.open():
        texts = Message.objects.filter(firm=house.firm).order_by("-id").values_list("text", flat=True)
        return next(hit[1] for text in texts if (hit := re.search(pattern, text)))


def statement(program: Caller, number: str, amount: str) -> dict[str, Any]:
    """The bank says that money came; what is sure is posted."""
    content = CSV.format(day=TODAY.strftime("%d/%m/%Y"), number=number, amount=amount.replace(".", ",")).encode()
    program.good("import_a_statement", raw=content, filename=f"{number}.csv", account="main")
    [found] = program.good("match_the_bank")
    return found  # type: ignore[no-any-return]


def test_from_hello_to_cash(lune: House) -> None:
    ada, bilal, chloe, rose = caller(lune, "Ada"), caller(lune, "Bilal"), caller(lune, "Chloé"), Caller()
    ada.good("describe_the_firm", IDENTITY)

    deal = bilal.good(
        "open_a_deal",
        {
            "new_party": {
                "name": "Orvane", "email": "rose@orvane.example", "street": "2 quai", "postcode": "75001",
                "city": "Paris", "country": "FR", "siren": "443061841",
            },
            "title": "Treasury", "amount": "9000",
        },
    )  # fmt: skip
    ref, orvane = deal["ref"], deal["party"]["ref"]
    ada.good("assess_party", {"light": "green", "reason": "pays on time", "credit_limit": "20000"}, party=orvane)
    bilal.good("record_buyer_move", {"channel": "meeting"}, deal=ref)
    bilal.good("move_deal", {"stage": "proposal"}, deal=ref)
    assert standing(bilal, ref) == {"hoped": "9000.00"}

    number = bilal.good(
        "draft_an_offer",
        {
            "lines": [{"title": "Audit", "price": "10000", "tax_rate": "20"}], "decision_on": SOON, "title": "Treasury",
            "schedule": [{"title": "Deposit", "share": 30, "trigger": "signature"}, {"title": "Report", "share": 70}],
            "benefits": [{"title": "Interest saved", "figure": "10 000 €"}],
        },
        deal=ref,
    )["number"]  # fmt: skip
    bilal.good("present_an_offer", {"how": "in_person"}, offer=number)
    bilal.good("send_an_offer", {}, offer=number)
    secret = letter(lune, r"/o/([\w-]+)/")
    page = rose.good("read_public_offer", secret=secret)
    rose.good("ask_for_a_code", {}, secret=secret)
    code = letter(lune, r"(\d{3} \d{3})")
    signing = {"name": "Rose", "function": "CEO", "code": code, "consent": page["consent"]}
    rose.good("accept_public_offer", signing, secret=secret)
    assert standing(bilal, ref) == {"signed": "8400.00", "billable": "3600.00"}

    [agreement] = bilal.good("list_agreements", deal=ref)["items"]
    first, last = agreement["milestones"]
    deposit = chloe.good("issue_a_milestone", {}, milestone=first["id"])
    assert (deposit["net"], deposit["tax"]) == ("3000.00", "600.00")
    assert statement(chloe, deposit["number"], "3600.00")["proposals"][0]["posted"] is True
    assert standing(bilal, ref) == {"signed": "8400.00", "cashed": "3600.00"}

    bilal.good("deliver_a_milestone", {}, milestone=last["id"])
    balance = chloe.good("issue_the_balance", {}, agreement=agreement["id"])
    assert (balance["net"], balance["tax"]) == ("7000.00", "1400.00")
    dispute = chloe.good("open_a_dispute", {"amount": "1200", "category": "scope"}, invoice=balance["number"])
    assert standing(chloe, ref) == {"invoiced": "7200.00", "disputed": "1200.00", "cashed": "3600.00"}
    chloe.good("settle_a_dispute", {"outcome": "founded", "answer": "one day less"}, dispute=dispute["id"])
    assert standing(chloe, ref) == {"invoiced": "7200.00", "cancelled": "1200.00", "cashed": "3600.00"}

    paid = chloe.good(
        "take_a_payment",
        {
            "party": orvane, "amount": "7300", "received_on": TODAY.isoformat(),
            "allocations": [{"invoice": balance["number"], "amount": "7200"}],
        },
    )  # fmt: skip
    assert paid["held"] == "100.00"
    chloe.good("refund_a_party", {"amount": "100"}, party=orvane)
    assert standing(chloe, ref) == {"cancelled": "1200.00", "cashed": "10800.00"}

    bilal.good("add_a_cost", {"amount": "1500", "on": TODAY.isoformat(), "label": "expert"}, deal=ref)
    assert bilal.good("get_deal_margin", deal=ref)["margin"] == "7500.00"
    path = ada.good("get_path")
    assert path["sum"] == "0.00"
    assert (path["balances"]["cashed"]["net"], path["balances"]["held"]["net"]) == ("9000.00", "0.00")
    with lune.open():
        assert [check for check in of_firm(lune.firm) if not check.ok] == []
