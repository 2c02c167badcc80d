"""Not every euro gets to the bank: one lost, one vanished and come back, one contested, on the screens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from comptant.outlook.reports.queries import path
from tests.ground.doctors import faults
from tests.recovery.late import invoiced
from tests.world import MONDAY, PASSWORD, House, atelier_lune

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = date(2026, 3, 5)
HOME = "/f/atelier-lune/"


@pytest.fixture
def house() -> House:
    """Two deals in hand, and an invoice not due yet."""
    house = atelier_lune(fixed_today=TODAY)
    with house.open():
        house.opens("D-1", MONDAY, "9000.00", title="Budget")
        house.opens("D-2", MONDAY, "4000.00", title="Reporting")
        invoiced(house, "F-1", "1200.00", date(2026, 4, 30), issued_on=MONDAY)
    return house


@pytest.fixture
def page(browser: Browser, live_server: Any, house: House) -> Iterator[Page]:
    """Ada, signed in."""
    context = browser.new_context(locale="fr-FR", base_url=live_server.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(45_000)
    page.goto("/login/")
    page.fill("#email", "ada@atelier-lune.example")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HOME}")
    yield page
    context.close()


def stands(house: House) -> dict[str, Decimal]:
    """Where every euro is, tax left out."""
    with house.open():
        (found,) = path(house.firm, TODAY)
        return {one.account: one.net for one in found.balances if one.net and one.account != "origin"}


def closes(page: Page, deal: str, outcome: str) -> None:
    """C on the deal's page, and the outcome."""
    page.goto(f"{HOME}deals/{deal}/")
    page.keyboard.press("c")
    page.check(f"dialog[open] #outcome-{outcome}")


def test_lost_vanished_and_come_back(page: Page, house: House) -> None:
    closes(page, "D-1", "lost")
    page.fill("dialog[open] [name=competitor]", "Cabinet Duret")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert "Perdu" in page.inner_text(".head")
    assert stands(house) == {"hoped": Decimal(4000), "lost": Decimal(9000), "invoiced": Decimal(1000)}
    closes(page, "D-2", "vanished")
    page.select_option("dialog[open] [name=vanished_reason]", index=1)
    with page.expect_navigation():
        page.click("dialog[open] footer .btn--primary")
    assert stands(house) == {"lost": Decimal(9000), "vanished": Decimal(4000), "invoiced": Decimal(1000)}
    page.click("a[href$='/reactivation/']")
    page.select_option("dialog[open] [name=stage]", "decision")
    with page.expect_navigation():
        page.click("dialog[open] footer .btn--primary")
    assert stands(house) == {"hoped": Decimal(4000), "lost": Decimal(9000), "invoiced": Decimal(1000)}
    assert page.inner_text('#line [data-state="hoped"] .amount').replace("\N{NO-BREAK SPACE}", "") == "4000"


def test_a_part_is_contested_and_the_client_was_not_right(page: Page, house: House) -> None:
    page.goto(f"{HOME}invoices/?show=all")
    page.click("text=F-1")
    page.click("a[href$='/dispute/']")
    page.fill("dialog[open] [name=amount]", "360")
    page.select_option("dialog[open] [name=category]", index=1)
    page.fill("dialog[open] [name=reason]", "La restitution manque.")
    with page.expect_navigation():
        page.click("dialog[open] footer .btn--primary")
    assert stands(house)["disputed"] == 300
    assert stands(house)["invoiced"] == 700, "the rest stays due"
    page.click("a[href$='/settlement/'] >> nth=0")
    page.check("dialog[open] [name=outcome][value=upheld]")
    page.fill("dialog[open] [name=answer]", "Elle a eu lieu le 3 mars.")
    with page.expect_navigation():
        page.click("dialog[open] footer .btn--primary")
    assert stands(house)["invoiced"] == 1000
    with house.open():
        assert faults(house.firm) == {}
