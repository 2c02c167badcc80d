"""Zoé of Forge Nord must never get in: every address of a firm answers her as if the firm did not exist."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from comptant.doors.web.urls import of_firm
from tests.web.test_pages import signed_in
from tests.world import MONDAY, atelier_lune, forge_nord

EXAMPLES = {
    "deal_ref": "D-1", "import_id": UUID(int=7), "act_id": UUID(int=7), "party_ref": "mercure", "offer_id": UUID(int=7),
    "agreement_id": UUID(int=7), "milestone_id": UUID(int=7), "invoice_id": UUID(int=7), "draft_id": UUID(int=7),
    "dispute_id": UUID(int=7), "line_id": UUID(int=7), "statement_id": UUID(int=7), "member_id": UUID(int=7),
    "token_id": UUID(int=7), "invitation_id": UUID(int=7), "reminder_id": UUID(int=7), "payment_id": UUID(int=7),
    "insolvency_id": UUID(int=7), "action_key": "decide-D-1", "stage_key": "proposal", "document_id": UUID(int=7),
    "contact_id": UUID(int=7),
}  # fmt: skip


def address(page: URLPattern, firm: str) -> str:
    """Where the page is, for a deal and a file that may well exist."""
    asked = {name: EXAMPLES[name] for name in page.pattern.regex.groupindex}
    return reverse(str(page.name), kwargs={"firm_ref": firm, **asked})


@pytest.mark.django_db
def test_every_address_is_closed_to_her() -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    nowhere = zoe.get("/f/no-such-firm/").content
    for page in of_firm:
        for answer in (zoe.get(address(page, "atelier-lune")), zoe.post(address(page, "atelier-lune"))):
            assert answer.status_code == 404, page.name
            assert answer.content == nowhere, page.name


@pytest.mark.django_db
def test_what_is_of_another_firm_is_not_in_hers() -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00")
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    assert zoe.get("/f/forge-nord/deals/D-1/").status_code == 404
    for page in of_firm:
        assert b"12\xc2\xa0000" not in zoe.get(address(page, "forge-nord")).content, page.name


@pytest.mark.django_db
def test_every_address_asks_a_stranger_to_sign_in() -> None:
    atelier_lune()
    for page in of_firm:
        for method in (Client().get, Client().post):
            answer = method(address(page, "atelier-lune"))
            assert answer.status_code == 302, page.name
            assert answer.headers["Location"].startswith("/login/?next="), page.name
