"""Closing a deal: won with its proof, lost, vanished; apart, on hold or declined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comptant.ground.documents.models import Document
from comptant.ground.mail.models import Message
from comptant.journey.offers.models import Agreement
from comptant.journey.pipeline.models import Standing
from tests.offers.selling import identified
from tests.web.test_pages import signed_in
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db

F = "/f/atelier-lune"
TODAY = date(2026, 3, 5)
CLOSING = f"{F}/deals/D-1/closing/"


@pytest.fixture
def lune() -> House:
    """Atelier Lune with a deal of 12 000 and one of 5 000, followed by Bilal."""
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Comité de trésorerie", seller=house.people["Bilal"])
        house.opens("D-2", MONDAY, "5000.00", seller=house.people["Ada"])
    return house


@pytest.fixture
def bilal(lune: House) -> Iterator[Client]:
    """Signed in as the seller."""
    yield signed_in("bilal", "atelier-lune")


def signed_paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("signé.pdf", b"%PDF-1.7 bon pour accord", "application/pdf")


def place(house: House, ref: str = "D-1") -> str:
    with house.open():
        return str(Standing.objects.get(deal__ref=ref).place)


def test_a_vanished_client_may_be_told_once_and_courteously(lune: House, bilal: Client) -> None:
    with lune.open():
        identified(lune)
    answer = bilal.post(CLOSING, {"outcome": "vanished", "writes": "on"}, follow=True)
    assert "paul@mercure.example" in answer.content.decode()
    with lune.open():
        (letter,) = Message.objects.filter(firm=lune.firm, kind="closing")
        assert letter.to == "paul@mercure.example"
        assert "je ferme votre dossier aujourd’hui" in letter.text
        assert "je ne vous relancerai plus" in letter.text.replace("\n", " ")
    assert place(lune) == "vanished"


def test_an_address_with_braces_is_an_address(lune: House, bilal: Client) -> None:
    with lune.open():
        party = identified(lune).clients["mercure"]
        party.email = "{paul}@mercure.example"
        party.save()
    assert bilal.post(CLOSING, {"outcome": "vanished", "writes": "on"}).status_code == 302
    assert place(lune) == "vanished"


def test_without_an_address_nothing_is_closed_and_it_is_said(lune: House, bilal: Client) -> None:
    answer = bilal.post(CLOSING, {"outcome": "vanished", "writes": "on"})
    assert answer.status_code == 422
    assert place(lune) == "hoped"
    assert not Message.objects.exists()


def test_won_without_a_proof_is_not_won(lune: House, bilal: Client) -> None:
    answer = bilal.post(CLOSING, {"outcome": "won", "net": "12000", "rate": "20"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Tant que ce n’est pas signé, ce n’est pas signé." in text
    assert 'id="act-file" name="file" aria-invalid="true"' in text
    assert place(lune) == "hoped"


def test_won_with_its_proof_is_an_agreement(lune: House, bilal: Client) -> None:
    said = {"outcome": "won", "net": "11 500,50", "rate": "20", "on": "2026-03-04", "file": signed_paper()}
    answer = bilal.post(CLOSING, said)
    assert answer.status_code == 302, answer.content.decode()
    assert place(lune) == "signed"
    with lune.open():
        agreement = Agreement.objects.get(deal__ref="D-1")
        assert (agreement.net, agreement.tax, agreement.proof) == (Decimal("11500.50"), Decimal("2300.10"), "scanned")
        assert bytes(Document.objects.get(id=agreement.document_id).content).startswith(b"%PDF-1.7")
    assert "11\xa0500,50\xa0€" in bilal.get(f"{F}/deals/D-1/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"net": "douze"},
        {"net": ""},
        {"on": "2026-03-19"},
        {"on": "demain"},
        {"on": "0001-01-01"},
        {"net": "1\x00"},
        {"rate": "19"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_won(lune: House, bilal: Client, wrong: dict[str, str]) -> None:
    said = {"outcome": "won", "net": "12000", "rate": "20", "on": "2026-03-04", "file": signed_paper()} | wrong
    answer = bilal.post(CLOSING, said)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert place(lune) == "hoped"
    with lune.open():
        assert not Document.objects.exists()


def test_lost_to_someone_or_to_nobody_known(lune: House, bilal: Client) -> None:
    bilal.post(CLOSING, {"outcome": "lost", "competitor": "FinAxis", "lost_reason": "price", "net": "x"})
    assert place(lune) == "lost"
    text = bilal.get(f"{F}/deals/D-1/").content.decode()
    assert "FinAxis" in text
    assert "Prix" in text


def test_vanished_without_an_answer(lune: House, bilal: Client) -> None:
    bilal.post(CLOSING, {"outcome": "vanished", "vanished_reason": "silence"})
    assert place(lune) == "vanished"
    assert "Sans réponse" in bilal.get(f"{F}/deals/D-1/").content.decode()


def test_a_deal_closed_by_a_slip_is_open_again_by_its_undo(lune: House, bilal: Client) -> None:
    told = bilal.post(CLOSING, {"outcome": "vanished"}, follow=True).content.decode()
    undo = told.split('class="toast"')[1].split('action="')[1].split('"')[0]
    assert bilal.post(undo).status_code == 302
    assert place(lune) == "hoped"


def test_an_outcome_that_does_not_exist_is_none(lune: House, bilal: Client) -> None:
    assert bilal.post(CLOSING, {"outcome": "maybe"}).status_code == 422
    assert bilal.post(CLOSING, {}).status_code == 422
    assert place(lune) == "hoped"


def test_a_closed_deal_is_not_closed_again(lune: House, bilal: Client) -> None:
    bilal.post(CLOSING, {"outcome": "lost"})
    assert bilal.post(CLOSING, {"outcome": "vanished"}).status_code == 422
    assert place(lune) == "lost"
    assert "déjà" in bilal.get(CLOSING).content.decode()


def test_declining_shows_first_what_is_left(lune: House, bilal: Client) -> None:
    text = bilal.get(f"{F}/deals/D-1/declining/").content.decode()
    assert "5\xa0000\xa0€" in text
    part = bilal.get(f"{F}/deals/D-1/declining/", headers={"HX-Request": "true", "HX-Target": "left"}).content.decode()
    assert "<form" not in part
    assert "Décliner l’affaire" in part
    bilal.post(f"{F}/deals/D-1/declining/", {"why": "trop loin"})
    assert place(lune) == "declined"


def test_from_the_dialog_it_may_wait(lune: House, bilal: Client) -> None:
    said = {"outcome": "won", "wake_on": "2026-04-01", "reason": "Budget voté"}
    assert bilal.post(f"{F}/deals/D-1/hold/", said).status_code == 302
    assert place(lune) == "waiting"


def test_someone_was_faster(lune: House, bilal: Client) -> None:
    ada = signed_in("ada", "atelier-lune")
    seen = bilal.get(CLOSING).content.decode().split('name="seen" value="')[1].split('"')[0]
    ada.post(f"{F}/deals/D-1/estimates/", {"amount": "14000"})
    answer = bilal.post(CLOSING, {"outcome": "lost", "seen": seen})
    assert answer.status_code == 409
    assert "Ada" in answer.content.decode()
    assert place(lune) == "hoped"


def test_sent_twice_it_acts_once(lune: House, bilal: Client) -> None:
    said = {"outcome": "won", "net": "12000", "rate": "20", "once": "k1"}
    assert bilal.post(CLOSING, said | {"file": signed_paper()}).status_code == 302
    assert bilal.post(CLOSING, said | {"file": signed_paper()}).status_code == 409
    with lune.open():
        assert Agreement.objects.count() == 1


def test_a_seller_closes_their_own_deals_alone(lune: House, bilal: Client) -> None:
    assert bilal.get(f"{F}/deals/D-2/closing/").status_code == 404
    assert bilal.post(f"{F}/deals/D-2/closing/", {"outcome": "lost"}).status_code == 404


def test_who_reads_alone_does_not_close(lune: House) -> None:
    odile = signed_in("odile", "atelier-lune")
    assert odile.post(CLOSING, {"outcome": "lost"}).status_code == 403
    assert "closing/" not in odile.get(f"{F}/deals/D-1/").content.decode()


def test_the_day_of_signature_is_the_day_said(lune: House, bilal: Client) -> None:
    with lune.open():
        lune.sleeps_until(date(2026, 3, 5))
    bilal.post(CLOSING, {"outcome": "won", "net": "12000", "rate": "20", "on": "2026-03-04", "file": signed_paper()})
    with lune.open():
        assert Agreement.objects.get().signed_on == date(2026, 3, 4)


def test_a_kind_of_file_that_is_none_is_bytes(lune: House, bilal: Client) -> None:
    paper = SimpleUploadedFile("bon.pdf", b"%PDF-1.7", "x" * 300)
    answer = bilal.post(CLOSING, {"outcome": "won", "net": "12000", "rate": "20", "on": "2026-03-04", "file": paper})
    assert answer.status_code == 302
    with lune.open():
        assert Document.objects.get().media_type == "application/octet-stream"
