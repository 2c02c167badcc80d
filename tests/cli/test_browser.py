"""The pages as a browser gets them: found, styled, within the policy."""

import pytest


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_sign_in_page_is_whole(live_server, page):
    missing = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{live_server.url}/login/")
    assert page.locator("input[type=password]").is_visible()
    assert page.evaluate("document.styleSheets.length") > 0
    assert missing == []
