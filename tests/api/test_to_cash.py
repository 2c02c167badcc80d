"""From what was agreed to cash in the bank, by the API alone; and what goes wrong on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from comptant.journey.recovery.dunning import prepare_reminders
from tests.api.calling import Caller, caller
from tests.world import House

pytestmark = pytest.mark.django_db

IDENTITY = {
    "legal_name": "Atelier Lune", "legal_form": "SARL", "capital": "10 000 €", "street": "1 rue de la Lune",
    "postcode": "69001", "city": "Lyon", "siren": "732829320", "register": "RCS Lyon", "email": "ada@lune.example",
    "vat_number": "FR44732829320", "iban": "FR7630006000011234567890189",
}  # fmt: skip
LINE = {"title": "Audit", "price": "1000", "rate": "20"}
TODAY = timezone.now().date()
CSV = "date;libellé;montant\n{day};VIR {number} MERCURE SARL;{amount}\n"


@pytest.fixture
def agreement(lune: House, ada: Caller) -> dict[str, Any]:
    """An agreement of 1 000.00 before tax, with a deal of its own."""
    ada.good("describe_the_firm", IDENTITY)
    ada.good(
        "change_party",
        {
            "email": "rose@mercure.example",
            "street": "2 quai",
            "postcode": "75001",
            "city": "Paris",
            "siren": "443061841",
        },
        party="mercure",
    )
    deal = ada.good("open_a_deal", {"party": "mercure", "title": "Audit", "amount": "1000"})["ref"]
    scan = ada.good("keep_a_document", raw=b"order", name="order.pdf")["id"]
    body = {"net": "1000", "tax": "200", "proof": "purchase_order", "document": scan}
    return ada.good("record_an_agreement", body, deal=deal)  # type: ignore[no-any-return]


def test_deposit_balance_and_the_bank(ada: Caller, agreement: dict[str, Any], lune: House) -> None:
    chloe = caller(lune, "Chloé")
    deposit = chloe.good("issue_a_deposit", {"share": "30"}, agreement=agreement["id"], key="d")
    assert (deposit["net"], deposit["tax"], deposit["kind"]) == ("300.00", "60.00", "deposit")
    again = chloe.good("issue_a_deposit", {"share": "30"}, agreement=agreement["id"], key="d")
    assert again["number"] == deposit["number"]
    balance = chloe.good("issue_the_balance", {}, agreement=agreement["id"])
    assert (balance["net"], balance["tax"]) == ("700.00", "140.00")
    assert chloe.bad("issue_the_balance", {}, agreement=agreement["id"])[0] in (409, 422)
    assert chloe.call("get_invoice_pdf", invoice=deposit["number"]).content.startswith(b"%PDF")
    statement = CSV.format(day=TODAY.strftime("%d/%m/%Y"), number=deposit["number"], amount="360,00").encode()
    taken = chloe.good("import_a_statement", raw=statement, filename="releve.csv", account="main")
    assert (taken["added"], taken["is_known"]) == (1, False)
    assert chloe.good("import_a_statement", raw=statement, filename="releve.csv", account="main")["is_known"]
    [line] = chloe.good("list_bank_lines")["items"]
    assert chloe.good("list_proposals")[0]["proposals"][0]["invoices"][0]["number"] == deposit["number"]
    both = {"invoices": [deposit["number"]], "shares": [{"invoice": balance["number"], "amount": "360"}]}
    assert chloe.bad("confirm_a_line", both, line=line["id"]) == (422, "invoices_or_shares")
    [paid] = chloe.good("confirm_a_line", {"invoices": [deposit["number"]]}, line=line["id"])
    assert (paid["amount"], paid["held"]) == ("360.00", "0.00")
    assert chloe.bad("confirm_a_line", {"invoices": [deposit["number"]]}, line=line["id"]) == (
        409, "line_already_matched",
    )  # fmt: skip
    assert chloe.good("get_invoice", invoice=deposit["number"])["open_net"] == "0.00"
    assert chloe.good("release_a_line", line=line["id"])["state"] == "open"
    matched = chloe.good("match_the_bank")
    assert matched[0]["proposals"][0]["posted"] is True
    assert len(chloe.good("list_statements")) == 1
    assert chloe.good("list_invoices", deal=agreement["deal"], state="open")["items"][0]["number"] == balance["number"]


def issued(ada: Caller, deal: str) -> dict[str, Any]:
    """An invoice of 1 000.00 before tax."""
    draft = ada.good("draft_an_invoice", {"deal": deal, "lines": [LINE]})
    return ada.good("issue_a_draft", draft=draft["id"])  # type: ignore[no-any-return]


def test_drafts_come_and_go(ada: Caller, agreement: dict[str, Any]) -> None:
    draft = ada.good("draft_an_invoice", {"party": "mercure", "lines": [LINE], "title": "Extra day"})
    assert ada.good("get_draft", draft=draft["id"])["lines"][0]["price"] == "1000"
    redrawn = ada.good("redraft_an_invoice", {"lines": [{**LINE, "price": "900.5"}]}, draft=draft["id"])
    assert redrawn["lines"][0]["price"] == "900.5"
    assert len(ada.good("list_drafts")["items"]) == 1
    assert ada.call("discard_a_draft", draft=draft["id"]).status_code == 204
    assert ada.bad("get_draft", draft=draft["id"]) == (404, "nothing_here")
    assert ada.bad("draft_an_invoice", {"lines": [LINE]}) == (422, "deal_or_party_needed")
    milestone = agreement["milestones"][0]["id"]
    ada.good("deliver_a_milestone", {}, milestone=milestone)
    assert ada.good("issue_a_milestone", {}, milestone=milestone)["net"] == "1000.00"


def test_payments_by_hand(ada: Caller, agreement: dict[str, Any]) -> None:
    invoice = issued(ada, agreement["deal"])["number"]
    paid = ada.good(
        "take_a_payment",
        {
            "party": "mercure", "amount": "1300", "received_on": TODAY.isoformat(), "ref": "V-1",
            "allocations": [{"invoice": invoice, "amount": "1200"}],
        },
    )  # fmt: skip
    assert (paid["held"], paid["parts"][0]["amount"]) == ("100.00", "1200.00")
    second = issued(ada, agreement["deal"])["number"]
    assert ada.good("use_what_is_held", {"invoice": second, "amount": "40"}, party="mercure")["amount"] == "40.00"
    assert ada.good("refund_a_party", {"amount": "60"}, party="mercure")["amount"] == "60.00"
    assert ada.bad("refund_a_party", {"amount": "60"}, party="mercure")[1] == "held_less"
    bounced = ada.good(
        "bounce_a_payment", {"on": TODAY.isoformat(), "reason": "AC04", "amount": "5"}, payment=paid["id"]
    )
    assert bounced["bounced"] == "5.00"
    assert ada.good("get_payment", payment=paid["id"])["ref"] == "V-1"
    assert len(ada.good("list_payments", party="mercure")["items"]) == 1
    note = ada.good("credit_an_invoice", {"net": "100", "reason": "one day less"}, invoice=second)
    assert (note["kind"], note["corrects"]) == ("credit_note", second)


def test_contested_promised_given_up(ada: Caller, agreement: dict[str, Any]) -> None:
    invoice = issued(ada, agreement["deal"])["number"]
    dispute = ada.good("open_a_dispute", {"amount": "240", "category": "quality", "reason": "page 3"}, invoice=invoice)
    assert (dispute["open_amount"], dispute["settled_on"]) == ("240.00", None)
    assert len(ada.good("list_disputes", state="open")["items"]) == 1
    settled = ada.good("settle_a_dispute", {"outcome": "founded", "answer": "sorry"}, dispute=dispute["id"])
    assert settled["outcome"] == "founded"
    assert settled["credit_note"]
    assert ada.bad("settle_a_dispute", {"outcome": "upheld"}, dispute=dispute["id"]) == (409, "already_settled")
    soon = (TODAY + timedelta(days=10)).isoformat()
    assert ada.good("record_a_promise", {"pay_on": soon}, invoice=invoice)["pay_on"] == soon
    assert len(ada.good("list_promises", invoice=invoice)) == 1
    gone = ada.good("write_an_invoice_off", {"reason": "too small"}, invoice=invoice)
    assert gone["balances"]["written_off"] == "960.00"
    assert "written_off" not in ada.good("restore_an_invoice", invoice=invoice)["balances"]


def test_reminders(ada: Caller, agreement: dict[str, Any], lune: House) -> None:
    number = issued(ada, agreement["deal"])["number"]
    late = TODAY + timedelta(days=60)
    lune.sleeps_until(late)
    with lune.open():
        assert prepare_reminders(lune.firm, late) == 1
    assert [one["invoice"] for one in ada.good("plan_dunning", as_of=late.isoformat())] == [number]
    ada.good("prepare_the_reminders")
    [waiting] = ada.good("list_reminders")["items"]
    assert (waiting["invoice"], waiting["state"]) == (number, "prepared")
    sent = ada.good("approve_the_reminders", {"reminders": [waiting["id"]]})
    assert sent["letters"] + sent["held_back"] >= 0
    stranger = "01a20188-a0c1-7738-bcb7-83dc7c3e96d7"
    assert ada.bad("approve_the_reminders", {"reminders": [stranger]}) == (404, "nothing_here")
    assert ada.bad("drop_a_reminder", {"why": "no"}, reminder=stranger) == (404, "nothing_here")


def test_insolvency(ada: Caller, agreement: dict[str, Any]) -> None:
    issued(ada, agreement["deal"])
    day = date(TODAY.year, TODAY.month, TODAY.day).isoformat()
    found = ada.good(
        "declare_a_party_insolvent",
        {"kind": "liquidation", "judged_on": day, "published_on": day, "court": "Lyon"},
        party="mercure",
    )
    assert found["deadline_on"] > day
    assert ada.good("file_a_claim", {"on": day}, insolvency=found["id"])["claimed_on"] == day
    assert len(ada.good("list_insolvencies")["items"]) == 1


def test_the_banks_fee_pays_the_invoice_that_is_named(ada: Caller, agreement: dict[str, Any]) -> None:
    invoice = issued(ada, agreement["deal"])["number"]
    statement = CSV.format(day=TODAY.strftime("%d/%m/%Y"), number="?", amount="1195,00").encode()
    ada.good("import_a_statement", raw=statement, filename="releve.csv", account="main")
    [line] = ada.good("list_bank_lines")["items"]
    [paid] = ada.good("confirm_a_line", {"invoices": [invoice, invoice], "fee": "5"}, line=line["id"])
    assert (paid["amount"], paid["held"], paid["parts"][0]["amount"]) == ("1200.00", "0.00", "1200.00")
    assert ada.good("get_invoice", invoice=invoice)["settled_on"]


def test_a_payment_told_twice_and_a_fee_that_cannot_be(ada: Caller, agreement: dict[str, Any]) -> None:
    paid = {"party": "mercure", "amount": "100", "received_on": TODAY.isoformat(), "ref": "V-1"}
    ada.good("take_a_payment", paid)
    assert ada.bad("take_a_payment", paid) == (409, "payment_ref_taken")
    assert ada.bad("take_a_payment", {**paid, "ref": "V-2", "fee": "100"}) == (422, "fee_too_large")
    assert len(ada.good("list_payments")["items"]) == 1


def test_what_no_table_could_hold_is_refused_in_words(ada: Caller, agreement: dict[str, Any]) -> None:
    vast = {**LINE, "price": "99999999999999"}
    assert ada.bad("draft_an_invoice", {"deal": agreement["deal"], "lines": [vast, vast]}) == (422, "line_amount")
    deal = ada.good("open_a_deal", {"party": "mercure", "title": "Vast", "amount": "1000"})["ref"]
    line = {"title": "Audit", "price": "1", "tax_rate": "20"}
    for odd, code in (
        ({"price": "99999999999999"}, "line_amount"),
        ({"quantity": "9999999999"}, "line_amount"),
        ({"quantity": "0.3333"}, "line_amount"),
        ({"discount": "0.0001"}, "line_rate"),
    ):
        assert ada.bad("draft_an_offer", {"lines": [{**line, **odd}] * 2}, deal=deal) == (422, code)
    for nul in ("\0", "FA-\0"):
        statement = CSV.format(day="01/01/2026", number=nul, amount="1,00").encode()
        answer = ada.call("import_a_statement", raw=statement, account="main")
        assert answer.status_code in (201, 422), answer.content
    amount = "99999999999999999,00"
    statement = CSV.format(day="01/01/2026", number="?", amount=amount).encode()
    assert ada.bad("import_a_statement", raw=statement, account="main") == (422, "statement_value")


def test_no_judgment_to_come(ada: Caller, agreement: dict[str, Any]) -> None:
    judged = {"kind": "liquidation", "judged_on": "2150-01-01", "published_on": "2150-01-02"}
    assert ada.bad("declare_a_party_insolvent", judged, party="mercure") == (422, "ahead_of_today")


def test_dunning_asks_for_what_is_not_contested(ada: Caller, agreement: dict[str, Any]) -> None:
    invoice = issued(ada, agreement["deal"])
    ada.good("open_a_dispute", {"amount": "200", "category": "price"}, invoice=invoice["number"])
    late = date.fromisoformat(invoice["due_on"]) + timedelta(days=10)
    [item] = ada.good("plan_dunning", as_of=late.isoformat())
    assert list(item)[:9] == [
        "invoice", "party", "level", "channel", "open", "days_late", "interest", "indemnity", "skip",
    ]  # fmt: skip
    assert (item["open"], item["skip"]) == ("1000.00", None)


def test_an_invoice_of_which_tax_alone_is_open_is_open(ada: Caller, agreement: dict[str, Any]) -> None:
    """A credit note net of tax: the tax already invoiced stands."""
    number = issued(ada, agreement["deal"])["number"]
    ada.good("credit_an_invoice", {"reason": "Discount.", "tax": "0"}, invoice=number)
    [still] = ada.good("list_invoices", state="open")["items"]
    assert (still["number"], still["open_net"], still["open_tax"]) == (number, "0.00", "200.00")
