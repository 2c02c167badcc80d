"""The client's page by plain HTTP: what each step answers, and what nobody else may open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from comptant.ground.journal.queries import recorded_acts
from comptant.ground.mail.models import Message
from comptant.journey.offers import queries
from comptant.journey.offers.actions import expire_offers, revise_offer, send_offer
from comptant.journey.offers.models import Agreement, Offer, Signature, SigningCode
from tests.offers.selling import DECISION, code_of, identified, secret_of, sent
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The moment at which the door is knocked; a test may change it."""
    moment: dict[str, Any] = {"now": datetime(2026, 3, 20, 9, tzinfo=UTC)}
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: moment["now"])
    return moment


@pytest.fixture
def house(today: dict[str, Any]) -> House:
    lune = atelier_lune()
    with lune.open():
        return identified(lune)


@pytest.fixture
def offer(house: House) -> Offer:
    with house.open():
        return sent(house, house.opens("marchetti", DECISION - timedelta(days=18), "17700"))


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=False)


def path(offer: Offer, rest: str = "") -> str:
    return f"/o/{secret_of(offer)}/{rest}"


def plain(response: Any) -> str:
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "'")


def asks_code(client: Client, house: House, offer: Offer, **said: Any) -> str:
    assert client.post(path(offer, "code/"), said).status_code == 302
    with house.open():
        return code_of(offer)


def signs(client: Client, offer: Offer, code: str, **said: Any) -> Any:
    form = {"name": "Paul Marchetti", "function": "Président", "code": code, "consent": "yes"} | said
    return client.post(path(offer, "acceptance/"), form)


def test_the_page_tells_the_offer_and_is_nobody_elses(house: House, offer: Offer, client: Client) -> None:
    response = client.get(path(offer))
    page = plain(response)
    for words in ("118 000 €", "21 240,00 €", "6 372,00 €", "« Nos clients paient à 78 jours. »", "Formation"):
        assert words in page, words
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "2 480" not in page and "sessionid" not in response.cookies
    assert (response["Content-Language"], '<html lang="fr">' in page) == ("fr", True)
    with house.open():
        assert queries.get_offer(house.firm, offer.number).opened_at is not None


def test_a_secret_that_opens_nothing_is_404_whatever_is_asked(offer: Offer, client: Client) -> None:
    for rest in ("", "acceptance/", "refusal/", "offer.pdf"):
        assert client.get(f"/o/{'x' * 43}/{rest}").status_code == 404
    for rest in ("code/", "acceptance/", "refusal/"):
        assert client.post(f"/o/{'x' * 43}/{rest}").status_code == 404


def test_a_link_that_has_expired_is_404(offer: Offer, client: Client, today: dict[str, Any]) -> None:
    today["now"] += timedelta(days=400)
    assert client.get(path(offer)).status_code == 404


def test_yes_in_two_steps(house: House, offer: Offer, client: Client) -> None:
    code = asks_code(client, house, offer)
    review = client.get(path(offer, "acceptance/"))
    assert "21 240,00 €" in plain(review) and 'name="code"' in plain(review)
    assert signs(client, offer, code).status_code == 302
    receipt = plain(client.get(path(offer)))
    assert "Paul Marchetti" in receipt and 'name="code"' not in receipt
    with house.open():
        signature = Signature.objects.get()
        assert (signature.ip, signature.name) == ("127.0.0.1", "Paul Marchetti")
        assert "D-2026-001" in signature.consent and "Mercure SARL" in signature.consent
        assert Message.objects.filter(kind="offer_accepted").count() == 1


def test_options_go_along_from_the_first_step_to_the_signature(house: House, offer: Offer, client: Client) -> None:
    with house.open():
        option = next(str(line.id) for line in queries.lines_of(offer) if line.is_optional)
    code = asks_code(client, house, offer, option=option)
    assert "22 320,00 €" in plain(client.get(path(offer, f"acceptance/?option={option}")))
    signs(client, offer, code, option=option)
    with house.open():
        assert str(Agreement.objects.get().net) == "18600.00"
    assert "22 320,00 €" in plain(client.get(path(offer)))


def test_a_wrong_code_is_told_counted_and_nothing_typed_is_lost(house: House, offer: Offer, client: Client) -> None:
    code = asks_code(client, house, offer)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        response = signs(client, offer, wrong)
        assert response.status_code == 422 and 'value="Paul Marchetti"' in plain(response)
        with house.open():
            assert SigningCode.objects.get().wrong_tries == 5 - left
    assert signs(client, offer, code).status_code == 422, "five wrong codes, and the right one is void"
    with house.open():
        assert not Agreement.objects.exists()


@pytest.mark.parametrize("missing", ["name", "function", "consent"])
def test_what_is_missing_is_asked_for(house: House, offer: Offer, client: Client, missing: str) -> None:
    code = asks_code(client, house, offer)
    assert signs(client, offer, code, **{missing: ""}).status_code == 422
    assert signs(client, offer, code).status_code == 302, "the code is still good"


def test_what_no_table_could_hold_is_left_out(house: House, offer: Offer, client: Client) -> None:
    """A NUL in any field of the page, in a form or an address, is no failure."""
    code = asks_code(client, house, offer)
    assert client.get(path(offer, "acceptance/?option=%00")).status_code == 200
    assert client.post(path(offer, "code/"), {"option": "\0"}).status_code == 422
    assert client.get(f"/o/{'x' * 20}%00{'x' * 20}/").status_code == 404
    assert client.post(path(offer, "refusal/"), {"why": "perhaps\0", "comment": "a\0b"}).status_code == 422
    assert signs(client, offer, code, option="\0").status_code == 422
    said = {"name": "Paul\0 Marchetti", "function": "\0Président", "consent": "yes\0"}
    assert signs(client, offer, f"{code}\0", **said).status_code == 302
    with house.open():
        signature = Signature.objects.get()
        assert (signature.name, signature.function) == ("Paul Marchetti", "Président")


def test_no_with_its_reason_and_without_a_nul(house: House, offer: Offer, client: Client) -> None:
    assert client.post(path(offer, "refusal/"), {"why": "competitor\0", "comment": "Trop\0 loin."}).status_code == 302
    with house.open():
        assert queries.get_offer(house.firm, offer.number).declined_comment == "Trop loin."


def test_no_with_its_reason(house: House, offer: Offer, client: Client) -> None:
    assert 'value="competitor"' in plain(client.get(path(offer, "refusal/")))
    assert client.post(path(offer, "refusal/"), {"why": "perhaps"}).status_code == 422
    assert client.post(path(offer, "refusal/"), {"why": "competitor", "comment": "Trop loin."}).status_code == 302
    with house.open():
        assert queries.place_of(queries.get_offer(house.firm, offer.number).deal) == "lost"
    again = client.post(path(offer, "refusal/"), {"why": "price"})
    assert again.status_code == 422 and 'name="why"' not in plain(again)


def test_after_its_date_it_is_read_only(house: House, offer: Offer, client: Client, today: dict[str, Any]) -> None:
    today["now"] += timedelta(days=1)
    page = plain(client.get(path(offer)))
    assert "21 240,00 €" in page and "two-buttons" not in page
    assert client.post(path(offer, "code/")).status_code == 422
    with house.open():
        assert not SigningCode.objects.exists()


def test_the_link_of_an_older_version_says_that_there_is_a_newer_one(
    house: House, offer: Offer, client: Client
) -> None:
    with house.open():
        ada = house.people["Ada"]
        at = house.at(DECISION - timedelta(days=5))
        send_offer(revise_offer(offer, title="Mieux", at=at, by=ada), at=at, by=ada)
    page = plain(client.get(path(offer)))
    assert "two-buttons" not in page and "Mieux" not in page


def test_closing_the_deal_says_so_on_the_link(house: House, offer: Offer, client: Client) -> None:
    code = asks_code(client, house, offer)
    with house.open():
        house.says(offer.deal, "declined", house.at(DECISION, 9, 1))
    response = signs(client, offer, code)
    assert response.status_code == 422 and 'name="code"' not in plain(response)


def test_the_document_is_served_to_the_byte(house: House, offer: Offer, client: Client) -> None:
    response = client.get(path(offer, "offer.pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert response.content == bytes(offer.document.content)


def test_beyond_the_limit_the_client_is_not_told_why(house: House, client: Client) -> None:
    from comptant.journey.offers.rules.drafts import PartDraft
    from comptant.journey.prospects.actions import assess

    with house.open():
        deal = house.opens("large", DECISION - timedelta(days=18), "17700")
        offer = sent(house, deal, schedule=[PartDraft("Tout", 100, "acceptance")])
        assess(
            deal.party, light="red", reason="Procédure ouverte.", credit_limit=None, at=house.at(DECISION, 8),
            by=house.people["Ada"],
        )  # fmt: skip
    code = asks_code(client, house, offer)
    response = signs(client, offer, code)
    assert response.status_code == 422 and "Atelier Lune" in plain(response)
    assert "Procédure" not in plain(response)


def test_a_form_from_elsewhere_is_refused(offer: Offer) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(offer, "refusal/"), {"why": "price"}).status_code == 403


def test_too_many_knocks_are_told_to_wait(offer: Offer, client: Client) -> None:
    answers = {client.get(f"/o/{'y' * 43}/").status_code for _ in range(61)}
    response = client.get(path(offer))
    assert answers == {404, 429} and response["Retry-After"] == "60"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_the_verbs_that_mean_something(offer: Offer, client: Client, method: str) -> None:
    assert getattr(client, method)(path(offer)).status_code == 405


def test_after_its_date_the_client_asks_to_reopen_it_once(
    house: House, offer: Offer, client: Client, today: dict[str, Any]
) -> None:
    assert "reopening/" not in plain(client.get(path(offer)))
    assert client.post(path(offer, "reopening/")).status_code == 422, "it can still be answered"
    today["now"] = house.at(DECISION + timedelta(days=3), 9)
    page = plain(client.get(path(offer)))
    assert "La date de réponse est passée" in page and "reopening/" in page
    for _ in range(2):
        assert client.post(path(offer, "reopening/")).status_code == 302
    page = plain(client.get(path(offer)))
    assert "Votre demande est partie" in page and "reopening/" not in page
    with house.open():
        letter = Message.objects.get(kind="offer_asked_again")
        assert letter.to == "bilal@atelier-lune.example"
        assert "rouvrir" in letter.subject
        assert [act.kind for act in acts_of(offer)].count("buyer_move") == 1


def test_a_deal_that_was_closed_since_is_not_moved_by_it(
    house: House, offer: Offer, client: Client, today: dict[str, Any]
) -> None:
    today["now"] = house.at(DECISION + timedelta(days=3), 9)
    with house.open():
        house.sleeps_until(DECISION + timedelta(days=2))
        expire_offers(house.firm, DECISION + timedelta(days=2))
        house.says(offer.deal, "vanished", DECISION + timedelta(days=2), reason="silence")
    assert client.post(path(offer, "reopening/")).status_code == 302
    with house.open():
        assert Message.objects.filter(kind="offer_asked_again").count() == 1
        assert "buyer_move" not in [act.kind for act in acts_of(offer)]


def acts_of(offer: Offer) -> list[Any]:
    return list(recorded_acts(offer.deal.firm, [offer.deal_id])[offer.deal_id])
