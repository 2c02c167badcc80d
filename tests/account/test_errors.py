"""Pages that say no lead somewhere; without network what was typed stays; paper holds no chrome; keys in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from comptant.ground.firms.models import User
from tests.web.test_pages import signed_in
from tests.world import MONDAY, PASSWORD, atelier_lune

EMAIL = "ada@atelier-lune.example"


@pytest.mark.django_db
def test_a_lost_page_of_one_s_firm_leads_to_today_and_to_the_search() -> None:
    atelier_lune()
    ada = signed_in("ada", "atelier-lune")
    answer = ada.get("/f/atelier-lune/deals/nothing/")
    assert answer.status_code == 404
    text = answer.content.decode()
    assert 'href="/f/atelier-lune/"' in text
    assert 'href="/f/atelier-lune/search/"' in text
    refused = signed_in("odile", "atelier-lune").get("/f/atelier-lune/settings/")
    assert (refused.status_code, 'href="/f/atelier-lune/search/"' in refused.content.decode()) == (403, True)
    strange = ada.get("/f/nowhere/").content.decode()
    assert "/search/" not in strange
    assert 'href="/"' in strange


def come_in(page: Page, where: str) -> None:
    """Ada signs in, in her firm with a deal."""
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Comité de trésorerie")
    page.goto(f"{where}/login/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("form > button[type=submit]")
    page.wait_for_url(f"{where}/f/atelier-lune/**")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_keys_search_go_and_can_be_switched_off(page: Page, live_server: Any) -> None:
    come_in(page, live_server.url)
    page.keyboard.press("/")
    expect(page.locator("[role=combobox]")).to_be_focused()
    page.keyboard.type("trésor")
    expect(page.locator("#found [aria-selected=true]")).to_contain_text("Comité")
    page.keyboard.press("Enter")
    page.wait_for_url("**/deals/D-1/")
    page.keyboard.press("Control+k")
    expect(page.locator("[role=combobox]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("dialog[open] .keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/pipeline/")
    User.objects.filter(email=EMAIL).update(keys_off=True)
    page.reload()
    for key in ("/", "?"):
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("[role=combobox]")).to_be_focused()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_network_it_is_said_and_on_paper_there_is_no_chrome(page: Page, live_server: Any) -> None:
    come_in(page, live_server.url)
    page.context.set_offline(True)
    page.keyboard.press("/")
    expect(page.locator("#announce")).to_contain_text("réseau")
    page.context.set_offline(False)
    expect(page.locator("#announce .refused-here")).to_have_count(0)
    page.emulate_media(media="print", color_scheme="dark")
    for chrome in (".nav", ".line", ".tools"):
        for part in page.locator(chrome).all():
            expect(part).not_to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
