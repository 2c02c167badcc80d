"""The bank's page: what waits and what it may pay, accepted once, taken back, chosen by hand; by keyboard too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from comptant.doors.cli.doctor import of_firm
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.bank import import_statement
from comptant.journey.payments.models import BankLine, LineState, Payment
from tests.payments.made import ISSUED, held, invoiced, standing, whole
from tests.payments.statements import PAYER, Entry, camt
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, PASSWORD, House, atelier_lune

TODAY = MONDAY + timedelta(days=90)
CAME = ISSUED + timedelta(days=20)
BANK = "/f/atelier-lune/bank/"
NBSP = "\xa0"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lune() -> House:
    """Two invoices of Mercure, one of Boréal, and three lines: one sure, one likely, one that nobody knows."""
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    with house.open():
        invoiced(house, "FA-2026-0001")
        invoiced(house, "FA-2026-0002", "600.00")
        invoiced(house, "FA-2026-0003", "480.00", party=house.clients["boreal"])
        entries = (
            Entry("1200.00", "VIR SEPA FA-2026-0001", on=CAME, iban=PAYER, payer="MERCURE"),
            Entry("400.00", "FA-2026-0003 ACPTE", on=CAME - timedelta(days=1)),
            Entry("5000.00", "APPORT ASSOCIEE", on=CAME - timedelta(days=2)),
            Entry("-12.50", "FRAIS", on=CAME),
        )
        import_statement(house.firm, camt(entries), "releve.xml", at=house.at(TODAY), by=house.people["Ada"])
    return house


@pytest.fixture
def chloe(lune: House) -> Iterator[Client]:
    """Signed in as who keeps the books."""
    yield signed_in("chloé", "atelier-lune")


def line(house: House, amount: str) -> BankLine:
    with house.open():
        found: BankLine = BankLine.objects.get(amount=amount)
    return found


def fields(text: str, verb: str) -> dict[str, list[str]]:
    """What the form of an act holds, as a browser would send it."""
    form = re.search(rf'<form[^>]*action="[^"]*{verb}/"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert form, verb
    said: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]):
        said.setdefault(name, []).append(value)
    return said


def test_what_waits_is_listed_with_what_it_may_pay(chloe: Client) -> None:
    text = chloe.get(BANK).content.decode()
    assert f"Rapprocher 3{NBSP}lignes" in text or "Rapprocher 3 lignes" in text
    assert f"6{NBSP}600{NBSP}€" in text
    for words in ("VIR SEPA FA-2026-0001", "Sûr · FA-2026-0001", "Probable · FA-2026-0003, partiel", "À choisir"):
        assert words in text, words
    assert "FRAIS" not in text
    assert "Même montant, au centime" in text
    assert f"1{NBSP}000{NBSP}€ HT" in text


def test_the_page_asks_few_questions_whatever_waits(lune: House, chloe: Client) -> None:
    with lune.open():
        entries = [Entry("7.00", f"LIGNE {n}", on=CAME, ref=f"R{n}", payer=f"Client {n}") for n in range(40)]
        import_statement(lune.firm, camt(entries), "other.xml", at=lune.at(TODAY), by=None)
    for address in (BANK, f"{BANK}?line={line(lune, '1200.00').id}", f"{BANK}payments/", f"{BANK}statements/"):
        chloe.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert chloe.get(address).status_code == 200
        assert len(questions(asked)) <= MOST_QUERIES, [words[:90] for words in questions(asked)]
    text = chloe.get(BANK).content.decode()
    assert text.count("data-line ") == 15
    older = re.search(r'href="([^"]*before=[^"]*)"', text)
    assert older
    assert "VIR SEPA FA-2026-0001" not in chloe.get(older[1].replace("&amp;", "&")).content.decode()


def test_accepting_posts_once_tells_and_can_be_undone(lune: House, chloe: Client) -> None:
    sure = line(lune, "1200.00")
    said = fields(chloe.get(f"{BANK}?line={sure.id}").content.decode(), "confirmation")
    answer = chloe.post(f"{BANK}lines/{sure.id}/confirmation/", said)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{BANK}?line={line(lune, '400.00').id}"
    text = chloe.get(answer.headers["Location"]).content.decode()
    assert f"FA-2026-0001 rapprochée, 1{NBSP}200{NBSP}€" in text
    assert f"{BANK}lines/{sure.id}/release/" in text
    with lune.open():
        assert whole(lune)["cashed"] == "1200.00"
    again = chloe.post(f"{BANK}lines/{sure.id}/confirmation/", said)
    assert again.status_code == 409
    chloe.post(f"{BANK}lines/{sure.id}/release/")
    with lune.open():
        assert "cashed" not in whole(lune)
        assert not [check for check in of_firm(lune.firm) if not check.ok]


def test_two_who_accept_one_line_get_one_outcome(lune: House, chloe: Client) -> None:
    sure, ada = line(lune, "1200.00"), signed_in("ada", "atelier-lune")
    first, second = (fields(who.get(f"{BANK}?line={sure.id}").content.decode(), "confirmation") for who in (ada, chloe))
    assert ada.post(f"{BANK}lines/{sure.id}/confirmation/", first).status_code == 302
    answer = chloe.post(f"{BANK}lines/{sure.id}/confirmation/", second)
    assert answer.status_code == 409
    assert "Ada a rapproché" in answer.content.decode()
    assert "FA-2026-0001" in answer.content.decode()
    with lune.open():
        assert Payment.objects.count() == 1


def test_a_proposal_that_holds_no_more_is_not_accepted(lune: House, chloe: Client) -> None:
    partly, ada = line(lune, "400.00"), signed_in("ada", "atelier-lune")
    said = fields(chloe.get(f"{BANK}?line={partly.id}").content.decode(), "confirmation")
    other = line(lune, "5000.00")
    with lune.open():
        document = str(_documents("FA-2026-0003")[0])
    paid = ada.post(f"{BANK}lines/{other.id}/invoices/", {"pick": document})
    assert paid.status_code == 302
    answer = chloe.post(f"{BANK}lines/{partly.id}/confirmation/", said)
    assert answer.status_code == 409
    with lune.open():
        assert BankLine.objects.get(id=partly.id).state == LineState.OPEN


def _documents(number: str) -> list[Any]:
    return list(Invoice.objects.filter(number=number).values_list("id", flat=True))


def test_not_a_client_moves_nothing_and_can_be_undone(lune: House, chloe: Client) -> None:
    owner = line(lune, "5000.00")
    with lune.open():
        before = whole(lune)
    assert chloe.post(f"{BANK}lines/{owner.id}/setting-aside/").status_code == 302
    with lune.open():
        assert BankLine.objects.get(id=owner.id).state == LineState.SET_ASIDE
        assert whole(lune) == before
    text = chloe.get(f"{BANK}?line={owner.id}").content.decode()
    assert "Pas un client" in text
    assert "Chloé" in text
    assert chloe.post(f"{BANK}lines/{owner.id}/setting-aside/").status_code == 409
    assert chloe.post(f"{BANK}lines/{owner.id}/release/").status_code == 302
    with lune.open():
        assert BankLine.objects.get(id=owner.id).state == LineState.OPEN


def test_other_invoices_are_found_by_number_client_and_amount(lune: House, chloe: Client) -> None:
    page = f"{BANK}lines/{line(lune, '5000.00').id}/invoices/"
    for words, number in (("0003", "FA-2026-0003"), ("mercure", "FA-2026-0002"), ("600,00", "FA-2026-0002")):
        text = chloe.get(page, {"q": words}, headers={"HX-Request": "true"}).content.decode()
        assert number in text, words
        assert "<html" not in text
    assert "Aucune facture" in chloe.get(page, {"q": "zzz\x00"}).content.decode()


def test_several_invoices_and_a_fee_are_chosen_and_the_rest_is_held(lune: House, chloe: Client) -> None:
    other = line(lune, "5000.00")
    with lune.open():
        picked = [str(one) for number in ("FA-2026-0001", "FA-2026-0002") for one in _documents(number)]
    answer = chloe.post(f"{BANK}lines/{other.id}/invoices/", {"pick": picked, "fee": "10,00"})
    assert answer.status_code == 302
    with lune.open():
        assert whole(lune)["cashed"] == "1800.00"
        assert held(lune) == "3210.00"
    text = chloe.get(f"{BANK}payments/").content.decode()
    assert f"3{NBSP}210,00{NBSP}€" in text
    assert "Mercure SARL" in text


def test_a_split_says_how_much_goes_to_each_or_what_is_wrong(lune: House, chloe: Client) -> None:
    partly = line(lune, "400.00")
    with lune.open():
        first, third = (str(_documents(number)[0]) for number in ("FA-2026-0001", "FA-2026-0003"))
    page = f"{BANK}lines/{partly.id}/invoices/"
    too_much = {"share": "1", "pick": [first, third], f"amount-{first}": "300", f"amount-{third}": "101"}
    for said in (too_much, {"share": "1"}, {}, {"pick": [first], "fee": "abc\x00"}, {"pick": [first], "fee": "9000"}):
        answer = chloe.post(page, said)
        assert answer.status_code == 422, said
    assert f"401,00{NBSP}€" in chloe.post(page, too_much).content.decode()
    said = {"share": "1", "pick": [first, third], f"amount-{first}": "300,00", f"amount-{third}": "100"}
    assert chloe.post(page, said).status_code == 302
    with lune.open():
        assert whole(lune)["cashed"] == "400.00"


def test_what_is_sure_is_accepted_at_once_and_undone_at_once(lune: House, chloe: Client) -> None:
    answer = chloe.post(f"{BANK}matching/")
    assert answer.status_code == 302
    text = chloe.get(BANK).content.decode()
    undo = re.search(r'action="([^"]*releases[^"]*)"', text)
    assert undo
    with lune.open():
        assert whole(lune)["cashed"] == "1200.00"
    assert chloe.post(undo[1].replace("&amp;", "&")).status_code == 302
    with lune.open():
        assert "cashed" not in whole(lune)
    assert chloe.post(f"{BANK}releases/").status_code == 404


def test_htmx_gets_the_next_line_the_line_of_amounts_and_the_toast(lune: House, chloe: Client) -> None:
    sure = line(lune, "1200.00")
    said = fields(chloe.get(f"{BANK}?line={sure.id}").content.decode(), "confirmation")
    answer = chloe.post(
        f"{BANK}lines/{sure.id}/confirmation/", said, headers={"HX-Request": "true", "HX-Target": "bank-page"}
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="bank-page"' in text
    assert 'id="line" hx-swap-oob="true"' in text
    assert "toast" in text
    assert "<html" not in text
    assert answer.headers["HX-Replace-Url"] == f"{BANK}?line={line(lune, '400.00').id}"
    assert len(answer.content) < 20_000


def test_a_statement_is_brought_in_told_again_and_refused_by_line(lune: House, chloe: Client) -> None:
    page = f"{BANK}statements/"

    def sends(content: bytes, name: str = "releve.csv", **more: Any) -> Any:
        return chloe.post(page, {"file": SimpleUploadedFile(name, content), **more}, follow=True)

    good = camt([Entry("7.00", "VIR", on=CAME, ref="R-9")])
    assert "1 nouvelle ligne" in sends(good, "releve.xml").content.decode().replace(NBSP, " ")
    assert "Rien n’a changé" in sends(good, "releve.xml").content.decode()
    bad = sends(b"Date;Libelle;Montant\n01/03/2026;VIR;abc\n", account="")
    assert (bad.status_code, "igne 2" in bad.content.decode()) == (422, True)
    assert sends(b"%PDF-1.7").status_code == 422
    assert chloe.post(page).status_code == 422


def test_columns_that_nobody_knows_are_asked_once(lune: House, chloe: Client) -> None:
    content = b"Jour compta;Quoi;Combien\n05/03/2026;VIR FA-2026-0002;600,00\n"
    page = f"{BANK}statements/"
    answer = chloe.post(page, {"file": SimpleUploadedFile("banque.csv", content)})
    assert answer.status_code == 302
    asked = answer.headers["Location"]
    text = chloe.get(asked).content.decode()
    assert "Jour compta" in text
    assert "VIR FA-2026-0002" in text
    assert chloe.post(asked, {"column-0": "booked_on"}).status_code == 422
    said = {"column-0": "booked_on", "column-1": "label", "column-2": "amount"}
    assert chloe.post(asked, said).status_code == 302
    more = content.replace(b"600,00", b"601,00").replace(b"05/03", b"06/03")
    again = chloe.post(page, {"file": SimpleUploadedFile("banque2.csv", more)}, follow=True)
    assert "1 nouvelle ligne" in again.content.decode().replace(NBSP, " ")
    with lune.open():
        assert BankLine.objects.filter(amount__in=("600.00", "601.00")).count() == 2


def test_a_bounce_makes_it_owed_again_and_refuses_in_words(lune: House, chloe: Client) -> None:
    chloe.post(f"{BANK}matching/")
    with lune.open():
        payment = Payment.objects.get()
        invoice = _documents("FA-2026-0001")[0]
    page = f"{BANK}payments/{payment.id}/bounces/"
    assert "1" in chloe.get(page).content.decode()
    assert chloe.post(page, {"day": TODAY.isoformat(), "amount": "1201"}).status_code == 422
    assert chloe.post(page, {"day": "2030-01-01", "amount": ""}).status_code == 422
    assert chloe.post(page, {"day": "x\x00", "amount": "y"}).status_code == 422
    answer = chloe.post(page, {"day": TODAY.isoformat(), "amount": "", "reason": "Provision insuffisante"})
    assert answer.status_code == 302
    with lune.open():
        assert standing(lune, Invoice.objects.get(id=invoice)) == {"overdue": "1200.00"}


def test_credit_pays_an_invoice_or_is_given_back(lune: House, chloe: Client) -> None:
    with lune.open():
        picked = str(_documents("FA-2026-0002")[0])
        first = str(_documents("FA-2026-0001")[0])
    chloe.post(f"{BANK}lines/{line(lune, '5000.00').id}/invoices/", {"pick": picked})
    uses, back = f"{BANK}credits/mercure/uses/", f"{BANK}credits/mercure/refunds/"
    assert "FA-2026-0001" in chloe.get(uses).content.decode()
    assert chloe.post(uses, {"invoice": "x", "amount": ""}).status_code == 422
    assert chloe.post(uses, {"invoice": first, "amount": ""}).status_code == 302
    assert chloe.post(back, {"amount": "99999"}).status_code == 422
    assert chloe.post(back, {"amount": "3 200,00"}).status_code == 302
    with lune.open():
        assert (whole(lune)["cashed"], held(lune)) == ("1800.00", "0")


@pytest.mark.parametrize("who", ["bilal", "odile"])
def test_the_bank_is_for_who_keeps_books(lune: House, who: str) -> None:
    someone = signed_in(who, "atelier-lune")
    assert someone.get(BANK).status_code == 403
    assert someone.post(f"{BANK}matching/").status_code == 403


@pytest.mark.parametrize("query", ["line=x", "line=00000000-0000-0000-0000-000000000007", "choice=9", "before=%00_x"])
def test_an_address_that_makes_no_sense_shows_the_usual_page(chloe: Client, query: str) -> None:
    assert chloe.get(f"{BANK}?{query}").status_code == 200


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_bank_by_keyboard(page: Page, live_server: Any, lune: House) -> None:
    page.goto(f"{live_server.url}/login/")
    page.fill("#email", "chloé@atelier-lune.example")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{live_server.url}{BANK}")
    current, shown = page.locator("a[data-line][aria-current]"), page.locator(".proposal:has([data-key=f]) > header")
    expect(current).to_contain_text("VIR SEPA FA-2026-0001")
    page.keyboard.press("ArrowDown")
    expect(current).to_contain_text("ACPTE")
    page.keyboard.press("ArrowUp")
    expect(shown).to_contain_text("VIR SEPA")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("FA-2026-0001")
    expect(shown).to_contain_text("ACPTE")
    page.keyboard.press("u")
    expect(shown).to_contain_text("VIR SEPA")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(shown).to_contain_text("APPORT")
    page.keyboard.press("x")
    expect(page.locator(".toast")).to_contain_text("pas un client")
    expect(shown).to_contain_text("VIR SEPA")
    page.keyboard.press("f")
    expect(page.locator("#dialog[open] input[type=search]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog[open]")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}{BANK}")
    expect(page.locator("#proposal")).to_be_hidden()
    page.locator("a[data-line]").first.click()
    expect(page.locator("#proposal")).to_be_visible()
    expect(page.locator(".matching-list")).to_be_hidden()


def test_a_first_statement_is_brought_in_from_what_is_to_collect_and_makes_the_bank_appear() -> None:
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    chloe, bilal = signed_in("chloé", "atelier-lune"), signed_in("bilal", "atelier-lune")
    before = chloe.get("/f/atelier-lune/receivables/").content.decode()
    assert f'href="{BANK}statements/"' in before
    assert f'href="{BANK}"' not in before
    assert f"{BANK}statements/" not in bilal.get("/f/atelier-lune/receivables/").content.decode()
    assert 'value="statement"' in chloe.get("/f/atelier-lune/imports/").content.decode()
    assert 'value="statement"' not in bilal.get("/f/atelier-lune/imports/").content.decode()
    file = SimpleUploadedFile("releve.xml", camt([Entry("7.00", "VIR", on=CAME)]))
    answer = chloe.post("/f/atelier-lune/imports/", {"target": "statement", "file": file})
    assert answer.headers["Location"] == BANK
    assert f'href="{BANK}"' in chloe.get(BANK).content.decode()
    refused = bilal.post("/f/atelier-lune/imports/", {"target": "statement", "file": SimpleUploadedFile("x.xml", b"x")})
    assert refused.status_code == 422
    with house.open():
        assert BankLine.objects.count() == 1
