"""Passkeys in Chromium, with an authenticator it makes up: a key is made, opens a session, and once removed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, CDPSession, Page, expect

from comptant.ground.access.models import Passkey
from comptant.ground.firms.models import User
from tests.account.test_account import give_a_second_step
from tests.web.test_pages import signed_in
from tests.world import PASSWORD, atelier_lune

EMAIL = "ada@atelier-lune.example"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def device(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    """A page whose device keeps passkeys."""
    context = browser.new_context(locale="fr-FR")
    page, broken = context.new_page(), []
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page, tools
    context.close()
    assert broken == []


def site(live_server: Any) -> str:
    """By a name: a passkey is for a name, not for a number."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


def sign_in(page: Page, where: str) -> None:
    page.goto(f"{where}/login/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("form > button[type=submit]")
    page.wait_for_url(f"{where}/f/atelier-lune/**")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_key_is_made_opens_a_session_and_is_removed(device: tuple[Page, CDPSession], live_server: Any) -> None:
    page, where = device[0], site(live_server)
    atelier_lune()
    sign_in(page, where)
    page.goto(f"{where}/account/")
    page.fill("#passkey-name", "Téléphone")
    page.fill("#passkey-password", "no")
    page.click("form[data-passkey=add] button")
    expect(page.locator("[data-passkey=add] [data-said]")).not_to_be_empty()
    assert not Passkey.objects.exists()
    page.fill("#passkey-password", PASSWORD)
    page.click("form[data-passkey=add] button")
    page.wait_for_selector("#own-passkeys table")
    assert "Téléphone" in page.inner_text("#own-passkeys table")

    give_a_second_step(User.objects.get(email=EMAIL))
    page.context.clear_cookies()
    page.goto(f"{where}/login/?next=/f/atelier-lune/path/")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_url(f"{where}/f/atelier-lune/path/")
    key = Passkey.objects.get()
    assert key.used_at is not None
    assert key.sign_count > 0

    page.goto(f"{where}/account/")
    page.click("#own-passkeys table button")
    page.wait_for_selector("#own-passkeys:not(:has(table))")
    page.context.clear_cookies()
    page.goto(f"{where}/login/")
    page.click("[data-passkey=sign-in] button")
    expect(page.locator("[data-passkey=sign-in] [data-said]")).not_to_be_empty()
    assert page.url.startswith(f"{where}/login/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_device_that_does_not_know_its_owner_gets_nowhere(device: tuple[Page, CDPSession], live_server: Any) -> None:
    page, where = device[0], site(live_server)
    atelier_lune()
    page.goto(f"{where}/login/")
    device[1].send("WebAuthn.disable")
    device[1].send("WebAuthn.enable")
    device[1].send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.click("[data-passkey=sign-in] button")
    expect(page.locator("[data-passkey=sign-in] [data-said]")).not_to_be_empty()
    assert page.url.startswith(f"{where}/login/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", "null", '{"id": 7}', '{"id": "AAAA"}', '{"id": "\\u0000"}', "x" * 30_000,
     '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(answer: str) -> None:
    atelier_lune()
    stranger, ada = Client(), signed_in("ada", "atelier-lune")
    stranger.post("/login/passkey/question/")
    ada.post("/account/passkeys/new/", {"name": "x", "password": PASSWORD})
    for client, where in ((stranger, "/login/passkey/"), (ada, "/account/passkeys/")):
        assert client.post(where, answer, content_type="application/json").status_code == 422
        assert client.post(where, answer, content_type="application/json").status_code == 422
    assert not Passkey.objects.exists()


@pytest.mark.django_db
def test_another_s_key_is_not_there() -> None:
    atelier_lune()
    bilal = User.objects.get(email="bilal@atelier-lune.example")
    key = Passkey.objects.create(
        user=bilal, name="x", credential_id=b"1", public_key=b"2", made_at="2026-03-02T00:00:00Z"
    )
    assert signed_in("ada", "atelier-lune").post(f"/account/passkeys/{key.id}/removal/").status_code == 404
    assert Passkey.objects.exists()


@pytest.mark.django_db
def test_questions_are_counted_by_place() -> None:
    for _ in range(30):
        assert Client().post("/login/passkey/question/").status_code == 200
    assert Client().post("/login/passkey/question/").status_code == 429
