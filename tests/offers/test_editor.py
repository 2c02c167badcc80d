"""The page of an offer: written, saved as it is typed, presented, sent; what is ours never reaches the client."""

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
from comptant.ground.deals.models import Deal
from comptant.ground.firms.actions import add_member
from comptant.ground.firms.models import Role, User
from comptant.ground.firms.queries import find_membership, get_member, user_hash
from comptant.ground.mail.models import Message
from comptant.ground.web import figures
from comptant.journey.offers import paper, queries
from comptant.journey.offers.actions import draft_offer
from comptant.journey.offers.models import Offer
from comptant.journey.prospects.actions import assess
from tests.api.calling import caller
from tests.offers.selling import DAF, DECISION, accepted, drafted, identified, secret_of, sent
from tests.web.test_pages import questions, signed_in
from tests.world import MONDAY, PASSWORD, House, atelier_lune, forge_nord

pytestmark = pytest.mark.django_db
HOME = "/f/atelier-lune/"
TYPED = {
    "title": "DAF à temps partagé", "problem": "« Nos clients paient à 78 jours. »", "decision_on": "2026-03-20",
    "give_to_get": "Le prix.", "conditions": "",
    "benefit-0-title": "Trésorerie libérée", "benefit-0-figure": "118 000 €",
    "line-0-title": "Diagnostic", "line-0-text": "Note de 6 pages", "line-0-quantity": "1", "line-0-unit": "forfait",
    "line-0-price": "4 800,00", "line-0-tax_rate": "20", "line-0-discount": "", "line-0-direct_cost": "2 480",
    "line-1-title": "Comité", "line-1-quantity": "6", "line-1-unit": "mois", "line-1-price": "2150",
    "line-1-tax_rate": "20", "line-1-direct_cost": "8640",
    "part-0-title": "Acompte", "part-0-share": "30", "part-0-trigger": "signature", "part-0-due_on": "",
    "part-1-title": "Solde", "part-1-share": "70", "part-1-trigger": "acceptance", "part-1-due_on": "2026-05-29",
}  # fmt: skip


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    lune = atelier_lune()
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: lune.at(MONDAY, 11))
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
def offer(house: House, deal: Deal) -> Offer:
    with house.open():
        return drafted(house, deal)


@pytest.fixture
def ada(house: House) -> Client:
    return signed_in("ada", "atelier-lune")


def words_of(answer: object) -> str:
    """What a page says, without its tags, spaces of any kind being one."""
    text = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text)


def test_an_offer_begins_on_a_deal_with_its_first_line(house: House, deal: Deal, ada: Client) -> None:
    page = ada.get(f"{HOME}deals/D-1/offers/")
    assert "deals/D-1/offers/new/" in page.content.decode()
    assert ada.get(f"{HOME}deals/D-1/offers/new/").status_code == 200
    answer = ada.post(f"{HOME}deals/D-1/offers/new/", TYPED)
    assert answer.status_code == 302
    with house.open():
        begun = Offer.objects.get()
        assert (begun.net, begun.tax) == (Decimal("17700.00"), Decimal("3540.00"))
        assert queries.predicted_margin(begun) == Decimal("6580.00")
    text = words_of(ada.get(answer.headers["Location"]))
    assert "17 700 €" in text and "6 580 €" in text and "37,2 %" in text
    assert "21 240 €" in text and "6 372 €" in text and "14 868 €" in text


def test_an_offer_without_a_line_is_refused_and_what_was_typed_stays(house: House, ada: Client) -> None:
    answer = ada.post(f"{HOME}deals/D-1/offers/new/", {"title": "Un titre à garder"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Un titre à garder" in text
    assert re.search(r'name="line-0-title"[^>]*aria-invalid="true"[^>]*aria-describedby="line-0-title-error"', text)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("line-0-price", "beaucoup"), ("line-1-quantity", "-6"), ("line-0-tax_rate", "200"),
        ("line-0-direct_cost", "1,234"), ("part-0-share", "20"), ("decision_on", "demain"), ("line-0-title", ""),
        ("title", "x" * 400), ("part-1-title", ""), ("line-0-price", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_beside_its_field(
    house: House, offer: Offer, ada: Client, field: str, typed: str
) -> None:
    answer = ada.post(f"{HOME}offers/{offer.id}/draft/", TYPED | {field: typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', text), text[-3000:]
    assert "Comité" in text, "what was typed is still there"
    with house.open():
        assert Offer.objects.get().title == "DAF à temps partagé"
        assert queries.lines_of(offer)[0].title == "Diagnostic de trésorerie", "nothing was recorded"


def test_nul_and_numbers_too_large_are_no_crash(house: House, offer: Offer, ada: Client) -> None:
    for name, value in (
        ("title", "a\0b"),
        ("line-0-price", "9" * 40),
        ("line-999-title", "x"),
        ("act", "remove-line-77"),
    ):
        assert ada.post(f"{HOME}offers/{offer.id}/draft/", TYPED | {name: value}).status_code < 500


def test_typing_saves_and_says_when(house: House, offer: Offer, ada: Client) -> None:
    address = f"{HOME}offers/{offer.id}/"
    mark = re.search(r'name="written" value="(\w+)"', ada.get(address).content.decode())
    assert mark
    said = TYPED | {"act": "typing", "written": mark[1], "line-0-price": "5 000"}
    answer = ada.post(f"{address}draft/", said, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200 and "Enregistré à\xa011\xa0h" in text
    assert 'id="line-0-sum" hx-swap-oob="true">5\xa0000\xa0€' in text
    assert 'id="sum-net" hx-swap-oob="true">17\xa0900\xa0€' in text
    with house.open():
        assert Offer.objects.get().net == Decimal("17900.00")
    again = re.search(r'name="written" value="(\w+)"', text)
    assert again and again[1] != mark[1]
    assert ada.post(f"{address}draft/", said | {"written": again[1]}, headers={"HX-Request": "true"}).status_code == 200


def test_typing_what_cannot_be_read_says_so_and_keeps_the_form(house: House, offer: Offer, ada: Client) -> None:
    said = TYPED | {"act": "typing", "line-0-price": "4 8 00"}
    answer = ada.post(f"{HOME}offers/{offer.id}/draft/", said, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Pas encore enregistré" in answer.content.decode()
    assert "hx-swap-oob" not in answer.content.decode()


def test_a_form_made_before_the_draft_changed_records_nothing(house: House, offer: Offer, ada: Client) -> None:
    stale = re.search(r'name="written" value="(\w+)"', ada.get(f"{HOME}offers/{offer.id}/").content.decode())
    bilal = signed_in("bilal", "atelier-lune")
    assert bilal.post(f"{HOME}offers/{offer.id}/draft/", TYPED).status_code == 302
    assert stale
    answer = ada.post(f"{HOME}offers/{offer.id}/draft/", TYPED | {"written": stale[1], "title": "Trop tard"})
    assert answer.status_code == 409
    with house.open():
        assert Offer.objects.get().title == TYPED["title"]


def test_lines_come_and_go_without_a_script(house: House, offer: Offer, ada: Client) -> None:
    address = f"{HOME}offers/{offer.id}/draft/"
    added = ada.post(address, TYPED | {"act": "add-line"})
    assert added.status_code == 200
    assert 'name="line-2-title"' in added.content.decode()
    assert "autofocus" in added.content.decode()
    gone = ada.post(address, TYPED | {"act": "remove-line-0"})
    assert 'name="line-1-title"' not in gone.content.decode()
    with house.open():
        assert [line.title for line in queries.lines_of(Offer.objects.get())] == ["Comité"]
    part = ada.post(address, TYPED | {"act": "remove-part-0"})
    assert part.status_code == 422, "the parts no longer make 100 %"


def test_it_is_presented_then_sent_then_read_only(house: House, offer: Offer, ada: Client) -> None:
    address = f"{HOME}offers/{offer.id}/"
    assert 'btn--primary" href="' + f"{address}presentations/" in ada.get(address).content.decode()
    told = ada.post(f"{address}presentations/", {"how": "video", "on": "2026-03-02", "act": "presented"}, follow=True)
    assert "présentée le 2 mars" in words_of(told)
    dialog = words_of(ada.get(f"{address}sending/"))
    assert "21 240 € TTC" in dialog and "vendredi 20 mars" in dialog
    answer = ada.post(f"{address}sending/", {"to": "paul@mercure.example"}, follow=True)
    assert "scellée et envoyée à paul@mercure.example" in words_of(answer)
    text = answer.content.decode()
    assert 'id="offer-form"' not in text
    with house.open():
        kept = Offer.objects.get()
        assert " ".join(re.findall(".{8}", bytes(kept.document.sha256).hex())) in text
        assert Message.objects.filter(kind="offer").count() == 1
    assert ada.post(f"{address}draft/", TYPED).status_code == 409
    pdf = ada.get(f"{address}pdf/")
    assert pdf.content.startswith(b"%PDF") and pdf.content == bytes(kept.document.content)


def test_the_same_form_sent_twice_sends_once(house: House, offer: Offer, ada: Client) -> None:
    said = {"to": "paul@mercure.example", "once": "the-same-word"}
    assert ada.post(f"{HOME}offers/{offer.id}/sending/", said).status_code == 302
    assert ada.post(f"{HOME}offers/{offer.id}/sending/", said).status_code == 409
    with house.open():
        assert Message.objects.filter(kind="offer").count() == 1


def test_what_changed_after_the_dialog_opened_is_not_sent(house: House, offer: Offer, ada: Client) -> None:
    address = f"{HOME}offers/{offer.id}/"
    mark = re.search(r'name="written" value="(\w+)"', ada.get(f"{address}sending/").content.decode())
    assert mark
    assert signed_in("bilal", "atelier-lune").post(f"{address}draft/", TYPED).status_code == 302
    said = {"to": "paul@mercure.example", "written": mark[1]}
    assert ada.post(f"{address}sending/", said).status_code == 409
    with house.open():
        assert Offer.objects.get().sent_at is None


def test_a_meeting_to_come_suspends_silence_and_is_no_presentation(house: House, offer: Offer, ada: Client) -> None:
    address = f"{HOME}offers/{offer.id}/presentations/"
    assert ada.post(address, {"how": "video", "on": "2026-03-09", "act": "presented"}).status_code == 422
    assert ada.post(address, {"how": "by dove", "on": "2026-03-02", "act": "presented"}).status_code == 422
    assert ada.post(address, {"how": "video", "on": "soon", "act": "presented"}).status_code == 422
    assert ada.post(address, {"how": "video", "on": "2026-03-09", "act": "agreed"}).status_code == 302
    with house.open():
        assert Offer.objects.get().presented_on is None


@pytest.mark.parametrize(("to", "field"), [("", "to"), ("nobody", "to")])
def test_an_address_that_is_none_is_told_beside_it(
    house: House, offer: Offer, deal: Deal, ada: Client, to: str, field: str
) -> None:
    with house.open():
        deal.party.email = ""
        deal.party.save()
    answer = ada.post(f"{HOME}offers/{offer.id}/sending/", {"to": to})
    assert answer.status_code == 422
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.content.decode())


def test_beyond_the_limit_an_owner_says_why_and_a_seller_cannot(house: House, deal: Deal, ada: Client) -> None:
    with house.open():
        assess(
            deal.party, light="amber", reason="Retards", credit_limit=Decimal(1000), at=house.at(MONDAY),
            by=house.people["Ada"],
        )  # fmt: skip
        offer = drafted(house, deal, schedule=())
    address, bilal = f"{HOME}offers/{offer.id}/sending/", signed_in("bilal", "atelier-lune")
    for who, may in ((ada, True), (bilal, False)):
        text = who.get(address).content.decode()
        assert "1000" in text.replace("\xa0", ""), "the limit is told before anything is sent"
        assert ('name="reason"' in text) == may
        assert who.post(address, {"to": "paul@mercure.example"}).status_code == 422
    assert bilal.post(address, {"to": "paul@mercure.example", "reason": "Je le connais"}).status_code == 422
    assert ada.post(address, {"to": "paul@mercure.example", "reason": "Je le connais"}).status_code == 302
    with house.open():
        assert Offer.objects.get().sent_at is not None


def test_what_was_sent_is_changed_by_its_next_version(house: House, deal: Deal, ada: Client) -> None:
    with house.open():
        offer = sent(house, deal, MONDAY)
    address = f"{HOME}offers/{offer.id}/"
    assert "versions/" in ada.get(address).content.decode()
    answer = ada.post(f"{address}versions/", follow=True)
    text = words_of(answer)
    assert "version 2, brouillon" in text
    assert "La version 1, scellée le 2 mars, reste celle que le client peut signer" in text
    with house.open():
        assert queries.state_of(Offer.objects.get(version=1), MONDAY) == "sent"


def test_once_accepted_it_leads_to_what_was_agreed(house: House, deal: Deal, ada: Client) -> None:
    with house.open():
        offer = sent(house, deal, MONDAY)
        agreement = accepted(house, offer, house.at(MONDAY, 17))
    text = ada.get(f"{HOME}offers/{offer.id}/").content.decode()
    assert f"agreements/{agreement.id}/" in text
    assert "versions/" not in text
    assert ada.post(f"{HOME}offers/{offer.id}/versions/").status_code == 422


def test_what_it_costs_us_reaches_neither_page_nor_paper_nor_letter(house: House, deal: Deal, ada: Client) -> None:
    secret_cost = Decimal("4321.09")
    lines = [type(DAF[0])("Diagnostic", Decimal(4800), Decimal(20), direct_cost=secret_cost)]
    with house.open():
        offer = sent(house, deal, MONDAY, lines=lines)
        said = str(paper.printed(offer))
        letters = [message.text + message.html for message in Message.objects.all()]
        link = secret_of(offer)
    shown = [
        Client().get(f"/o/{link}/"),
        Client().get(f"/o/{link}/refusal/"),
        ada.get(f"{HOME}offers/{offer.id}/preview/"),
    ]
    for text in [said, *letters, *(words_of(page) for page in shown)]:
        bare = re.sub(r"\s", "", text)
        for trace in ("4321", "478,91", "direct_cost", "Marge", "Coût"):
            assert trace not in bare, trace
    assert "4 321,09 €" in words_of(ada.get(f"{HOME}offers/{offer.id}/")), "it is there for who sells"


@pytest.mark.parametrize("who", ["chloé", "odile"])
def test_who_reads_sees_neither_costs_nor_buttons(house: House, offer: Offer, who: str) -> None:
    reader, address = signed_in(who, "atelier-lune"), f"{HOME}offers/{offer.id}/"
    page = reader.get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "<form" not in re.sub(r'<form[^>]*action="/logout/".*?</form>', "", text, flags=re.DOTALL)
    assert "2\xa0480" not in text and "presentations/" not in text
    assert reader.post(f"{address}draft/", TYPED).status_code == 403


def test_a_seller_sees_their_own_offers_alone(house: House, offer: Offer) -> None:
    with house.open():
        user = User.objects.create_user("sam@atelier-lune.example", PASSWORD, name="Sam")
        add_member(house.firm, user, Role.SELLER)
    sam, bilal = signed_in("sam", "atelier-lune"), signed_in("bilal", "atelier-lune")
    for tail in ("", "pdf/", "preview/", "sending/", "presentations/"):
        assert sam.get(f"{HOME}offers/{offer.id}/{tail}").status_code == 404, tail
        assert bilal.get(f"{HOME}offers/{offer.id}/{tail}").status_code == 200, tail
    assert offer.number not in sam.get(f"{HOME}offers/").content.decode()
    assert offer.number in bilal.get(f"{HOME}offers/").content.decode()


def test_zoe_of_another_house_finds_nothing(house: House, offer: Offer) -> None:
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    for firm in ("atelier-lune", "forge-nord"):
        for tail in ("", "pdf/", "preview/", "sending/", "presentations/"):
            assert zoe.get(f"/f/{firm}/offers/{offer.id}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["offers/", "offers/{id}/", "offers/{id}/sending/", "deals/D-1/offers/"])
def test_every_page_asks_few_questions(house: House, offer: Offer, ada: Client, tail: str) -> None:
    address = HOME + tail.format(id=offer.id)
    ada.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert ada.get(address).status_code == 200
    assert len(questions(asked)) <= 15, [words[:110] for words in questions(asked)]


def test_the_lists_part_what_is_in_hand_from_what_is_over(house: House, deal: Deal, ada: Client) -> None:
    with house.open():
        first = sent(house, deal, MONDAY)
        other = house.opens("D-2", MONDAY, "900")
        draft = draft_offer(other, lines=DAF, title="Autre", at=house.at(MONDAY), by=house.people["Ada"])
    shown = {
        wanted: {number for number in (first.number, draft.number) if number in page.content.decode()}
        for wanted in queries.WANTED
        for page in [ada.get(f"{HOME}offers/?list={wanted}")]
    }
    assert shown == {
        "current": {first.number, draft.number}, "to_present": {draft.number}, "to_send": set(),
        "waiting": {first.number}, "answered": set(), "expired": set(), "ended": set(),
    }  # fmt: skip
    assert ada.get(f"{HOME}offers/?list=%00&after=%00nonsense").status_code == 200


def test_pages_follow_one_another_without_a_row_twice(
    house: House, deal: Deal, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comptant.doors.web.offers.offers_page.ROWS", 2)
    with house.open():
        numbers = {
            draft_offer(
                deal, lines=DAF, decision_on=DECISION + timedelta(days=n), at=house.at(MONDAY), by=house.people["Ada"]
            ).number
            for n in range(5)
        }  # fmt: skip
    seen: list[str] = []
    address = f"{HOME}offers/"
    while address:
        text = ada.get(address).content.decode()
        seen += re.findall(r'nowrap">(D-2026-\d+)<', text)
        following = re.search(r'href="([^"]*after=[^"]*)" rel="next"', text)
        address = unescape(following[1]) if following else ""
    assert sorted(seen) == sorted(numbers)


def test_the_demonstration_says_on_screen_what_it_says_by_the_api() -> None:
    assert demo.create_demo()
    user = User.objects.get(email=demo.cast.EMAIL)
    camille, home = Client(), f"/f/{demo.REF}/"
    camille.force_login(user, "django.contrib.auth.backends.ModelBackend")
    membership = find_membership(user_hash(user), demo.REF)
    assert membership
    with firm_scope(membership.firm_id):
        member = get_member(membership)
    program = caller(House(member.firm, {"Camille": member}, {}), "Camille")
    told = program.good("list_offers")["items"]
    assert told
    listed = words_of(camille.get(f"{home}offers/"))
    for row in told:
        whole = program.good("get_offer", offer=row["number"])
        page = words_of(camille.get(f"{home}offers/{row['id']}/"))
        net, tax, margin = (Decimal(figure) for figure in (row["net"], row["tax"], whole["predicted_margin"]))
        for amount in (net, margin, net + tax):
            said = figures.amount(amount, "EUR", "fr", "EUR").replace("\xa0", " ")
            assert said in page, (row["number"], said)
        assert figures.amount(net, "EUR", "fr", "EUR").replace("\xa0", " ") in listed
