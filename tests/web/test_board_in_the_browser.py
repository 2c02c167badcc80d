"""The board in Chromium: cards dragged, carried by the keyboard, tapped without a network; the closing dialog."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from comptant.journey.pipeline.models import Standing
from tests.world import MONDAY, PASSWORD, House, atelier_lune

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = MONDAY + timedelta(days=20)


@pytest.fixture
def lune() -> House:
    """Atelier Lune with two live deals and one stalled, and a fixed day."""
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D-1", TODAY - timedelta(days=2), "12000.00", title="Comité de trésorerie")
        house.opens("D-2", TODAY - timedelta(days=2), "3000.00", stage="proposal")
        house.opens("D-3", MONDAY, "800.00", title="Vieux devis")
        house.sleeps_until(TODAY - timedelta(days=1))
    return house


def open_board(page: Page, site: str) -> None:
    page.goto(f"{site}/login/?next=/f/atelier-lune/pipeline/%3Fview=board")
    page.fill("#email", "ada@atelier-lune.example")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#column-contacted")


def stage(house: House, ref: str = "D-1") -> str:
    with house.open():
        return str(Standing.objects.get(deal__ref=ref).stage)


def place(house: House, ref: str = "D-1") -> str:
    with house.open():
        return str(Standing.objects.get(deal__ref=ref).place)


def test_a_card_is_dragged_and_taken_back(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    page.drag_and_drop("#card-D-1", "#column-discovery")
    expect(page.locator("#column-discovery #card-D-1")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("Découverte")
    expect(page.locator("#column-discovery .totals")).to_have_text("12\xa0000\xa0€")
    assert stage(lune) == "discovery"
    page.click(".toast button")
    expect(page.locator("#column-contacted #card-D-1")).to_be_visible()
    assert stage(lune) == "contacted"


def test_a_card_is_carried_by_the_keyboard_and_each_step_told(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    told = page.locator("#announce")
    page.focus("#handle-D-1")
    page.keyboard.press("Space")
    expect(told).to_contain_text("Mercure SARL prise dans Premier échange")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(told).to_have_text("Mercure SARL au-dessus de Proposition remise.")
    page.keyboard.press("Escape")
    expect(told).to_have_text("Mercure SARL remise dans Premier échange.")
    expect(page.locator("#column-contacted #card-D-1")).to_be_visible()
    assert stage(lune) == "contacted"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Découverte")
    expect(page.locator("#handle-D-1")).to_be_focused()
    assert stage(lune) == "discovery"


def test_a_card_that_left_meanwhile_is_put_back_with_its_reason(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    with lune.open():
        lune.says(Standing.objects.select_related("deal").get(deal__ref="D-1").deal, "stage", TODAY, stage="decision")
    page.drag_and_drop("#card-D-1", "#column-discovery")
    expect(page.locator("#announce")).to_contain_text("Oui ou non")
    expect(page.locator("#column-contacted #card-D-1")).to_be_visible()
    assert stage(lune) == "decision"


def test_m_opens_the_stages_c_closes_a_answers(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    page.focus("#card-D-2 h3 a")
    page.keyboard.press("m")
    page.wait_for_selector("#dialog[open] .stage-menu")
    page.keyboard.press("Escape")
    expect(page.locator("#card-D-2 h3 a")).to_be_focused()
    page.keyboard.press("m")
    page.click("#dialog button[value=decision]")
    expect(page.locator("#column-decision #card-D-2")).to_be_visible()
    expect(page.locator("#dialog")).not_to_be_visible()
    page.focus("#card-D-3 h3 a")
    page.keyboard.press("a")
    expect(page.locator(".toast--answered")).to_contain_text("par téléphone")
    assert place(lune, "D-3") == "hoped"
    page.click(".toast--answered button[value=email]")
    expect(page.locator(".toast--answered")).to_contain_text("par courriel")
    page.focus("#card-D-3 h3 a")
    page.keyboard.press("c")
    page.wait_for_selector("#dialog[open] .closing")
    page.click("#dialog footer .btn--primary")
    expect(page.locator("#act-file")).to_be_focused()
    page.set_input_files("#act-file", {"name": "signé.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.click("#dialog footer .btn--primary")
    expect(page.locator(".toast")).to_contain_text("Gagnée")
    assert place(lune, "D-3") == "signed"


def test_the_card_one_is_on_keeps_the_focus_after_a_key(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    page.focus("#card-D-1 h3 a")
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("a répondu")
    expect(page.locator("#card-D-1 h3 a")).to_be_focused()
    page.keyboard.press("m")
    page.wait_for_selector("dialog[open]:not(.htmx-settling)")
    page.locator("dialog[open] button", has_text="Découverte").press("Enter")
    expect(page.locator("#column-discovery #card-D-1 h3 a")).to_be_focused()


def test_declining_shows_what_is_left_in_the_dialog(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    page.focus("#card-D-1 h3 a")
    page.keyboard.press("c")
    page.wait_for_selector("#dialog[open] .closing")
    page.click(".apart-act:last-of-type summary")
    expect(page.locator("#left")).to_contain_text("3\xa0000\xa0€")
    page.click("#left .btn--risk")
    expect(page.locator(".toast")).to_contain_text("Déclinée")
    assert place(lune) == "declined"


def test_taps_without_a_network_are_kept_and_sent_in_order(page: Page, live_server: Any, lune: House) -> None:
    open_board(page, live_server.url)
    page.context.set_offline(True)
    page.click("#answered-D-3")
    expect(page.locator("#card-D-3")).to_have_class("card is-stalled is-kept")
    page.click("#answered-D-1")
    expect(page.locator("#announce")).to_contain_text("gardé ici")
    assert page.evaluate("JSON.parse(localStorage.getItem('comptant-kept')).map(one => one.url)") == [
        "/f/atelier-lune/deals/D-3/buyer-moves/", "/f/atelier-lune/deals/D-1/buyer-moves/",
    ]  # fmt: skip
    assert place(lune, "D-3") == "stalled"
    page.context.set_offline(False)
    expect(page.locator("#card-D-3")).not_to_have_class("card is-stalled is-kept", timeout=10_000)
    expect(page.locator("#card-D-3")).to_have_attribute("data-state", "hoped")
    assert page.evaluate("localStorage.getItem('comptant-kept')") is None
    assert place(lune, "D-3") == "hoped"
