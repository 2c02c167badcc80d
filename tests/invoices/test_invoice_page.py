"""An invoice on screen: what it says, where its money stands, and each act, once, on what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.journey.invoices.actions import issue
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.payments.models import Payment
from comptant.journey.recovery.models import Dispute, Hold, Promise
from tests.invoices.billing import able_to_bill, drafted
from tests.recovery.late import invoiced, standing, tell
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 6, 24)


@pytest.fixture
def house() -> Iterator[House]:
    """An invoice of 12 000 inc VAT, 24 days late; its firm can issue documents."""
    made = atelier_lune(today=TODAY, fixed_today=TODAY)
    with made.open():
        able_to_bill(made)
        invoiced(made, "F-1", "12000.00", date(2026, 5, 31))
        made.sleeps_until(TODAY)
    yield made


@pytest.fixture
def ada(house: House) -> Client:
    return signed_in("ada", "atelier-lune")


def of(house: House, number: str = "F-1") -> Invoice:
    """The invoice as it is now."""
    with house.open():
        found: Invoice = Invoice.objects.select_related("deal__party", "party").get(firm=house.firm, number=number)
    return found


def at(house: House, act: str = "", number: str = "F-1") -> str:
    """Where the invoice, or an act on it, is."""
    return f"/f/atelier-lune/invoices/{of(house, number).id}/{act}"


def stands(house: House) -> dict[str, Decimal]:
    """Where its money stands."""
    with house.open():
        return standing(of(house))


def test_the_page_tells_where_the_money_is_and_what_the_delay_costs_beside(house: House, ada: Client) -> None:
    address = at(house)
    ada.post(f"{address}dispute/", {"amount": "100", "category": "price", "reason": "Trop"})
    ada.post(f"{address}promise/", {"day": "2026-07-10"})
    ada.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = ada.get(address).content.decode()
    assert f"12{NBSP}000,00{NBSP}€" in page
    assert f"11{NBSP}900,00{NBSP}€" in page and "Promis pour" in page
    assert f"24{NBSP}jours de retard" in page or "24 jours de retard" in page
    assert f"40,00{NBSP}€" in page
    assert "jamais ajoutés" in page
    assert len(questions(asked)) <= MOST_QUERIES, "\n".join(words[:200] for words in questions(asked))


def test_a_document_issued_here_shows_its_lines_and_its_pdf(house: House, ada: Client) -> None:
    with house.open():
        deal = house.opens("valmont", MONDAY, "10000")
        made = issue(drafted(house, deal), at=house.at(TODAY), by=house.people["Ada"])
    page = ada.get(at(house, number=made.number)).content.decode()
    assert "Diagnostic" in page
    pdf = ada.get(at(house, "pdf/", made.number))
    assert pdf.content.startswith(b"%PDF-1.7") and pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content == ada.get(at(house, "pdf/", made.number)).content
    assert ada.get(at(house, "pdf/")).status_code == 422


def test_a_part_is_paid_then_the_rest(house: House, ada: Client) -> None:
    said = {"amount": "2000,00", "day": "2026-06-23", "label": "VIR", "once": "one"}
    assert ada.post(at(house, "payment/"), said).status_code == 302
    assert ada.post(at(house, "payment/"), said).status_code == 409
    assert stands(house) == {"cashed": Decimal("2000.00"), "overdue": Decimal("10000.00")}
    assert ada.post(at(house, "payment/"), {"amount": "10 000", "day": "2026-06-24"}).status_code == 302
    assert stands(house) == {"cashed": Decimal("12000.00")}
    page = ada.get(at(house)).content.decode()
    assert "VIR" in page


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ({"amount": "douze", "day": "2026-06-24"}, "amount"),
        ({"amount": "", "day": "2026-06-24"}, "amount"),
        ({"amount": "10", "day": "hier\x00"}, "day"),
        ({"amount": "10", "day": "2026-07-30"}, "day"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field_and_kept(
    house: House, ada: Client, said: dict[str, str], beside: str
) -> None:
    answer = ada.post(at(house, "payment/"), said | {"label": "VIR SARRAZIN"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{beside}-error"' in page
    assert page.count('aria-invalid="true"') == 1
    assert "VIR SARRAZIN" in page
    assert stands(house) == {"overdue": Decimal("12000.00")}


def test_a_dialog_is_a_page_without_script_and_a_fragment_with_it(house: House, ada: Client) -> None:
    assert "<html" in ada.get(at(house, "payment/")).content.decode()
    alone = ada.get(at(house, "payment/"), headers={"HX-Request": "true"})
    assert "<html" not in alone.content.decode()
    told = ada.post(
        at(house, "payment/"), {"amount": "5", "day": "2026-06-24"}, headers={"HX-Request": "true"}
    )  # fmt: skip
    assert told.headers["HX-Redirect"] == at(house)


def test_a_part_is_contested_and_settled_by_a_credit_note(house: House, ada: Client) -> None:
    said = {"amount": "1200,00", "category": "scope", "reason": "Deux jours de trop", "owner": "nobody"}
    assert ada.post(at(house, "dispute/"), said).status_code == 302
    assert stands(house) == {"disputed": Decimal("1200.00"), "overdue": Decimal("10800.00")}
    with house.open():
        dispute = Dispute.objects.get(firm=house.firm)
        assert dispute.owner_id == house.people["Ada"].id
    settle = f"/f/atelier-lune/disputes/{dispute.id}/settlement/"
    assert f"1{NBSP}200{NBSP}€" in ada.get(settle).content.decode()
    assert ada.post(settle, {"answer": "Oui"}).status_code == 422
    assert ada.post(settle, {"outcome": "founded", "answer": "Vous avez raison."}).status_code == 302
    assert stands(house) == {"cancelled": Decimal("1200.00"), "overdue": Decimal("10800.00")}
    again = ada.post(settle, {"outcome": "upheld", "answer": "Non."})
    assert again.status_code == 422
    assert "Ada" in again.content.decode()


def test_more_than_is_open_is_refused_beside_the_amount(house: House, ada: Client) -> None:
    said = {"amount": "99999", "category": "price", "reason": "Trop cher"}
    answer = ada.post(at(house, "dispute/"), said)
    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.content.decode()
    assert 'value="99999"' in answer.content.decode()


def test_an_unfounded_dispute_is_due_again(house: House, ada: Client) -> None:
    with house.open():
        tell(house, of(house), "disputed", TODAY, amount="500.00", dispute=str(UUID(int=1)))
    ada.post(at(house, "dispute/"), {"amount": "100", "category": "quality", "reason": "Non"})
    with house.open():
        dispute = Dispute.objects.get(firm=house.firm, amount="100")
    address = f"/f/atelier-lune/disputes/{dispute.id}/settlement/"
    assert ada.post(address, {"outcome": "upheld", "answer": "Refait."}).status_code == 302
    assert stands(house)["disputed"] == Decimal("500.00")


def test_a_promise_and_a_hold_are_kept_and_lifted(house: House, ada: Client) -> None:
    assert ada.post(at(house, "promise/"), {"day": "2026-06-20"}).status_code == 422
    assert ada.post(at(house, "promise/"), {"day": "2026-07-10", "said_by": "Mme Roux"}).status_code == 302
    with house.open():
        assert Promise.objects.get(firm=house.firm).until == date(2026, 7, 10)
    assert ada.post(at(house, "hold/"), {"reason": ""}).status_code == 422
    assert ada.post(at(house, "hold/"), {"reason": "Deuil dans la famille"}).status_code == 302
    page = ada.get(at(house)).content.decode()
    assert "Deuil dans la famille" in page
    assert ada.post(at(house, "hold/lifting/")).status_code == 302
    with house.open():
        assert Hold.objects.get(firm=house.firm).lifted_on == TODAY


def test_a_credit_note_of_a_part_bears_its_own_number(house: House, ada: Client) -> None:
    assert ada.post(at(house, "credit-note/"), {"amount": "1000"}).status_code == 422
    said = {"amount": "1000", "reason": "Remise convenue", "after": "cancel", "once": "two"}
    assert ada.post(at(house, "credit-note/"), said).status_code == 302
    assert ada.post(at(house, "credit-note/"), said).status_code == 409
    with house.open():
        (note,) = Invoice.objects.filter(firm=house.firm, kind=InvoiceKind.CREDIT_NOTE)
    assert note.net == Decimal("1000.00")
    assert note.number in ada.get(at(house)).content.decode()
    assert "Enregistrer" not in ada.get(at(house, number=note.number)).content.decode()


def test_what_is_given_up_comes_back(house: House, ada: Client) -> None:
    assert f"12{NBSP}000{NBSP}€" in ada.get(at(house, "write-off/")).content.decode()
    assert ada.post(at(house, "write-off/"), {"amount": "12000", "reason": "Liquidé"}).status_code == 302
    assert stands(house) == {"written_off": Decimal("12000.00")}
    assert ada.post(at(house, "restoration/")).status_code == 302
    assert stands(house) == {"overdue": Decimal("12000.00")}
    assert ada.post(at(house, "restoration/")).status_code == 422


def test_a_payment_bounces(house: House, ada: Client) -> None:
    ada.post(at(house, "payment/"), {"amount": "12000", "day": "2026-06-20"})
    with house.open():
        paid = Payment.objects.get(firm=house.firm)
    address = f"/f/atelier-lune/payments/{paid.id}/bounce/"
    assert ada.post(address, {"amount": "12000", "day": "2026-06-23", "reason": "Provision"}).status_code == 302
    assert stands(house) == {"overdue": Decimal("12000.00")}
    assert ada.post(address, {"amount": "12000", "day": "2026-06-23", "reason": "Provision"}).status_code == 422


def test_what_someone_else_did_meanwhile_is_told(house: House, ada: Client) -> None:
    form = ada.get(at(house, "write-off/")).content.decode()
    seen = form.split('name="seen" value="')[1].split('"')[0]
    chloe = signed_in("chloé", "atelier-lune")
    assert chloe.post(at(house, "promise/"), {"day": "2026-07-10"}).status_code == 302
    answer = ada.post(at(house, "write-off/"), {"amount": "12000", "reason": "Perdu", "seen": seen})
    assert answer.status_code == 409
    assert "Chloé" in answer.content.decode()
    assert stands(house) == {"overdue": Decimal("12000.00")}


def test_who_may_do_what(house: House) -> None:
    odile, chloe = signed_in("odile", "atelier-lune"), signed_in("chloé", "atelier-lune")
    page = odile.get(at(house)).content.decode()
    assert "payment/" not in page and "dispute/" not in page
    assert odile.post(at(house, "dispute/"), {"amount": "1"}).status_code == 403
    assert "payment/" in chloe.get(at(house)).content.decode()
    bilal = signed_in("bilal", "atelier-lune")
    assert bilal.get(at(house)).status_code == 404
    assert bilal.post(at(house, "promise/"), {"day": "2026-07-10"}).status_code == 404


def test_zoe_never_sees_it(house: House) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    assert zoe.get(at(house)).status_code == 404
    assert zoe.get(f"/f/forge-nord/invoices/{of(house).id}/").status_code == 404
    assert zoe.post(f"/f/forge-nord/invoices/{of(house).id}/write-off/", {"amount": "1"}).status_code == 404
