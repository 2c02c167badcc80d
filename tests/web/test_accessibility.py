"""Every page in Chromium, by the rules of axe-core (WCAG 2.2 AA and best practices), and without sideways scroll."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from comptant.doors import demo
from comptant.doors.founding import first_account_key, found
from comptant.ground.firms.models import User
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
AXE = ROOT / "assets" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = f"""async () => (await axe.run(document, {{runOnly: {TAGS!r}, resultTypes: ["violations"]}})).violations
  .map(found => found.id + ": " + found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | "))"""
CORNERS = [(1440, "light"), (390, "dark")]
"""Colours do not follow the width, so these two are enough from day to day; `make soak` looks at all four."""
ALL = [*CORNERS, (1440, "dark"), (390, "light")]
NARROW = 320
BAD_FILE = "ref;client;amount;opened\nA1;Lune;12 000,50;02/01/2026\nA2;;abc;31/02/2026\n"
MERCURE, NEW = "/f/atelier-mercure-conseil", "/f/atelier-neuf"
SIGNED_IN = [
    "/firms/",
    "/firms/new/",
    f"{MERCURE}/",
    f"{MERCURE}/?all=1",
    f"{MERCURE}/forecast/",
    f"{MERCURE}/path/",
    f"{MERCURE}/path/?as_of=2025-12-31",
    f"{MERCURE}/path/?as_of=2026-02-30",
    f"{MERCURE}/deals/",
    f"{MERCURE}/pipeline/?view=board",
    f"{MERCURE}/pipeline/?view=board&of=me&only=stalled",
    f"{MERCURE}/deals/new/",
    f"{MERCURE}/deals/A-175/stage/",
    f"{MERCURE}/deals/A-175/closing/",
    f"{MERCURE}/deals/A-175/declining/",
    f"{MERCURE}/deals/A-175/hold/",
    f"{MERCURE}/deals/A-175/costs/",
    f"{NEW}/pipeline/",
    f"{MERCURE}/deals/?state=vanished&sort=-opened",
    f"{MERCURE}/deals/?q=zzz",
    f"{MERCURE}/receivables/",
    f"{MERCURE}/clients/",
    f"{MERCURE}/clients/?show=prospects",
    f"{MERCURE}/clients/?q=zzz",
    f"{MERCURE}/clients/new/",
    f"{MERCURE}/clients/groupe-castelain/",
    f"{MERCURE}/clients/groupe-castelain/assessment/",
    f"{MERCURE}/clients/groupe-castelain/identity/",
    f"{MERCURE}/clients/groupe-castelain/insolvencies/",
    f"{MERCURE}/clients/groupe-castelain/invoices/",
    f"{MERCURE}/invoices/",
    f"{MERCURE}/invoices/?show=all",
    f"{MERCURE}/invoices/?show=all&q=zzz",
    f"{MERCURE}/invoices/new/",
    f"{MERCURE}/invoices/batch/",
    f"{MERCURE}/reminders/approval/",
    f"{MERCURE}/offers/",
    f"{MERCURE}/offers/?list=answered",
    f"{MERCURE}/deals/A-001/offers/",
    f"{MERCURE}/deals/A-001/agreements/",
    f"{MERCURE}/extra-requests/",
    f"{MERCURE}/imports/",
    f"{MERCURE}/bank/",
    f"{MERCURE}/bank/statements/",
    f"{MERCURE}/bank/payments/",
    f"{NEW}/",
    f"{NEW}/path/",
    f"{NEW}/deals/",
    f"{NEW}/invoices/",
    f"{NEW}/clients/",
    f"{MERCURE}/search/?q=bor",
    f"{MERCURE}/keys/",
    f"{MERCURE}/settings/",
    f"{MERCURE}/settings/stages/",
    f"{MERCURE}/settings/reminders/",
    f"{MERCURE}/settings/bank/",
    f"{MERCURE}/settings/team/",
    f"{MERCURE}/settings/tokens/",
    "/account/",
    "/account/second-step/",
    "/f/nowhere/",
]
PLACES = ("stalled", "waiting", "lost", "overdue")


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """Someone who owns the demonstration and a firm where nothing happened yet."""
    assert demo.create_demo()
    owner = User.objects.get(email=demo.cast.EMAIL)
    owner.set_password(PASSWORD)
    owner.save()
    found("Atelier neuf", "FR", "fr", owner)
    context = browser.new_context(locale="fr-FR", base_url=live_server.url)
    yield context
    context.close()


@pytest.fixture(params=["corners", pytest.param("all", marks=pytest.mark.soak)])
def seen(request: pytest.FixtureRequest) -> list[tuple[int, str]]:
    """The sizes and colours a page is looked at in."""
    return ALL if request.param == "all" else CORNERS


def sign_in(page: Page) -> None:
    page.goto("/login/")
    page.fill("#email", demo.cast.EMAIL)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/firms/")


def look(page: Page, seen: list[tuple[int, str]]) -> list[str]:
    """What axe finds in the page on the screen, wide and narrow, light and dark; and whether it scrolls sideways."""
    if not AXE.is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("axe-core is not here: make assets")
    # By the debugger's door: our policy lets no page run a script that is not ours.
    page.evaluate(AXE.read_text("utf-8"))
    found = []
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true }")
    for width, scheme in seen:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{page.url} {width} {scheme} {line}" for line in page.evaluate(RUN)]
    page.set_viewport_size({"width": NARROW, "height": 900})
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    return [*found, *([f"{page.url} is {wide} px wide at {NARROW} px"] if wide > NARROW else [])]


def test_no_page_of_the_entrance_breaks_a_rule(browser: Browser, live_server: Any, seen: list[tuple[int, str]]) -> None:
    page, found = browser.new_context(locale="fr-FR", base_url=live_server.url).new_page(), []
    page.goto("/login/")
    page.fill("#email", "nobody@nowhere.example")
    page.fill("#password", "x")
    page.click("button[type=submit]")
    page.wait_for_selector("#password-error")
    found += look(page, seen)
    page.goto(f"/welcome/{first_account_key()}/")
    page.click("button[type=submit]")
    page.wait_for_selector("[aria-invalid]")
    found += look(page, seen)
    page.context.close()
    assert found == []


def test_no_page_breaks_a_rule(visitor: BrowserContext, seen: list[tuple[int, str]]) -> None:
    page, found = visitor.new_page(), []
    sign_in(page)
    for address in SIGNED_IN:
        page.goto(address)
        found += look(page, seen)
    assert found == []


def test_no_deal_breaks_a_rule(visitor: BrowserContext, seen: list[tuple[int, str]]) -> None:
    page, found = visitor.new_page(), []
    sign_in(page)
    for place in PLACES:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{MERCURE}/deals/?state={place}")
        page.click("table.deals tbody a")
        page.wait_for_selector(".timeline")
        found += look(page, seen)
    assert found == []


def test_no_dialog_of_a_deal_breaks_a_rule(visitor: BrowserContext, seen: list[tuple[int, str]]) -> None:
    page, found = visitor.new_page(), []
    sign_in(page)
    for key, inside in (("m", ".stage-menu"), ("c", ".closing")):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{MERCURE}/pipeline/?view=board")
        page.focus("#column-decision .card a")
        page.keyboard.press(key)
        page.wait_for_selector(f"#dialog[open] {inside}")
        if key == "c":
            page.click("#dialog footer .btn--primary")
            page.wait_for_selector("#dialog [aria-invalid]")
        found += look(page, seen)
    assert found == []


def test_no_invoice_nor_its_dialogs_breaks_a_rule(visitor: BrowserContext, seen: list[tuple[int, str]]) -> None:
    page, found = visitor.new_page(), []
    sign_in(page)
    for act in ("", "payment", "dispute", "credit-note"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{MERCURE}/invoices/?show=all&state=overdue")
        page.click("#invoice-list tbody th a")
        page.wait_for_selector(".timeline")
        if act:
            page.click(f".acts a[href*='/{act}/']")
            page.wait_for_selector("#dialog[open] form")
            page.fill("#act-amount", "beaucoup")
            page.click("#dialog footer button")
            page.wait_for_selector("#dialog [aria-invalid]")
        found += look(page, seen)
    assert found == []


def test_no_import_breaks_a_rule(visitor: BrowserContext, seen: list[tuple[int, str]]) -> None:
    page, found = visitor.new_page(), []
    sign_in(page)
    for name, content in (("bad.csv", BAD_FILE.encode()), ("image.csv", bytes(range(256)))):
        page.goto(f"{NEW}/imports/")
        page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
        page.click("form.upload button[type=submit]")
        page.wait_for_selector("#import-page")
        found += look(page, seen)
    assert found == []
