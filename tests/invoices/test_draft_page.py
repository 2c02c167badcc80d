"""Drafts and agreements on screen: what the law misses is listed, a number is given once, whoever presses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from comptant.ground.firms.models import Identity
from comptant.journey.invoices.models import Draft, Invoice
from comptant.journey.offers.models import Milestone
from tests.invoices.billing import SCHEDULE, able_to_bill, agreed, drafted
from tests.web.test_pages import signed_in
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db
NBSP = "\N{NO-BREAK SPACE}"
HERE = "/f/atelier-lune/"
LINE = {"title-0": "Diagnostic", "price-0": "1 000,00", "quantity-0": "2", "rate-0": "20", "unit-0": "forfait"}


@pytest.fixture
def house() -> Iterator[House]:
    made = atelier_lune()
    with made.open():
        able_to_bill(made)
    yield made


@pytest.fixture
def ada(house: House) -> Client:
    return signed_in("ada", "atelier-lune")


def only_draft(house: House) -> Draft:
    """The one draft."""
    with house.open():
        found: Draft = Draft.objects.get(firm=house.firm)
    return found


def test_an_invoice_without_a_sale_is_drafted_then_issued(house: House, ada: Client) -> None:
    assert ada.post(f"{HERE}invoices/new/", LINE | {"party": "mercure sarl", "note": "Merci"}).status_code == 302
    address = f"{HERE}drafts/{only_draft(house).id}/"
    page = ada.get(address).content.decode()
    assert f"2{NBSP}400,00{NBSP}€" in page
    assert 'id="missing"' not in page
    dialog = ada.get(f"{address}issuing/").content.decode()
    assert f"Émettre 2{NBSP}400,00{NBSP}€" in dialog
    answer = ada.post(f"{address}issuing/", {"once": "o"}, follow=True)
    with house.open():
        (issued,) = Invoice.objects.filter(firm=house.firm)
    assert (issued.net, issued.tax) == (Decimal("2000.00"), Decimal("400.00"))
    assert issued.number in answer.content.decode()
    assert ada.get(address).status_code == 302


def test_two_people_issue_one_draft_and_the_second_is_told(house: House, ada: Client) -> None:
    with house.open():
        draft = drafted(house, house.opens("D-1", MONDAY, "1000"))
    address = f"{HERE}drafts/{draft.id}/issuing/"
    chloe = signed_in("chloé", "atelier-lune")
    assert chloe.post(address).status_code == 302
    answer = ada.post(address)
    assert answer.status_code == 422
    with house.open():
        (issued,) = Invoice.objects.filter(firm=house.firm)
    assert issued.number in answer.content.decode()


def test_what_the_law_misses_is_listed_before(house: House, ada: Client) -> None:
    with house.open():
        Identity.objects.filter(firm=house.firm).update(siren="", capital="")
        draft = drafted(house, house.opens("D-1", MONDAY, "1000"))
    page = ada.get(f"{HERE}drafts/{draft.id}/").content.decode()
    assert "SIREN" in page and "capital" in page
    assert "issuing/" not in page
    assert ada.post(f"{HERE}drafts/{draft.id}/issuing/").status_code == 422
    with house.open():
        assert not Invoice.objects.filter(firm=house.firm).exists()


def test_a_line_that_cannot_be_read_is_told_where_it_is_and_all_is_kept(house: House, ada: Client) -> None:
    said = LINE | {"party": "Mercure SARL", "title-1": "Suivi", "price-1": "cher", "note": "Merci"}
    answer = ada.post(f"{HERE}invoices/new/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="price-1-error"' in page and 'id="price-0-error"' not in page
    assert 'value="Suivi"' in page and 'value="cher"' in page and "Merci" in page


@pytest.mark.parametrize("party", ["", "Personne", "a\x00b"])
def test_an_unknown_client_is_told(house: House, ada: Client, party: str) -> None:
    answer = ada.post(f"{HERE}invoices/new/", LINE | {"party": party})
    assert answer.status_code == 422
    assert 'id="party-error"' in answer.content.decode()


def test_another_line_is_asked_without_a_script(house: House, ada: Client) -> None:
    page = ada.post(f"{HERE}invoices/new/", LINE | {"party": "Mercure SARL", "more": "1"}).content.decode()
    assert 'value="Diagnostic"' in page and 'name="title-1"' in page
    with house.open():
        assert not Draft.objects.filter(firm=house.firm).exists()


def test_a_draft_is_written_again_and_thrown_away(house: House, ada: Client) -> None:
    with house.open():
        draft = drafted(house, house.opens("D-1", MONDAY, "1000"))
    address = f"{HERE}drafts/{draft.id}/"
    said = LINE | {"title-1": "Rien", "price-1": "5", "gone-1": "1", "rate-1": "20", "due_on": "2026-04-01"}
    assert ada.post(address, said).status_code == 302
    again = only_draft(house)
    assert ([line["title"] for line in again.lines], again.due_on) == (["Diagnostic"], date(2026, 4, 1))
    assert ada.post(address, {"title-0": "", "price-0": ""}).status_code == 422
    assert ada.post(f"{address}discarding/").status_code == 302
    assert ada.get(address).status_code == 404


def test_who_sells_drafts_nothing(house: House) -> None:
    assert signed_in("bilal", "atelier-lune").get(f"{HERE}invoices/new/").status_code == 403
    assert signed_in("odile", "atelier-lune").get(f"{HERE}invoices/new/").status_code == 403


def test_an_agreement_is_invoiced_by_deposit_milestone_and_balance(house: House, ada: Client) -> None:
    with house.open():
        agreement = agreed(house, house.opens("D-1", MONDAY, "10000"), schedule=SCHEDULE)
        part = Milestone.objects.get(agreement=agreement, title="Livraison")
    here = f"{HERE}agreements/{agreement.id}/"
    page = ada.get(f"{here}invoices/").content.decode()
    assert f"10{NBSP}000{NBSP}€" in page and "Livraison" in page
    assert ada.post(f"{here}deposit/", {"share": "200"}).status_code == 422
    assert ada.post(f"{here}deposit/", {"share": "30", "once": "d"}).status_code == 302
    assert ada.post(f"{here}deposit/", {"share": "30", "once": "d"}).status_code == 409
    assert ada.post(f"{here}deposit/", {"share": "30"}).status_code == 422
    assert ada.post(f"{HERE}milestones/{part.id}/invoice/").status_code == 302
    assert f"3{NBSP}000{NBSP}€" in ada.get(f"{here}balance/").content.decode()
    assert ada.post(f"{here}balance/").status_code == 302
    assert ada.post(f"{here}balance/").status_code == 422
    with house.open():
        issued = Invoice.objects.filter(firm=house.firm).order_by("number").values_list("kind", "net")
        assert [(kind, str(net)) for kind, net in issued] == [
            ("deposit", "3000.00"), ("invoice", "4000.00"), ("balance", "3000.00")
        ]  # fmt: skip
    page = ada.get(f"{here}invoices/").content.decode()
    assert "deposit/" not in page


def test_a_reader_sees_the_agreement_without_its_buttons(house: House) -> None:
    with house.open():
        agreement = agreed(house, house.opens("D-1", MONDAY, "10000"), schedule=SCHEDULE)
    odile = signed_in("odile", "atelier-lune")
    page = odile.get(f"{HERE}agreements/{agreement.id}/invoices/").content.decode()
    assert "Livraison" in page and "deposit/" not in page and "/invoice/" not in page
