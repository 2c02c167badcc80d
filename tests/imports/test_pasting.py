"""Lists pasted from a spreadsheet: with a header or without, names alone; what is missing is added and shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from comptant.doors.imports.guessing import guess_columns
from comptant.doors.imports.pasting import HEADERS, pasted_table
from comptant.ground.deals.models import Deal
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.models import Standing
from tests.web.test_pages import signed_in
from tests.world import atelier_lune

TODAY = date(2026, 3, 2)
OPENED = "Date d’ouverture"


@pytest.mark.parametrize(
    ("target", "text", "table"),
    [
        ("parties", "Lune\nFils et Cie, SA\n\n", "Nom;Référence\nLune;Lune\nFils et Cie, SA;Fils et Cie, SA"),
        ("parties", "Nom\tCourriel\nLune\ta@lune.example", "Nom;Courriel;Référence\nLune;a@lune.example;Lune"),
        (
            "parties",
            "Lune\t552 100 554\ta@lune.example\t04 72 00 00 00\tLyon",
            "Nom;SIREN;Courriel;Téléphone;column 5;Référence\nLune;552 100 554;a@lune.example;04 72 00 00 00;Lyon;Lune",
        ),
        ("deals", "Lune\nLune", f"Client;Référence;{OPENED}\nLune;Lune;2026-03-02\nLune;Lune (2);2026-03-02"),
        (
            "deals",
            "Lune\tAudit\t12 000,50 €\t01/02/2026",
            f"Client;Objet;Montant HT;{OPENED};Référence\nLune;Audit;12 000,50 €;01/02/2026;Lune, Audit",
        ),
        ("deals", "Client\tMontant\nLune\t12", f"Client;Montant;Référence;{OPENED}\nLune;12;Lune;2026-03-02"),
    ],
)
def test_what_is_missing_is_added(target: str, text: str, table: str) -> None:
    assert pasted_table(text, target, TODAY, "fr").strip() == table


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("deals", "ref;client;opened_on\nA1;Lune;2026-03-02\n"),
        ("parties", "ref\nA"),
        ("deals", " \n"),
        ("invoices", "F-1\tLune\t12"),
        ("events", "x"),
    ],
)
def test_what_is_whole_or_unknown_stays_as_it_is(target: str, text: str) -> None:
    assert pasted_table(text, target, TODAY, "fr") == text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_header_written_is_recognised(language: str) -> None:
    for target, names in (
        ("parties", "ref name email phone siren siret"),
        ("deals", "ref party_ref title amount opened_on"),
    ):
        said = {HEADERS[language][name]: name for name in names.split()}
        assert {header: guess.column for header, guess in guess_columns(list(said), target).items()} == said


@pytest.mark.django_db
def test_names_pasted_become_prospects_that_count_for_nothing_yet() -> None:
    house = atelier_lune()
    ada = signed_in("ada", "atelier-lune")
    where = ada.post("/f/atelier-lune/imports/", {"target": "deals", "pasted": "Fromagerie Valmont\nStudio Kaolin"})
    page = ada.get(where.headers["Location"])
    assert (page.status_code, "2 lignes" in page.content.decode().replace("\xa0", " ")) == (200, True)
    ada.post(where.headers["Location"] + "loading/")
    with house.open():
        assert sorted(Deal.objects.values_list("party__name", flat=True)) == ["Fromagerie Valmont", "Studio Kaolin"]
        assert not Standing.objects.filter(has_amount=True).exists()


@pytest.mark.django_db
def test_parties_pasted_without_a_header_are_there() -> None:
    house = atelier_lune()
    where = _pasted(signed_in("ada", "atelier-lune"), "parties", "Fromagerie Valmont\tlea@valmont.example")
    assert where
    with house.open():
        assert Party.objects.get(name="Fromagerie Valmont").email == "lea@valmont.example"


def _pasted(client: Client, target: str, text: str) -> str:
    where: str = client.post("/f/atelier-lune/imports/", {"target": target, "pasted": text}).headers["Location"]
    assert client.get(where).status_code == 200
    assert client.post(where + "loading/").status_code == 302
    return where
