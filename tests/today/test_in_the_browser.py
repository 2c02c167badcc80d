"""The acts of the day with the keyboard alone, and without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from comptant.doors import demo
from comptant.ground.firms.models import User
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HERE = f"/f/{demo.REF}/"


def enter(page: Page, site: str) -> None:
    """The demonstration's owner signs in, and opens the day."""
    assert demo.create_demo()
    owner = User.objects.get(email=demo.cast.EMAIL)
    owner.set_password(PASSWORD)
    owner.save()
    page.goto(f"{site}/login/")
    page.fill("#email", demo.cast.EMAIL)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{site}{HERE}")


def test_acts_are_walked_put_off_undone_and_done_with_the_keyboard(page: Page, live_server: Any) -> None:
    enter(page, live_server.url)
    before = page.locator("h1").inner_text()
    first = page.locator("#act-1").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#act-1")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#act-1")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator("#act-1")).not_to_have_text(first)
    assert page.locator("h1").inner_text() != before
    expect(page.locator("#toasts")).to_contain_text("mercredi 25\xa0novembre")
    page.locator("#toasts button").press("Enter")
    expect(page.locator("#act-1")).to_have_text(first)
    expect(page.locator("h1")).to_have_text(before)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_without_script_the_same_links_and_forms_do(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    enter(page, live_server.url)
    first = page.locator("#act-1").inner_text()
    page.click("#postpone-1")
    expect(page.locator("#toasts")).to_contain_text("mercredi 25\xa0novembre")
    assert page.locator("#act-1").inner_text() != first
    page.click("#toasts button")
    expect(page.locator("#act-1")).to_have_text(first)
    page.click("#act-1")
    assert "closing" in page.url
    context.close()
