"""The client's page in Chromium: by the rules of accessibility, without sideways scroll, and without a script."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer
from tests.offers.selling import DECISION, code_of, identified, secret_of, sent
from tests.web.test_accessibility import AXE, RUN
from tests.world import House, atelier_lune

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CORNERS = [(1440, "light"), (390, "dark")]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    lune = atelier_lune()
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: lune.at(DECISION, 9))
    with lune.open():
        return identified(lune)


@pytest.fixture
def offer(house: House) -> Offer:
    with house.open():
        return sent(house, house.opens("marchetti", DECISION - timedelta(days=18), "17700"))


@pytest.fixture(params=CORNERS, ids=lambda corner: f"{corner[0]}-{corner[1]}")
def corner(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        locale="fr-FR", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    page.add_script_tag(content=Path(AXE).read_text("utf-8"))
    wide = page.evaluate(SIDEWAYS)
    return [*page.evaluate(RUN), *([f"{wide} px too wide"] if wide > 0 else [])]


def test_each_step_is_for_everybody(house: House, offer: Offer, corner: Page, live_server: object) -> None:
    address = f"{live_server}/o/{secret_of(offer)}/"
    corner.goto(address)
    assert faults(corner) == []
    corner.goto(f"{address}refusal/")
    assert faults(corner) == []
    corner.goto(address)
    corner.click(".two-buttons button")
    corner.wait_for_selector("#code")
    assert faults(corner) == []


def test_a_yes_without_a_script(house: House, offer: Offer, browser: Browser, live_server: object) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}/o/{secret_of(offer)}/")
    page.check("[name=option]")
    page.click(".two-buttons button")
    with house.open():
        code = code_of(offer)
    for name, value in {"name": "Paul Marchetti", "function": "Président", "code": code}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")
    page.click("form:has([name=code]) [type=submit]")
    assert "Paul Marchetti" in page.inner_text(".reply")
    context.close()
    with house.open():
        assert queries.place_of(offer.deal) == "signed"
        assert str(queries.agreement_of(offer.deal).net) == "18600.00"


def test_what_a_client_is_sent_is_what_the_page_says(house: House, offer: Offer) -> None:
    page = Client().get(f"/o/{secret_of(offer)}/").content.decode()
    digest = bytes(offer.document.sha256).hex()
    assert " ".join(digest[n : n + 8] for n in range(0, 64, 8)) in page
