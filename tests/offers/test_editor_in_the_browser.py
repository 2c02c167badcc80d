"""An offer from its first word to the client's yes, in Chromium: typed, saved, presented, sent, signed on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from comptant.ground.mail.models import Message
from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer
from tests.offers.selling import code_of, drafted, identified
from tests.offers.test_in_the_browser import SIDEWAYS, faults
from tests.world import MONDAY, PASSWORD, House, atelier_lune

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    lune = atelier_lune()
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: lune.at(MONDAY, 11))
    with lune.open():
        identified(lune)
        lune.opens("D-1", MONDAY, "17700", title="DAF à temps partagé", by=lune.people["Ada"])
    return lune


@pytest.fixture
def offer(house: House) -> Offer:
    with house.open():
        deal = house.opens("D-2", MONDAY, "17700", by=house.people["Ada"])
        return drafted(house, deal)


def signed_in(browser: Browser, live_server: object, **how: object) -> Page:
    """A page in which Ada has signed in."""
    options: dict[str, object] = {"locale": "fr-FR", "viewport": {"width": 1440, "height": 900}, "bypass_csp": True}
    page = browser.new_context(**(options | how)).new_page()  # type: ignore[arg-type]
    page.goto(f"{live_server}/login/")
    page.fill("[name=email]", "ada@atelier-lune.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/f/atelier-lune/")
    return page


@pytest.fixture
def ada(browser: Browser, live_server: object) -> Iterator[Page]:
    page = signed_in(browser, live_server)
    yield page
    page.context.close()


def test_what_is_typed_is_saved_and_its_sums_follow(house: House, offer: Offer, ada: Page, live_server: object) -> None:
    ada.goto(f"{live_server}/f/atelier-lune/offers/{offer.id}/")
    ada.fill("#line-0-price", "5 000")
    expect(ada.locator("#offer-saved")).to_have_text(re.compile("Enregistré à"))
    expect(ada.locator("#line-0-sum")).to_have_text(re.compile(r"5.000"))
    expect(ada.locator("#sum-net")).to_have_text(re.compile(r"17.900"))
    ada.fill("#line-0-price", "beaucoup")
    expect(ada.locator("#offer-saved")).to_have_text(re.compile("Pas encore enregistré"))
    assert ada.input_value("#line-0-price") == "beaucoup", "nothing typed is lost"
    ada.fill("#line-0-price", "4 800")
    expect(ada.locator("#sum-net")).to_have_text(re.compile(r"17.700"))
    ada.click("button[value=add-line]")
    expect(ada.locator("#line-3-title")).to_be_focused()
    ada.keyboard.type("Atelier")
    ada.fill("#line-3-price", "300")
    expect(ada.locator("#sum-net")).to_have_text(re.compile(r"18.000"))
    ada.click("button[value=remove-line-3]")
    expect(ada.locator("#line-3-title")).to_have_count(0)
    expect(ada.locator("#sum-net")).to_have_text(re.compile(r"17.700"))
    with house.open():
        assert [line.title for line in queries.lines_of(offer)][-1] == "Formation"


def test_the_whole_of_it_without_a_script(house: House, browser: Browser, live_server: object) -> None:
    page = signed_in(browser, live_server, java_script_enabled=False)
    page.goto(f"{live_server}/f/atelier-lune/deals/D-1/offers/")
    page.click("text=Nouvelle offre")
    page.fill("#line-0-title", "Diagnostic")
    page.fill("#line-0-price", "4 800")
    page.click("button[value=add-line]")
    assert page.input_value("#line-0-title") == "Diagnostic"
    page.fill("#line-1-title", "Comité")
    page.fill("#line-1-price", "200,50")
    page.press("#line-1-price", "Enter")
    page.fill("[name=decision_on]", "2026-03-20")
    page.click("button[value=save] >> visible=true >> nth=-1")
    page.click(".offer-tools a[href$='presentations/']")
    page.click("button[value=presented]")
    page.click(".offer-tools a[href$='sending/']")
    page.click("[type=submit]:has-text('Sceller')")
    assert "6 000,60 € TTC" in page.inner_text("#toasts").replace("\xa0", " ")
    page.context.close()


def test_a_yes_on_a_phone(house: House, offer: Offer, ada: Page, browser: Browser, live_server: object) -> None:
    ada.goto(f"{live_server}/f/atelier-lune/offers/{offer.id}/")
    ada.click(".offer-tools a[href$='presentations/']")
    ada.click("dialog button[value=presented]")
    ada.wait_for_selector(".toast")
    ada.click(".offer-tools a[href$='sending/']")
    ada.click("dialog [type=submit]")
    ada.wait_for_selector("text=scellée et envoyée")
    with house.open():
        link = re.search(r"/o/[\w-]+/", Message.objects.get(kind="offer").text)
    assert link
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, bypass_csp=True
    )
    phone = context.new_page()
    phone.goto(f"{live_server}{link[0]}")
    assert faults(phone) == []
    phone.click(".reply-bar .btn")
    phone.click(".two-buttons button")
    phone.wait_for_selector("#code")
    assert faults(phone) == []
    with house.open():
        code = code_of(offer)
    for name, value in {"name": "Paul Marchetti", "function": "Président", "code": code}.items():
        phone.fill(f"[name={name}]", value)
    phone.check("[name=consent]")
    phone.click("form:has([name=code]) [type=submit]")
    phone.wait_for_selector("text=Acceptée")
    assert faults(phone) == []
    context.close()
    ada.reload()
    assert faults(ada) == []
    ada.click("text=Voir ce qui est convenu")
    expect(ada.locator("h1")).to_have_text("DAF à temps partagé")
    assert faults(ada) == []
    ada.set_viewport_size({"width": 320, "height": 900})
    assert faults(ada) == []
    ada.click("text=Livré et accepté >> nth=0")
    ada.click("dialog [type=submit]")
    ada.wait_for_selector("text=peuvent être facturés")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "light"), (390, "dark")])
def test_the_pages_are_for_everybody(
    house: House, offer: Offer, browser: Browser, live_server: object, width: int, scheme: str
) -> None:
    page = signed_in(browser, live_server, viewport={"width": width, "height": 900}, color_scheme=scheme)
    home = f"{live_server}/f/atelier-lune/"
    pages = {
        "list": "offers/", "editor": f"offers/{offer.id}/", "new": "deals/D-1/offers/new/", "extras": "extra-requests/",
        "won": "deals/D-1/agreements/", "preview": f"offers/{offer.id}/preview/",
    }  # fmt: skip
    found: dict[str, object] = {}
    for name, tail in pages.items():
        page.goto(home + tail)
        found |= {name: wrong} if (wrong := faults(page)) else {}
    page.goto(f"{home}offers/{offer.id}/")
    for name in ("presentations", "sending"):
        page.click(f".offer-tools a[href$='{name}/']")
        page.wait_for_selector("dialog[open] footer")
        found |= {name: wrong} if (wrong := faults(page)) else {}
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 900})
    for tail in pages.values():
        page.goto(home + tail)
        wide = page.evaluate(SIDEWAYS)
        found |= {f"{tail} at 320": wide} if wide > 0 else {}
    page.context.close()
    assert found == {}
