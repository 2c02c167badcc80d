"""An offer by the API, from its draft to the client's signature, and what is agreed outside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from comptant.ground.firms.models import Role
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.journey.offers.models import Signature
from tests.api.calling import Caller, caller
from tests.world import House, found

pytestmark = pytest.mark.django_db

LINES = [
    {"title": "Audit", "price": "8000", "tax_rate": "20", "direct_cost": "1000.00"},
    {"title": "Training", "price": "1500.50", "tax_rate": 20, "is_optional": True},
]
SCHEDULE = [{"title": "Deposit", "share": 30, "trigger": "signature"}, {"title": "Report", "share": "70"}]
SOON = (timezone.now().date() + timedelta(days=20)).isoformat()
OFFER = {
    "lines": LINES, "schedule": SCHEDULE, "decision_on": SOON, "title": "Treasury",
    "benefits": [{"title": "Interest saved", "figure": "10 000 €"}],
}  # fmt: skip


@pytest.fixture
def deal(lune: House, ada: Caller) -> str:
    ada.good("change_party", {"email": "rose@mercure.example", "city": "Lyon"}, party="mercure")
    return str(ada.good("open_a_deal", {"party": "mercure", "title": "Audit", "amount": "8000"})["ref"])


def sent(ada: Caller, deal: str, house: House) -> tuple[str, Caller, str]:
    """The number of an offer that was sent, the client without a token, and the secret of their link."""
    number = ada.good("draft_an_offer", OFFER, deal=deal)["number"]
    ada.good("present_an_offer", {"how": "video"}, offer=number)
    assert ada.good("send_an_offer", {}, offer=number)["state"] == "sent"
    return number, Caller(), letter(house, r"/o/([\w-]+)/")


def letter(house: House, pattern: str) -> str:
    """What the newest letter that holds it says."""
    with house.open():
        texts = Message.objects.filter(firm=house.firm).order_by("-id").values_list("text", flat=True)
        return next(hit[1] for text in texts if (hit := re.search(pattern, text)))


def test_the_client_signs(ada: Caller, deal: str, lune: House) -> None:
    number, rose, secret = sent(ada, deal, lune)
    page = rose.good("read_public_offer", secret=secret)
    assert (page["state"], page["number"], len(page["options"])) == ("sent", number, 1)
    rose.good("ask_for_a_code", {}, secret=secret)
    code = letter(lune, r"(\d{3} \d{3})")
    signing = {"name": "Rose", "function": "CEO", "code": "000000", "consent": True, "options": []}
    wrong = "000 000" if code != "000 000" else "111 111"
    assert rose.bad("accept_public_offer", {**signing, "code": wrong}, secret=secret) == (422, "code_wrong")
    for odd in ("I accept.", False):
        assert rose.bad("accept_public_offer", {**signing, "code": code, "consent": odd}, secret=secret) == (
            422, "consent_needed",
        )  # fmt: skip
    assert rose.good("accept_public_offer", {**signing, "code": code}, secret=secret)["state"] == "accepted"
    with lune.open():
        assert Signature.objects.get().consent == page["consent"]
    assert number in page["consent"] and "version 1" in page["consent"]
    assert rose.bad("decline_public_offer", {"why": "price"}, secret=secret) == (409, "already_answered")
    [agreement] = ada.good("list_agreements", deal=deal)["items"]
    assert (agreement["net"], agreement["tax"], agreement["proof"]) == ("8000.00", "1600.00", "signature")
    balances = {b["account"]: (b["net"], b["tax"]) for b in ada.good("get_deal", deal=deal)["balances"]}
    assert balances["billable"] == ("2400.00", "480.00")
    assert balances["signed"] == ("5600.00", "1120.00")
    report = agreement["milestones"][1]["id"]
    assert ada.good("deliver_a_milestone", {}, milestone=report)["reached_on"]
    assert ada.bad("deliver_a_milestone", {}, milestone=report)[0] in (409, 422)
    assert ada.bad("deliver_a_milestone", {"on": "2199-01-01"}, milestone=report) == (422, "ahead_of_today")
    pdf = ada.call("get_offer_pdf", offer=number)
    assert pdf.content.startswith(b"%PDF")
    assert {row["kind"] for row in ada.good("list_letters", deal=deal)["items"]} >= {"offer_code"}
    assert ada.good("get_agreement", agreement=agreement["id"])["deal"] == deal


def test_the_client_declines(ada: Caller, deal: str, lune: House) -> None:
    _, rose, secret = sent(ada, deal, lune)
    assert rose.good("decline_public_offer", {"why": "competitor"}, secret=secret)["state"] == "declined"
    assert ada.good("get_deal", deal=deal)["account"] == "lost"
    assert rose.bad("read_public_offer", secret="made-up") == (404, "nothing_here")


def test_what_no_table_could_hold_is_refused_without_a_token_too(ada: Caller, deal: str, lune: House) -> None:
    """A NUL in any text of an answer: the request cannot be read, and nothing of it is kept."""
    _, rose, secret = sent(ada, deal, lune)
    signing = {"name": "Rose", "function": "CEO", "code": "000000", "consent": "yes"}
    for field in signing:
        said = signing | {field: f"{signing[field]}\0"}
        assert rose.bad("accept_public_offer", said, secret=secret) == (400, "unreadable"), field
    for said in ({"why": "price\0"}, {"why": "price", "comment": "a\0b"}, {"why": "price", "\0": "a"}):
        assert rose.bad("decline_public_offer", said, secret=secret) == (400, "unreadable")
    assert rose.bad("read_public_offer", secret=f"{secret}\0") == (404, "nothing_here")
    assert rose.good("read_public_offer", secret=secret)["state"] == "sent"


def test_a_version_after_another(ada: Caller, deal: str, lune: House) -> None:
    number, _, _ = sent(ada, deal, lune)
    revised = ada.good("revise_an_offer", {"title": "Treasury and more"}, offer=number)
    assert (revised["version"], revised["state"], len(revised["lines"])) == (2, "draft", 2)
    assert revised["predicted_margin"] == "7000.00"
    assert [row["version"] for row in ada.good("list_offers", deal=deal)["items"]] == [2, 1]
    first = ada.good("list_offers", deal=deal)["items"][1]["id"]
    assert ada.good("get_offer", offer=first)["state"] == "sent"


def test_an_agreement_made_outside_and_an_extra(ada: Caller, deal: str, lune: House) -> None:
    body = {"net": "9000", "tax": "1800", "proof": "scanned", "schedule": SCHEDULE}
    assert ada.bad("record_an_agreement", body, deal=deal)[0] == 422
    scan = ada.good("keep_a_document", raw=b"%PDF-1.7 a scan", name="bon pour accord.pdf", media_type="application/pdf")
    body["document"] = scan["id"]
    agreement = ada.good("record_an_agreement", body, deal=deal)
    assert agreement["document"] == scan["id"]
    assert ada.bad("record_an_agreement", body, deal=deal) == (409, "already_agreed")
    assert ada.good("get_document", document=scan["id"])["sha256"] == scan["sha256"]
    assert ada.call("get_document_file", document=scan["id"]).content == b"%PDF-1.7 a scan"
    extra = ada.good("propose_an_extra", {"lines": LINES[:1], "title": "Annex"}, deal=deal)
    accepted = ada.good("accept_an_extra", {"proof": "purchase_order", "document": scan["id"]}, offer=extra["number"])
    assert accepted["kind"] == "extra"
    ended = ada.good("end_an_agreement", {"reason": "the client stopped it"}, agreement=agreement["id"])
    assert ended["ended_on"]


def test_staff_capture_an_extra_request_and_nothing_else(db: None) -> None:
    house = found("Atelier Lune", {"Ada": Role.OWNER, "Sami": Role.STAFF})
    ada, sami = caller(house, "Ada"), caller(house, "Sami")
    with house.open():
        Party.objects.filter(firm=house.firm, ref="mercure").update(email="rose@mercure.example")
    deal = ada.good("open_a_deal", {"party": "mercure", "amount": "100"})["ref"]
    scan = ada.good("keep_a_document", raw=b"scan", name="order.txt")["id"]
    ada.good("record_an_agreement", {"net": "100", "tax": "20", "proof": "purchase_order", "document": scan}, deal=deal)
    offer = sami.good("propose_an_extra", {"lines": LINES[:1], "title": "Annex"}, deal=deal)
    assert offer["predicted_margin"] is None
    assert sami.bad("get_deal", deal=deal) == (403, "role_missing")
    assert sami.bad("draft_an_offer", OFFER, deal=deal) == (403, "role_missing")


def test_the_client_is_not_told_how_far_they_are_trusted(ada: Caller, deal: str, lune: House) -> None:
    """The page says it cannot be signed here; so does the API. And the proof names the client, not the proxy."""
    offer = {name: said for name, said in OFFER.items() if name != "schedule"}
    number = ada.good("draft_an_offer", offer, deal=deal)["number"]
    ada.good("send_an_offer", {}, offer=number)
    rose, secret = Caller(), letter(lune, r"/o/([\w-]+)/")
    rose.good("ask_for_a_code", {}, secret=secret)
    signing = {"name": "Rose", "function": "CEO", "code": letter(lune, r"(\d{3} \d{3})"), "consent": True}
    thought = {"light": "red", "reason": "Never pays."}
    ada.good("assess_party", thought, party="mercure")
    answer = rose.call("accept_public_offer", signing, secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (422, "cannot_sign_here")
    assert "Never pays" not in answer.content.decode()


@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_the_proof_names_the_client_and_not_the_proxy(ada: Caller, deal: str, lune: House) -> None:
    _, rose, secret = sent(ada, deal, lune)
    rose.good("ask_for_a_code", {}, secret=secret)
    signing = {"name": "Rose", "function": "CEO", "code": letter(lune, r"(\d{3} \d{3})"), "consent": True}
    address = f"/api/v1/public/offers/{secret}/acceptance"
    answer = rose.send("POST", address, signing, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert answer.status_code == 201
    with lune.open():
        assert Signature.objects.get().ip == "203.0.113.9"
