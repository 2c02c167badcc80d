"""The page for who serves several firms, and the letters of Monday and of the morning, through a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from comptant.doors import mornings, nightly
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.actions import add_member
from comptant.ground.firms.models import Identity, Member, Role, User
from comptant.ground.mail.models import Message
from tests.mailing import PostOffice, post_office
from tests.recovery.late import invoiced
from tests.today.test_page import plain, words
from tests.web.test_pages import signed_in
from tests.world import House, atelier_lune, found

__all__ = ["post_office"]

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 22)
"""A Monday."""
MORNING = datetime(2026, 6, 22, 6, 0, tzinfo=UTC)
"""8:00 in Paris."""


@pytest.fixture
def houses() -> Iterator[tuple[House, House, House]]:
    """Ada owns Atelier Lune, keeps the books of a firm in Québec, and is mentor of a third where nothing is."""
    cache.clear()
    lune = atelier_lune(today=DAY, fixed_today=DAY)
    nord = found(
        "Érablière Nord",
        {"Luc": Role.OWNER},
        DAY,
        fixed_today=DAY,
        country="CA",
        currency="CAD",
        zone="America/Montreal",
    )
    calm = found("Calme", {"Rose": Role.OWNER}, DAY, fixed_today=DAY)
    with lune.open():
        lune.opens("D-1", DAY - timedelta(days=4), "12000.00", decision_on=DAY)
        invoiced(lune, "F-1", "1200.00")
        Identity.objects.create(firm=lune.firm, email="bonjour@lune.example")
        user_id = lune.people["Ada"].user_id
    ada = User.objects.get(pk=user_id)
    for house, role in ((nord, Role.ACCOUNTANT), (calm, Role.MENTOR)):
        with house.open():
            add_member(house.firm, ada, role)
    with nord.open():
        invoiced(nord, "N-1", "600.00", currency="CAD", party=nord.clients["boreal"])
    yield lune, nord, calm
    cache.clear()


def test_each_firm_says_what_needs_one_and_currencies_are_not_added(houses: tuple[House, House, House]) -> None:
    text = words(signed_in("ada", "atelier-lune"), "/firms/")
    assert "Trois sociétés, deux ont besoin de vous" in text
    assert text.index("Atelier Lune") < text.index("Érablière Nord") < text.index("Calme")
    assert "Demander le oui ou le non à Mercure SARL" in text
    assert "1 autre action" in text
    assert "Appeler Boréal inc." in text
    assert "1 200 €" in text
    assert "600 $ CA" in text
    assert "1 800" not in text
    assert "Rien aujourd’hui" in text
    assert "En EUR, TTC 2 sociétés" in text
    assert "Propriétaire Atelier Lune" in text


def test_a_firm_one_captures_requests_for_tells_no_figure(houses: tuple[House, House, House]) -> None:
    lune, nord, _calm = houses
    with nord.open():
        Member.objects.filter(firm=nord.firm, user_id=lune.people["Ada"].user_id).update(role=Role.STAFF)
    text = words(signed_in("ada", "atelier-lune"), "/firms/")
    assert "600" not in text
    assert "Boréal" not in text


def test_one_firm_alone_has_no_monday(houses: tuple[House, House, House]) -> None:
    text = words(signed_in("bilal", "atelier-lune"), "/firms/")
    assert "Une société" in text
    assert "lundi" not in text


def test_a_stranger_is_asked_to_sign_in() -> None:
    assert Client().get("/firms/").headers["Location"].startswith("/login/")
    assert Client().post("/firms/monday/").headers["Location"].startswith("/login/")


def test_the_monday_letter_is_wanted_or_not(houses: tuple[House, House, House]) -> None:
    ada = signed_in("ada", "atelier-lune")
    assert "Plus de courriel le lundi." in plain(ada.post("/firms/monday/", follow=True).content.decode())
    assert not User.objects.get(email="ada@atelier-lune.example").wants_monday
    assert mornings.write_mondays(MORNING) == 0
    ada.post("/firms/monday/", {"wanted": "1"})
    assert mornings.write_mondays(MORNING) == 1


def test_on_mondays_one_letter_for_all_firms_once(houses: tuple[House, House, House], post_office: PostOffice) -> None:
    nightly.run_all(MORNING)
    nightly.run_all(MORNING + timedelta(minutes=5))
    cache.clear()
    nightly.run_all(MORNING + timedelta(minutes=10))
    nightly.send_all(MORNING + timedelta(minutes=11))
    (letter,) = [one for one in post_office.letters if one["To"].find("ada@atelier-lune.example") >= 0]
    assert letter["Subject"] == "Deux sociétés ont besoin de vous"
    text = plain(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Lundi 22 juin" in text
    assert "Une n’a rien en attente." in text
    assert "Atelier Lune : 1 200 € en retard" in text
    assert "Demander le oui ou le non à Mercure SARL" in text
    assert "Érablière Nord : 600 $ CA en retard" in text
    assert "En retard : 1 200 € (TTC). En retard : 600 $ CA (TTC)." in text
    html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<h1" in html
    assert "/firms/" in html


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 6, 22, 5, 0, tzinfo=UTC),
        datetime(2026, 6, 23, 6, 0, tzinfo=UTC),
        datetime(2026, 6, 25, 6, 0, tzinfo=UTC),
    ],
)
def test_at_night_and_on_other_days_there_is_no_monday_letter(
    houses: tuple[House, House, House], now: datetime
) -> None:
    assert mornings.write_mondays(now) == 0


def test_the_actions_of_the_day_come_each_working_morning_to_who_wants_them(
    houses: tuple[House, House, House], post_office: PostOffice
) -> None:
    lune, _nord, calm = houses
    with lune.open():
        Member.objects.filter(firm=lune.firm, name__in=["Ada", "Bilal"]).update(wants_digest=True)
    with calm.open():
        Member.objects.filter(firm=calm.firm).update(wants_digest=True)
    tuesday = MORNING + timedelta(days=1)
    nightly.run_all(tuesday)
    nightly.run_all(tuesday + timedelta(minutes=5))
    nightly.send_all(tuesday + timedelta(minutes=6))
    (letter,) = post_office.letters
    assert "ada@atelier-lune.example" in letter["To"]
    assert letter["Subject"] == "Deux actions, 13 000 € en jeu".replace(" 000 €", "\xa0000\xa0€")
    text = plain(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Demander le oui ou le non à Mercure SARL : 12 000 € HT" in text
    assert "/f/atelier-lune/" in text


@pytest.mark.parametrize("now", [datetime(2026, 6, 23, 5, 30, tzinfo=UTC), datetime(2026, 6, 27, 6, 0, tzinfo=UTC)])
def test_no_letter_at_night_or_on_a_day_off(houses: tuple[House, House, House], now: datetime) -> None:
    lune = houses[0]
    with lune.open():
        Member.objects.filter(firm=lune.firm).update(wants_digest=True)
        assert mornings.write_digests(lune.firm, now) == 0
        assert not Message.objects.filter(firm=lune.firm, kind="digest").exists()


def test_a_letter_speaks_the_member_s_language(houses: tuple[House, House, House]) -> None:
    lune = houses[0]
    User.objects.filter(email="ada@atelier-lune.example").update(language="en")
    mornings.write_mondays(MORNING)
    with firm_scope(lune.firm.id):
        letter = Message.objects.get(firm=lune.firm, kind="monday")
    assert letter.subject == "Two firms need you"
    assert re.search(r"Érablière Nord: CA\$600 overdue", letter.text)
