"""The list of parties: who has paid, who owes, who may buy; found by name, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import User
from comptant.ground.firms.queries import OPERATOR, find_membership, get_firm
from comptant.ground.parties.models import Party
from comptant.ground.web.figures import amount
from comptant.journey.payments.actions import take_payment
from comptant.journey.payments.queries import client_since
from comptant.outlook.reports import clienteles
from comptant.outlook.reports.clienteles import Clientele, accounts_with, page_of
from comptant.outlook.reports.margins import margins
from tests.payments.made import ISSUED, invoiced
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db

TODAY = MONDAY + timedelta(days=90)
CLIENTS = "/f/atelier-lune/clients/"
ROW = re.compile(r'<th scope="row"><a href="/f/[^"]+/clients/([^"]+)/">')


@pytest.fixture
def lune() -> House:
    """Mercure has paid one invoice of two, Boréal owes one and has never paid, Céleste may buy."""
    house = atelier_lune(today=TODAY, fixed_today=TODAY)
    with house.open():
        paid = invoiced(house, "FA-1", "1200.00")
        invoiced(house, "FA-2", "600.00")
        invoiced(house, "FA-3", "480.00", party=house.clients["boreal"])
        house.clients["celeste"] = Party.objects.create(firm=house.firm, ref="céleste/2", name="Céleste & fils")
        house.opens("D-1", MONDAY, "900.00", party=house.clients["celeste"])
        take_payment(
            house.firm, party=house.clients["mercure"], amount=Decimal("1200.00"),
            received_on=ISSUED + timedelta(days=20), allocations=[(paid, Decimal("1200.00"))], label="VIR MERCURE",
            at=house.at(TODAY), by=house.people["Ada"],
        )  # fmt: skip
    return house


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    """Signed in as the owner."""
    yield signed_in("ada", "atelier-lune")


def refs(text: str) -> list[str]:
    """The parties of the page, in its order."""
    return [unescape(ref) for ref in ROW.findall(text)]


def test_a_client_has_paid_a_debtor_owes_a_prospect_may_buy(ada: Client) -> None:
    assert refs(ada.get(CLIENTS).content.decode()) == ["mercure"]
    assert refs(ada.get(f"{CLIENTS}?show=debtors").content.decode()) == ["boreal", "mercure"]
    assert refs(ada.get(f"{CLIENTS}?show=prospects").content.decode()) == ["c%C3%A9leste/2"]
    assert refs(ada.get(f"{CLIENTS}?show=all").content.decode()) == ["boreal", "c%C3%A9leste/2", "mercure"]


def test_the_filters_say_how_many_and_the_lines_what_each_brought_and_owes(ada: Client) -> None:
    text = ada.get(f"{CLIENTS}?show=debtors").content.decode()
    counts = re.findall(r'class="filter"[^>]*>([^<]+) <span class="amount">(\d+)</span>', text)
    assert counts == [("Clients", "1"), ("Débiteurs", "2"), ("Prospects", "1"), ("Tous les tiers", "3")]
    assert "1\xa0000\xa0€" in text, "what Mercure paid, before tax"
    assert "600\xa0€" in text
    assert "Client depuis le 23\xa0mars" in text
    assert "Signé, pas encore client" in text
    assert "Prospect<" in ada.get(f"{CLIENTS}?show=prospects").content.decode()


def test_a_party_is_found_by_any_part_of_its_name_within_its_filter(ada: Client) -> None:
    assert refs(ada.get(f"{CLIENTS}?q=leste").content.decode()) == ["c%C3%A9leste/2"]
    assert refs(ada.get(f"{CLIENTS}?q=boreal").content.decode()) == ["boreal"], "accents do not count"
    assert refs(ada.get(f"{CLIENTS}?q=mercure&show=prospects").content.decode()) == []
    text = ada.get(f"{CLIENTS}?q=zzz").content.decode()
    assert "Personne de ce nom" in text


def test_a_firm_without_a_client_shows_all_its_parties(lune: House) -> None:
    house = forge_nord()
    with house.open():
        house.opens("D-1", MONDAY, "900.00")
    assert len(refs(signed_in("zoé", "forge-nord").get("/f/forge-nord/clients/").content.decode())) == 2


def test_htmx_gets_the_list_alone(ada: Client) -> None:
    text = ada.get(CLIENTS, headers={"HX-Request": "true"}).content.decode()
    assert '<div id="clients-page"' in text
    assert "<html" not in text


@pytest.mark.parametrize("query", ["show=nothing", "after=nobody", "q=%00", "after=%00", "q=%25_", "show=%00"])
def test_an_address_that_makes_no_sense_shows_the_usual_list(ada: Client, query: str) -> None:
    assert ada.get(f"{CLIENTS}?{query}").status_code == 200


def test_the_list_asks_few_questions(ada: Client) -> None:
    for query in ("", "?show=prospects", "?q=mercure", "?q=mercure&show=clients"):
        ada.get(CLIENTS + query)
        with CaptureQueriesContext(connection) as asked:
            ada.get(CLIENTS + query)
        assert len(questions(asked)) <= MOST_QUERIES, [words[:120] for words in questions(asked)]


def test_pages_follow_one_another_by_name(lune: House) -> None:
    with lune.open():
        seen, last, members = [], None, clienteles.clienteles(lune.firm)[Clientele.ALL]
        while page := page_of(lune.firm, Clientele.ALL, members, 1, last):
            last = page[-1]
            seen.append(last.name)
    assert seen == ["Boréal inc.", "Céleste & fils", "Mercure SARL"]


@pytest.mark.parametrize("which", list(Clientele))
def test_beyond_what_is_gathered_the_same_parties_come_the_newest_first(
    lune: House, monkeypatch: pytest.MonkeyPatch, which: Clientele
) -> None:
    with lune.open():
        few = {party.ref for party in page_of(lune.firm, which, clienteles.clienteles(lune.firm)[which], 50)}
        monkeypatch.setattr(clienteles, "MOST", 0)
        monkeypatch.setattr(clienteles.cache, "get", lambda key: None)
        many = clienteles.clienteles(lune.firm)[which]
        assert not many.is_whole
        walked, last = [], None
        while page := page_of(lune.firm, which, many, 1, last):
            last = page[-1]
            walked.append(last)
        assert {party.ref for party in walked} == few
        assert [party.id for party in walked] == sorted((party.id for party in walked), reverse=True)


def test_the_demonstration_has_the_clients_that_have_paid_and_what_each_brought() -> None:
    assert demo.create_demo()
    membership = find_membership(OPERATOR, demo.REF)
    assert membership
    with firm_scope(membership.firm_id):
        firm = get_firm(membership.firm_id)
        ids = list(Party.objects.values_list("id", flat=True))
        paid = set(client_since(firm, ids))
        assert clienteles.clienteles(firm)[Clientele.CLIENTS].ids == paid
        members = clienteles.clienteles(firm)[Clientele.CLIENTS]
        rows = accounts_with(firm, page_of(firm, Clientele.CLIENTS, members, 500))
        brought = {margin.id: margin.cashed for margin in margins(firm, party_ids=list(paid))}
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/f/{demo.REF}/clients/").content.decode()
    assert len(refs(text)) == len(paid) == len(rows)
    for row in rows:
        assert amount(brought[row.party.id], "EUR", "fr", "EUR", cents=False) in text
        if row.owed:
            assert amount(row.owed, "EUR", "fr", "EUR", cents=False) in text


def test_staff_and_strangers_do_not_see_it(lune: House) -> None:
    forge_nord()
    assert signed_in("zoé", "forge-nord").get(CLIENTS).status_code == 404
