"""The page of a party: what it really brought, what it owes, what is thought of it; and each act done there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import User
from comptant.ground.firms.queries import OPERATOR, find_membership, get_firm
from comptant.ground.parties.models import Contact, Party
from comptant.ground.web.figures import amount
from comptant.journey.payments.actions import take_payment
from comptant.journey.pipeline.actions import add_cost
from comptant.journey.prospects.models import Assessment, Override
from comptant.journey.prospects.queries import exposure
from comptant.journey.recovery.actions import open_dispute
from comptant.journey.recovery.models import Insolvency
from comptant.outlook.reports.margins import margins
from tests.payments.made import ISSUED, invoiced, standing
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

TODAY = MONDAY + timedelta(days=90)
CAME = ISSUED + timedelta(days=50)
MERCURE = "/f/atelier-lune/clients/mercure/"
NBSP = "\xa0"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lune() -> House:
    """Mercure paid FA-1 twenty days late and 100 too much, contests a part of FA-2; its deals cost 250."""
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    with house.open():
        ada, mercure = house.people["Ada"], house.clients["mercure"]
        paid, late = invoiced(house, "FA-1", "1200.00"), invoiced(house, "FA-2", "600.00")
        take_payment(
            house.firm, party=mercure, amount=Decimal("1300.00"), received_on=CAME,
            allocations=[(paid, Decimal("1200.00"))], label="VIR SEPA MERCURE SARL", at=house.at(TODAY), by=ada,
        )  # fmt: skip
        add_cost(paid.deal, amount=Decimal("250.00"), on=ISSUED, label="sous-traitance", at=house.at(TODAY), by=ada)
        open_dispute(
            late, amount=Decimal("240.00"), category="quality", reason="La restitution n’a pas eu lieu.", owner=ada,
            at=house.at(TODAY - timedelta(days=9)), by=ada,
        )  # fmt: skip
        house.opens("D-1", MONDAY, "900.00", title="Avenant", by=ada)
        house.sleeps_until(TODAY)
    return house


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    """Signed in as the owner."""
    yield signed_in("ada", "atelier-lune")


def page(client: Client, address: str = MERCURE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def plain(text: str) -> str:
    """The same with ordinary spaces."""
    return text.replace(NBSP, " ")


def test_it_tells_what_the_client_really_brought_and_what_is_on_paper(ada: Client) -> None:
    text = page(ada)
    assert "réellement rapporté" in text
    assert f"750{NBSP}€" in text, "1 000 cashed before tax, less 250"
    assert f"1{NBSP}250{NBSP}€" in text, "on paper, with the 500 of FA-2"
    assert "75,0" in text
    assert "Client depuis le 22" in text


def test_it_tells_what_is_owed_contested_late_and_held(ada: Client) -> None:
    text = page(ada)
    assert "La restitution n’a pas eu lieu." in text
    assert "part contestée 240 € sur 600 €" in plain(text)
    assert "ouvert depuis 9 jours" in plain(text)
    assert "/settlement/" in text
    assert "+20" in text
    assert "VIR SEPA MERCURE SARL" in text
    assert f"100{NBSP}€ au crédit du client" in text
    assert f"1{NBSP}800{NBSP}€" in text, "invoiced in all"
    assert "Avenant" in text


def test_the_page_asks_few_questions(ada: Client) -> None:
    page(ada)
    with CaptureQueriesContext(connection) as asked:
        page(ada)
    assert len(questions(asked)) <= MOST_QUERIES, [words[:120] for words in questions(asked)]


def test_the_demonstration_says_what_the_api_says() -> None:
    assert demo.create_demo()
    membership = find_membership(OPERATOR, demo.REF)
    assert membership
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
        party = Party.objects.get(ref="groupe-castelain")
        owed = exposure(firm, [party.id])[party.id]
        margin = margins(firm, party_ids=[party.id])[0]
    text = page(client, f"/f/{demo.REF}/clients/groupe-castelain/")
    parts = (owed.signed, owed.invoiced, owed.disputed, owed.total, margin.cashed, margin.margin, margin.on_paper)
    for figure in parts:
        assert amount(figure, "EUR", "fr", "EUR", cents=False) in text, figure
    assert margin.margin == Decimal("9340.00"), "the sentence of the design"
    assert "Il paie de plus en plus tard" in text


def test_an_assessment_is_dated_signed_and_shown(ada: Client, lune: House) -> None:
    said = {
        "light": "amber",
        "reason": "Privilège URSSAF du 2 mai",
        "credit_limit": "1 000,00",
        "terms": "acompte 40 %",
    }
    answer = ada.post(MERCURE + "assessment/", said, follow=True)
    text = answer.content.decode()
    assert "Feu orange" in text
    assert "Privilège URSSAF du 2 mai" in text
    assert "50 % de la limite" in text.replace(NBSP, " "), "500 owed of 1 000"
    with lune.open():
        made = Assessment.objects.get()
    assert (made.credit_limit, made.by_id) == (Decimal("1000.00"), lune.people["Ada"].id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"reason": ""}, "reason"), ({"credit_limit": "beaucoup"}, "credit_limit"), ({"light": "blue"}, "light"),
     ({"reason": "a\x00b"}, "reason"), ({"credit_limit": "-3"}, "credit_limit")],
)  # fmt: skip
def test_a_wrong_assessment_comes_back_with_what_was_typed(
    ada: Client, lune: House, wrong: dict[str, str], field: str
) -> None:
    said = {"light": "green", "reason": "Comptes déposés", "credit_limit": "5000", "terms": "à 30 jours"} | wrong
    for headers in ({}, HTMX):
        answer = ada.post(MERCURE + "assessment/", said, headers=headers)
        text = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in text
        assert 'aria-invalid="true"' in text
        assert "à 30 jours" in text
    with lune.open():
        assert not Assessment.objects.exists()


def test_sent_twice_an_assessment_is_made_once(ada: Client, lune: House) -> None:
    said = {"light": "green", "reason": "Comptes déposés", "once": "word"}
    assert ada.post(MERCURE + "assessment/", said).status_code == 302
    assert ada.post(MERCURE + "assessment/", said).status_code == 409
    with lune.open():
        assert Assessment.objects.count() == 1


def test_a_red_light_lets_an_owner_say_why_a_deal_goes_on(ada: Client, lune: House) -> None:
    assert "Continuer malgré" not in page(ada)
    ada.post(MERCURE + "assessment/", {"light": "red", "reason": "Deux impayés"})
    assert "Continuer malgré" in page(ada)
    form = page(ada, MERCURE + "overrides/")
    with lune.open():
        deal = lune.clients["mercure"].deals.get(ref="D-1")
    assert str(deal.id) in form
    assert ada.post(MERCURE + "overrides/", {"deal": str(deal.id), "reason": ""}).status_code == 422
    ada.post(MERCURE + "overrides/", {"deal": str(deal.id), "reason": "Garantie de la maison mère"})
    with lune.open():
        assert Override.objects.get().deal_id == deal.id


def test_contacts_are_added_changed_and_removed(ada: Client, lune: House) -> None:
    rose = {"name": "Rose Mercure", "function": "DAF", "email": "rose@mercure.example", "phone": "+33 4 72 00 00 00"}
    ada.post(MERCURE + "contacts/", rose)
    text = page(ada)
    assert "Appeler Rose Mercure" in plain(text)
    assert 'href="tel:+33472000000"' in text
    with lune.open():
        contact = Contact.objects.get()
    address = f"{MERCURE}contacts/{contact.id}/"
    assert "rose@mercure.example" in page(ada, address)
    assert ada.post(address, rose | {"email": "rose"}).status_code == 422
    ada.post(address, rose | {"function": "Présidente"})
    assert "Présidente" in page(ada)
    assert ada.post(address + "removal/").status_code == 302
    assert ada.get(address).status_code == 404
    assert "Rose" not in ada.get(MERCURE).content.decode().split("contacts-title")[1]


def test_identity_is_changed_and_what_is_wrong_is_said(ada: Client, lune: House) -> None:
    said = {
        "name": "Mercure SAS", "kind": "company", "siren": "512 447 903", "city": "Villeurbanne", "country": "fr",
        "terms_days": "45", "tags": "fidèle, public, fidèle", "language": "", "email": "", "street": "1 rue A\nBât. B",
    }  # fmt: skip
    assert ada.post(MERCURE + "identity/", said).status_code == 302
    with lune.open():
        party = Party.objects.get(ref="mercure")
    assert (party.name, party.siren, party.country, party.terms_days) == ("Mercure SAS", "512447903", "FR", 45)
    assert party.tags == ["fidèle", "public"]
    text = page(ada)
    assert "SIREN 512 447 903, Villeurbanne" in plain(text)
    assert "45 jours, date de facture" in plain(text)
    for wrong in ({"name": ""}, {"siren": "12"}, {"country": "France"}, {"terms_days": "400"}, {"email": "a@"}):
        assert ada.post(MERCURE + "identity/", said | wrong).status_code == 422, wrong


def test_a_new_party_needs_a_name_alone(ada: Client, lune: House) -> None:
    new = "/f/atelier-lune/clients/new/"
    assert "Un nouveau tiers" in page(ada, new)
    assert ada.post(new, {"kind": "company", "name": " "}).status_code == 422
    answer = ada.post(new, {"kind": "company", "name": "Studio Kaolin"}, follow=True)
    assert "Ajouté : Studio Kaolin." in plain(answer.content.decode())
    assert "Rien n’est encore venu" in answer.content.decode()


def test_what_is_held_pays_an_invoice_or_is_given_back(ada: Client, lune: House) -> None:
    with lune.open():
        invoice = lune.clients["mercure"].invoices.get(number="FA-2")
    use = MERCURE + "credit-uses/"
    assert f"FA-2, 600{NBSP}€" in page(ada, use)
    answer = ada.post(use, {"invoice": str(invoice.id), "amount": "150"})
    assert answer.status_code == 422
    assert 'id="id_amount_error"' in answer.content.decode()
    ada.post(use, {"invoice": str(invoice.id), "amount": "60"})
    with lune.open():
        assert standing(lune, invoice)["cashed"] == "60.00"
    assert "account" in page(ada, MERCURE + "refunds/")
    assert ada.post(MERCURE + "refunds/", {"source": "account", "amount": "41"}).status_code == 422
    answer = ada.post(MERCURE + "refunds/", {"source": "account", "amount": "40", "label": "trop versé"}, follow=True)
    assert f"40{NBSP}€ rendus à Mercure SARL" in answer.content.decode()
    assert "au crédit du client" not in page(ada)


def test_an_insolvency_computes_the_last_day_of_the_claim(ada: Client, lune: House) -> None:
    address = MERCURE + "insolvencies/"
    said = {"kind": "receivership", "judged_on": "2026-05-04", "published_on": "2026-05-12", "trustee": "Me Dupuis"}
    assert ada.post(address, said | {"published_on": "2026-05-01"}).status_code == 422
    assert ada.post(address, said | {"published_on": "2026-12-01"}).status_code == 422
    assert ada.post(address, said | {"judged_on": "4 mai"}).status_code == 422
    ada.post(address, said)
    with lune.open():
        found = Insolvency.objects.get()
    assert found.deadline_on == date(2026, 7, 13)
    text = page(ada)
    assert "lundi 13" in text
    assert "Me Dupuis" in text
    assert f"/insolvencies/{found.id}/claim/" in text
    assert "Douteux" in text
    assert ada.post(address, said).status_code == 422, "known already"


def test_who_may_only_read_sees_no_act(lune: House) -> None:
    odile = signed_in("odile", "atelier-lune")
    text = page(odile)
    for act in ("assessment", "identity", "contacts", "insolvencies", "refunds"):
        assert f"{MERCURE}{act}/" not in text
        assert odile.get(f"{MERCURE}{act}/").status_code == 403
    assert "VIR SEPA" not in text, "the bank is for who keeps the books"


def test_a_seller_sees_the_party_and_their_own_deals_alone(lune: House) -> None:
    bilal = signed_in("bilal", "atelier-lune")
    text = page(bilal)
    assert f"750{NBSP}€" in text
    assert "Avenant" not in text
    assert ">FA-1<" not in text
    assert bilal.get(MERCURE + "refunds/").status_code == 403
    assert "Avenant" not in page(bilal, MERCURE + "deals/")


def test_all_the_deals_invoices_and_payments_are_one_link_away(ada: Client, lune: House) -> None:
    with lune.open():
        for number in range(12):
            invoiced(lune, f"FB-{number}", "12.00")
    text = page(ada)
    assert f"{MERCURE}invoices/" in text
    assert text.count("/invoices/01") == 10 + 1, "ten, and the one contested"
    whole = page(ada, MERCURE + "invoices/")
    assert whole.count('<th scope="row">') == 14
    assert page(ada, MERCURE + "deals/").count('<th scope="row">') == 15
    assert "VIR SEPA MERCURE SARL" in page(ada, MERCURE + "payments/")
    for query in ("before=x", "before=%00", "on=x&before=x", "on=2026-02-30"):
        assert ada.get(f"{MERCURE}invoices/?{query}").status_code == 200
        assert ada.get(f"{MERCURE}deals/?{query}").status_code == 200


def test_a_stranger_finds_nobody(lune: House) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    for act in ("", "identity/", "assessment/", "deals/"):
        assert zoe.get(MERCURE + act).status_code == 404
        assert zoe.get(f"/f/forge-nord/clients/nobody/{act}").status_code == 404


def test_a_ref_may_hold_slashes(ada: Client, lune: House) -> None:
    with lune.open():
        Party.objects.create(firm=lune.firm, ref="groupe/nord/1", name="Groupe Nord")
    assert "Groupe Nord" in page(ada, "/f/atelier-lune/clients/groupe/nord/1/")
    assert "Groupe Nord" in page(ada, "/f/atelier-lune/clients/groupe/nord/1/assessment/")


def test_a_dialog_is_a_fragment_to_htmx_and_a_page_to_others(ada: Client) -> None:
    fragment = ada.get(MERCURE + "assessment/", headers=HTMX).content.decode()
    assert '<h2 id="dialog-title">' in fragment
    assert "<html" not in fragment
    assert "<html" in page(ada, MERCURE + "assessment/")
    done = ada.post(MERCURE + "assessment/", {"light": "green", "reason": "Sain"}, headers=HTMX)
    assert done.headers["HX-Redirect"] == MERCURE


def test_what_is_to_collect_and_the_deal_lead_to_it(ada: Client) -> None:
    assert f'<a href="{MERCURE}">Mercure SARL</a>' in page(ada, "/f/atelier-lune/receivables/")
    assert f'<a href="{MERCURE}">Mercure SARL</a>' in page(ada, "/f/atelier-lune/deals/D-1/")
