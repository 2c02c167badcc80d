"""What was agreed: its page, its proof, delivering, ending; and an agreement made outside, with its paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.ground.deals.models import Deal
from comptant.journey.offers import queries
from comptant.journey.offers.models import Agreement, Milestone
from tests.offers.selling import accepted, identified, sent, standing
from tests.web.test_pages import questions, signed_in
from tests.world import MONDAY, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
HOME = "/f/atelier-lune/"


def words_of(answer: object) -> str:
    """What a page says, without its tags, spaces of any kind being one."""
    text = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("bon de commande.pdf", b"%PDF-1.7 signed", "application/pdf")


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    lune = atelier_lune()
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: lune.at(MONDAY, 18))
    with lune.open():
        identified(lune)
        lune.opens("D-1", MONDAY, "17700", title="DAF", by=lune.people["Bilal"], seller=lune.people["Bilal"])
    yield lune


@pytest.fixture
def deal(house: House) -> Deal:
    with house.open():
        found: Deal = Deal.objects.select_related("party").get(ref="D-1")
    found.firm = found.party.firm = house.firm
    return found


@pytest.fixture
def agreement(house: House, deal: Deal) -> Agreement:
    with house.open():
        return accepted(house, sent(house, deal, MONDAY), house.at(MONDAY, 17))


@pytest.fixture
def ada(house: House) -> Client:
    return signed_in("ada", "atelier-lune")


def test_the_page_says_who_signed_and_when_money_comes(house: House, agreement: Agreement, ada: Client) -> None:
    answer = ada.get(f"{HOME}agreements/{agreement.id}/")
    text = words_of(answer)
    assert "Paul Marchetti, Président" in text and "2 mars" in text
    assert "17 700 €" in text and "21 240 €" in text and "6 372 €" in text
    assert "À facturer" in text and "Livré et accepté" in text
    proof = ada.get(f"{HOME}agreements/{agreement.id}/proof/")
    assert proof.content.startswith(b"%PDF")


def test_what_was_delivered_may_be_invoiced(house: House, deal: Deal, agreement: Agreement, ada: Client) -> None:
    with house.open():
        milestone = Milestone.objects.get(position=2)
        before = standing(deal)
    address = f"{HOME}milestones/{milestone.id}/delivery/"
    assert "7 080 €" in words_of(ada.get(address))
    for day in ("2026-03-09", "demain", "x\0"):
        refused = ada.post(address, {"on": day})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.content.decode()
    answer = ada.post(address, {"on": "2026-03-02"}, follow=True)
    assert "peuvent être facturés" in words_of(answer)
    with house.open():
        after = standing(deal)
        moved = milestone.net + milestone.tax
        assert (before["signed"] - after["signed"], after["billable"] - before["billable"]) == (moved, moved)
    assert ada.post(address, {"on": "2026-03-02"}).status_code == 422, "once"


def test_ending_it_names_what_will_not_be_invoiced(house: House, deal: Deal, agreement: Agreement, ada: Client) -> None:
    address = f"{HOME}agreements/{agreement.id}/ending/"
    assert "17 700 €" in words_of(ada.get(address))
    assert ada.post(address, {"reason": " "}).status_code == 422
    assert ada.post(address, {"reason": "Le client arrête."}, follow=True).status_code == 200
    assert "Le client arrête." in words_of(ada.get(f"{HOME}agreements/{agreement.id}/"))
    with house.open():
        assert standing(deal) == {"cancelled": Decimal("21240.00")}


def test_an_agreement_made_outside_wins_the_deal_with_its_paper(house: House, deal: Deal, ada: Client) -> None:
    address = f"{HOME}deals/D-1/agreements/"
    form = ada.get(address).content.decode()
    assert 'enctype="multipart/form-data"' in form and 'value="17\xa0700"' in form
    said = {"proof": "purchase_order", "net": "17 700", "tax_rate": "20", "deposit": "30", "on": "2026-03-02"}
    answer = ada.post(address, said | {"file": paper()}, follow=True)
    assert "17 700 € HT sont signés" in words_of(answer)
    with house.open():
        assert queries.place_of(deal) == "signed"
        assert standing(deal) == {"billable": Decimal("6372.00"), "signed": Decimal("14868.00")}
        kept = Agreement.objects.get()
    assert ada.get(f"{HOME}agreements/{kept.id}/proof/").content == b"%PDF-1.7 signed"
    again = ada.post(address, said | {"file": paper()})
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"file": None}, "file"), ({"net": "cher"}, "net"), ({"net": ""}, "net"), ({"proof": "a handshake"}, "proof"),
        ({"on": "2026-04-01"}, "on"), ({"on": "0001-01-01"}, "on"),
        ({"deposit": "130"}, "deposit"), ({"tax_rate": "vingt"}, "tax_rate"),
    ],
)  # fmt: skip
def test_without_proof_or_amount_nothing_is_won(
    house: House, deal: Deal, ada: Client, changed: dict[str, str | None], field: str
) -> None:
    said = {"proof": "scanned", "net": "17700", "tax_rate": "20", "deposit": "", "on": "2026-03-02", "file": paper()}
    kept = {name: value for name, value in (said | changed).items() if value is not None}
    answer = ada.post(f"{HOME}deals/D-1/agreements/", kept)
    assert answer.status_code == 422
    if field != "proof":
        assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.content.decode()), field
    with house.open():
        assert queries.place_of(deal) == "hoped"


def test_who_reads_may_not_act_and_zoe_sees_nothing(house: House, agreement: Agreement) -> None:
    odile, address = signed_in("odile", "atelier-lune"), f"{HOME}agreements/{agreement.id}/"
    text = odile.get(address).content.decode()
    assert "delivery/" not in text and "ending/" not in text
    assert odile.get(f"{address}ending/").status_code == 403
    assert odile.get(f"{HOME}deals/D-1/agreements/").status_code == 403
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    for tail in ("", "proof/", "ending/"):
        assert zoe.get(f"{address}{tail}").status_code == 404
        assert zoe.get(f"/f/forge-nord/agreements/{agreement.id}/{tail}").status_code == 404


def test_the_page_asks_few_questions(house: House, agreement: Agreement, ada: Client) -> None:
    address = f"{HOME}agreements/{agreement.id}/"
    ada.get(address)
    with CaptureQueriesContext(connection) as asked:
        ada.get(address)
    assert len(questions(asked)) <= 15, [words[:110] for words in questions(asked)]
