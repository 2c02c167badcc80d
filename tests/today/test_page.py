"""Today as a browser receives it: its figures, what each role sees, what is put off and comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptant.doors import demo
from comptant.doors.web.today import today_page
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Role, User
from comptant.ground.firms.queries import OPERATOR, memberships_of
from comptant.outlook.reports.queries import path, pipeline
from comptant.outlook.today.models import Postponement
from tests.recovery.late import invoiced
from tests.web.test_pages import MOST_QUERIES, questions, signed_in
from tests.world import House, atelier_lune, forge_nord, found

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 24)
HERE = "/f/atelier-lune/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lune() -> House:
    """One deal of Ada's to be answered today, one of Bilal's, and a client who is late."""
    house = atelier_lune(today=DAY, fixed_today=DAY)
    with house.open():
        before = DAY - timedelta(days=5)
        house.opens("D-1", before, "12000.00", decision_on=DAY, title="Comité")
        house.opens("D-2", before, "900.00", decision_on=DAY, by=house.people["Bilal"], party=house.clients["boreal"])
        invoiced(house, "F-1", "1200.00")
    return house


@pytest.fixture
def ada(lune: House) -> Iterator[Client]:
    yield signed_in("ada", "atelier-lune")


@pytest.fixture
def camille() -> Client:
    """The demonstration's owner."""
    assert demo.create_demo()
    client = Client()
    client.force_login(User.objects.get(email=demo.cast.EMAIL), "django.contrib.auth.backends.ModelBackend")
    return client


def _demo_firm() -> Firm:
    (membership,) = memberships_of(OPERATOR)
    with firm_scope(membership.firm_id):
        return Firm.objects.get(pk=membership.firm_id)


def words(client: Client, address: str = HERE, **more: str) -> str:
    """The page as text, its thin spaces plain."""
    answer = client.get(address, headers=more)
    assert answer.status_code == 200, answer
    return plain(answer.content.decode())


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html)
    return re.sub(r"\s+", " ", text.replace("\xa0", " "))


def keys(client: Client, address: str = HERE) -> list[str]:
    """The acts on the page, in order."""
    html = client.get(address).content.decode()
    return [str(key) for key in re.findall(r'action="/f/[^/]+/acts/([^"]+)/postponement/"', html)]


def test_the_title_says_how_many_acts_and_what_is_at_stake(ada: Client) -> None:
    text = words(ada)
    assert "Trois actions, 13 900 € en jeu" in text
    assert "Demander le oui ou le non à Mercure SARL" in text
    assert "La date de réponse est aujourd’hui." in text
    assert "1 200 € TTC" in text
    assert "12 000 € HT" in text
    assert [key.partition("-")[0] for key in keys(ada)] == ["decide", "decide", "late"]


def test_the_page_asks_few_questions(ada: Client) -> None:
    ada.get(HERE)
    with CaptureQueriesContext(connection) as asked:
        answer = ada.get(HERE)
    assert answer.status_code == 200
    assert len(questions(asked)) <= MOST_QUERIES, [said[:120] for said in questions(asked)]
    assert "style=" not in answer.content.decode()


def test_an_act_put_off_leaves_with_its_return_and_comes_back(ada: Client) -> None:
    first = keys(ada)[0]
    answer = ada.post(f"{HERE}acts/{first}/postponement/", headers=HTMX)
    text = plain(answer.content.decode())
    assert answer.status_code == 200
    assert "« Demander le oui ou le non à Mercure SARL » revient jeudi 25 juin." in text
    assert "Deux actions, 1 900 € en jeu" in text
    assert f'action="{HERE}acts/{first}/return/"' in answer.content.decode()
    assert first not in keys(ada)
    assert "1 action reportée" in words(ada)
    back = ada.post(f"{HERE}acts/{first}/return/")
    assert (back.status_code, back.headers["Location"]) == (302, HERE)
    assert "est de retour" in words(ada)
    assert keys(ada)[0] == first


def test_an_act_is_put_off_for_oneself(ada: Client) -> None:
    first = keys(ada)[0]
    ada.post(f"{HERE}acts/{first}/postponement/")
    bilal, chloe = signed_in("bilal", "atelier-lune"), signed_in("chloé", "atelier-lune")
    assert [key.partition("-")[0] for key in keys(bilal)] == ["decide"]
    assert [key.partition("-")[0] for key in keys(chloe)] == ["late"]


@pytest.mark.parametrize("key", ["decide-D-1", "nothing", "decide-%00", "match-EUR", "late-nobody"])
def test_an_act_that_is_not_one_s_own_is_not_there(ada: Client, key: str) -> None:
    assert ada.post(f"{HERE}acts/{key}/postponement/").status_code == 404
    assert ada.post(f"{HERE}acts/{key}/return/").status_code == 404
    assert ada.get(f"{HERE}acts/{key}/return/").status_code == 405


def test_each_sees_the_acts_of_their_role(lune: House) -> None:
    bilal, chloe, odile = (signed_in(who, "atelier-lune") for who in ("bilal", "chloé", "odile"))
    assert "Demander le oui ou le non à Boréal inc." in words(bilal)
    assert "Mercure" not in words(bilal).partition("Le chemin")[0]
    assert "Une action, 1 000 € en jeu" in words(chloe)
    text = words(odile)
    assert "Trois actions" in text
    assert "Reporter" not in text
    assert keys(odile) == []


def test_staff_sees_no_figure() -> None:
    found("Atelier Lune", {"Sami": Role.STAFF})
    assert signed_in("sami", "atelier-lune").get(HERE).status_code == 403


def test_zoe_puts_nothing_off(lune: House, ada: Client) -> None:
    first = keys(ada)[0]
    forge_nord()
    zoe = signed_in("zoé", "forge-nord")
    assert zoe.post(f"{HERE}acts/{first}/postponement/").status_code == 404
    assert zoe.post(f"/f/forge-nord/acts/{first}/postponement/").status_code == 404
    with lune.open():
        assert not Postponement.objects.filter(firm=lune.firm).exists()


def test_a_day_without_acts_says_so_and_what_is_next(db: None) -> None:
    house = atelier_lune(today=DAY, fixed_today=DAY)
    with house.open():
        house.opens("D-1", DAY, "12000.00")
    text = words(signed_in("ada", "atelier-lune"))
    assert "Rien à faire aujourd’hui" in text
    assert "Ajouter un prospect" in text
    assert "16 prospects pour 80 % de chances d’en signer un." in text


def test_many_acts_are_a_screenful_and_the_others_a_link_away(db: None) -> None:
    house = atelier_lune(today=DAY, fixed_today=DAY)
    with house.open():
        for n in range(11):
            house.opens(f"D-{n}", DAY - timedelta(days=5), f"{n + 1}00.00", decision_on=DAY)
    ada = signed_in("ada", "atelier-lune")
    assert (len(keys(ada)), len(keys(ada, f"{HERE}?all=1"))) == (8, 11)
    assert "3 autres actions" in words(ada)


def test_the_morning_e_mail_is_wanted_or_not(ada: Client, lune: House) -> None:
    assert "Recevoir ces actions par courriel" in words(ada)
    told = ada.post(f"{HERE}digest/", {"wanted": "1"}, follow=True).content.decode()
    assert "Vos actions viendront par courriel" in plain(told)
    assert "Arrêter" in words(ada)
    ada.post(f"{HERE}digest/", {"wanted": "0"})
    assert "Recevoir ces actions par courriel" in words(ada)


def test_the_demonstration_says_what_the_reports_say(camille: Client) -> None:
    firm = _demo_firm()
    with firm_scope(firm.id):
        balances = {row.account: row for row in path(firm, demo.TODAY)[0].balances}
        report = pipeline(firm, demo.TODAY)[0]
    text = words(camille, f"/f/{demo.REF}/")
    for state in ("hoped", "signed", "billable", "invoiced", "overdue", "disputed", "doubtful", "cashed"):
        assert f"{balances[state].net:,.0f}".replace(",", " ") in text, state
    assert f"{report.portfolio.missing} prospects manquent" in text
    assert f"({report.conversion.won} sur " in text
    assert f"{report.portfolio.live}, dont 4 sans montant" in text
    assert "46 464 € TTC" in text
    assert "3 affaires à l’arrêt" in text
    assert "Transports Belluc doit 8 640 € TTC et vous avez encore livré pour 3 200 € HT" in text
    assert "Laboratoires Mirande, 22 800 € HT" in text
    acts = words(camille, f"/f/{demo.REF}/?all=1")
    assert "Demander le oui ou le non à Coopérative Les Trois Rives" in acts
    assert "Pilotage financier, 12 mois : livré et accepté vendredi 20 novembre." in acts


def test_the_forecast_holds_what_is_known_and_nothing_else(camille: Client) -> None:
    text = words(camille, f"/f/{demo.REF}/forecast/")
    for amount in ("46 464 €", "19 512 €", "26 220 €", "51 120 €", "8 280 €", "1 440 €", "153 036 €", "118 400 €"):
        assert amount in text, amount
    firm = _demo_firm()
    with firm_scope(firm.id):
        report = pipeline(firm, demo.TODAY)[0]
    odds = {line.stage: line.p_won for line in report.deals if line.account == "hoped"}
    for chance in odds.values():
        assert f"{chance * 100:.1f} %".replace(".", ",") in text
    assert "En douze mois, 11 sur 83 ont été signées : 1 pour 7,5." in text
    assert "11 sur 37" in text


def test_the_forecast_of_a_beginner_expects_nothing(ada: Client) -> None:
    text = words(ada, f"{HERE}forecast/")
    assert "1 sur 10, pas encore votre taux" in text
    assert "Montant à ces chances" not in text


def test_in_english_the_same_day_reads(lune: House) -> None:
    client = Client()
    client.get("/login/?language=en")
    client.post("/login/", {"email": "ada@atelier-lune.example", "password": "a sale is a sale once paid"})
    text = words(client)
    assert "Three actions, €13,900 at stake" in text
    assert "Ask Mercure SARL for a yes or a no" in text
    assert "The decision date is today." in text


def test_what_others_do_meanwhile_is_told_and_moves_nothing(ada: Client, lune: House) -> None:
    (address,) = re.findall(r'hx-get="(/f/atelier-lune/changes/[^"]+)"', ada.get(HERE).content.decode())
    assert "changement" not in plain(ada.get(address, headers=HTMX).content.decode())
    with lune.open():
        lune.opens("D-8", DAY, "10.00")
        lune.opens("D-9", DAY, "10.00", by=lune.people["Bilal"])
    assert "1 changement. Actualiser" in plain(ada.get(address, headers=HTMX).content.decode())
    assert ada.get(address).headers["Location"] == HERE


def test_a_large_firm_counts_what_to_watch_after_the_page_has_come(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today_page, "LARGE", 0)
    cache.clear()
    html = ada.get(HERE).content.decode()
    assert f'hx-get="{HERE}watch/" hx-trigger="load"' in html
    assert "chance de signer" not in html
    assert "prospects pour 80 %" in plain(ada.get(f"{HERE}watch/", headers=HTMX).content.decode())
    assert "prospects pour 80 %" in words(ada)
    assert "prospects pour 80 %" in words(ada, f"{HERE}watch/")
