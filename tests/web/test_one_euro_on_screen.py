"""One euro from hello to cash on the screens, by keyboard alone; the client signs on a phone. French, then English."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, Page

from comptant.ground.firms.models import Identity
from comptant.ground.mail.models import Message
from comptant.journey.invoices.models import Invoice
from comptant.outlook.reports.queries import path
from tests.ground.doctors import faults
from tests.offers.selling import identified
from tests.world import PASSWORD, House, atelier_lune

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME_OF_FOCUS = """() => {
  const here = document.activeElement;
  const named = (ids) => (ids || "").split(" ").map((id) => document.getElementById(id)?.innerText || "").join(" ");
  const label = here.labels?.length ? [...here.labels].map((label) => label.innerText).join(" ") : "";
  return [here.getAttribute("aria-label"), named(here.getAttribute("aria-labelledby")), label, here.innerText]
    .find((text) => text && text.trim())?.replace(/\\s+/g, " ").trim() || "";
}"""
MOST_STEPS = 160
HOME = "/f/atelier-lune/"
CASHED = "#line [data-state=cashed] .amount"


class Hands:
    """Somebody with a keyboard and no mouse, who reads a language."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page, self.site, self.language = page, site, language

    def says(self, text: str, **fields: object) -> str:
        """A message of the screens in the language they read."""
        with translation.override(self.language):
            return gettext(text).format(**fields) if fields else gettext(text)

    def reach(self, text: str) -> None:
        """Go from one place to the next until the focus bears these words."""
        wanted = self.says(text).replace("%(n)s", "1").replace("\N{NO-BREAK SPACE}", " ").casefold()
        for _ in range(MOST_STEPS):
            if self.page.evaluate(NAME_OF_FOCUS).casefold().startswith(wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted!r} cannot be reached on {self.page.url}")

    def press(self, text: str) -> None:
        """Reach it, and Enter."""
        self.reach(text)
        self.page.keyboard.press("Enter")

    def follow(self, text: str) -> None:
        """Reach what leads to another page, and go there."""
        self.reach(text)
        self.sends("Enter")

    def sends(self, keys: str) -> None:
        """Press keys that lead to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(keys)

    def write(self, text: str, typed: str) -> None:
        """Reach a field and type in it, in place of what it holds."""
        self.reach(text)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(typed)

    def write_day(self, text: str, day: date) -> None:
        """Reach a field for a day and type it, as this browser orders days."""
        self.reach(text)
        for order in ("%d%m%Y", "%m%d%Y"):
            self.page.keyboard.type(day.strftime(order))
            if self.page.evaluate("document.activeElement.value") == day.isoformat():
                return
            for _ in range(2):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{day} cannot be typed")

    def goes_to(self, letter: str, address: str) -> None:
        """G, then a letter."""
        self.page.keyboard.press("g")
        self.page.keyboard.press(letter)
        self.page.wait_for_url(f"**{HOME}{address}")

    def is_told(self, pattern: str) -> None:
        """A toast says so."""
        self.page.locator("#toasts .toast", has_text=re.compile(pattern)).wait_for()


def stands(house: House) -> dict[str, Decimal]:
    """Where every euro is, tax left out, by the report that commands print."""
    with house.open():
        (found,) = path(house.firm, house.firm.today(timezone.now()))
        return {one.account: one.net for one in found.balances if one.net and one.account != "origin"}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """French first."""
    return str(request.param)


@pytest.fixture
def house() -> House:
    """Atelier Lune, known by its clients, on its first day."""
    house = atelier_lune(today=timezone.now().date())
    with house.open():
        identified(house)
        Identity.objects.filter(firm=house.firm).update(
            legal_form="SARL", capital="20 000 €", register="RCS Lyon", vat_number="FR44732829320"
        )
    return house


@pytest.fixture
def hands(browser: Browser, live_server: Any, language: str, house: House) -> Any:
    """Ada, in front of a wide screen, her hands on the keyboard."""
    context = browser.new_context(
        locale="fr-FR" if language == "fr" else "en-GB", viewport={"width": 1440, "height": 900},
        base_url=live_server.url,
    )  # fmt: skip
    context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(45_000)
    yield Hands(page, live_server.url, language)
    context.close()


def test_from_hello_to_cash(hands: Hands, house: House, browser: Browser) -> None:
    signs_in(hands)
    meets_a_prospect(hands)
    assert stands(house) == {"hoped": Decimal("8000.00")}
    the_client_answers(hands, house)
    link = makes_an_offer(hands, house)
    assert stands(house) == {"hoped": Decimal("8000.00")}, "an offer moves nothing"
    the_client_signs_on_a_phone(browser, hands, house, link)
    assert stands(house) == {"signed": Decimal("7800.00")}
    invoices_a_deposit(hands)
    assert stands(house) == {"signed": Decimal("5460.00"), "invoiced": Decimal("2340.00")}
    delivers_and_invoices_the_rest(hands)
    assert stands(house) == {"invoiced": Decimal("7800.00")}
    the_bank_has_it(hands, house)
    assert stands(house) == {"cashed": Decimal("7800.00")}
    the_screens_say_so(hands, house)


def signs_in(hands: Hands) -> None:
    """Her e-mail, her password, Enter."""
    hands.page.goto("/login/")
    hands.write("E-mail", "ada@atelier-lune.example")
    hands.write("Password", PASSWORD)
    hands.sends("Enter")
    hands.page.wait_for_url(f"**{HOME}")


def meets_a_prospect(hands: Hands) -> None:
    """G P, then a name, a subject and what is hoped for."""
    hands.goes_to("p", "pipeline/")
    hands.follow("Add a prospect")
    hands.write("Client or prospect", "Mercure SARL")
    hands.write("Subject, optional", "Tableau de bord")
    hands.write("Amount hoped for, ex VAT, optional", "8000")
    hands.sends("Control+Enter")
    hands.page.wait_for_selector(".timeline")


def the_client_answers(hands: Hands, house: House) -> None:
    """A, on the deal's page; M moves it on."""
    hands.page.keyboard.press("a")
    hands.is_told(
        hands.says("{party} answered, {channel}, noted at {hour}.").partition(",")[0].format(party="Mercure SARL")
    )
    hands.page.keyboard.press("m")
    hands.page.wait_for_selector("dialog[open] select, dialog[open] [type=radio], dialog[open] button[name]")
    hands.page.keyboard.press("Escape")
    hands.page.wait_for_selector("dialog[open]", state="detached")


def makes_an_offer(hands: Hands, house: House) -> str:
    """Two lines, a deposit at signature, a day for the answer; presented, then sealed and sent. The client's link."""
    day = timezone.now().date()
    hands.follow("Offers")
    hands.follow("New offer")
    hands.write("Title", "Tableau de bord de trésorerie")
    hands.write("Description %(n)s", "Diagnostic")
    hands.write("Price of one %(n)s", "7800")
    hands.write_day("They answer yes or no by", day + timedelta(days=10))
    hands.sends("Control+Enter")
    hands.is_told(r"D-\d{4}-001")
    hands.press("Present")
    hands.page.wait_for_selector("dialog[open]")
    hands.follow("It was presented")
    hands.is_told(r"D-\d{4}-001")
    hands.press("Seal and send")
    hands.page.wait_for_selector("dialog[open]")
    hands.reach("To whom (e-mail)")
    hands.sends("Control+Enter")
    hands.is_told(r"paul@mercure\.example")
    with house.open():
        letter = Message.objects.filter(firm=house.firm, kind="offer").latest("put_at")
    found = re.search(r"https?://\S+(/o/[^\s/]+/)", letter.text)
    assert found, letter.text
    return found[1]


def the_client_signs_on_a_phone(browser: Browser, hands: Hands, house: House, link: str) -> None:
    """390 px wide: yes, a name, a function, the code of the letter."""
    phone = browser.new_context(
        locale="fr-FR", viewport={"width": 390, "height": 800}, base_url=hands.site, has_touch=True
    )
    page = phone.new_page()
    page.goto(link)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.tap(".two-buttons button >> nth=0")
    page.wait_for_selector("[name=code]")
    with house.open():
        letter = Message.objects.filter(firm=house.firm, kind="offer_code").latest("put_at")
    code = re.search(r"^(\d{3}) (\d{3})$", letter.text, re.MULTILINE)
    assert code
    for name, value in {"name": "Paul Marchetti", "function": "Président", "code": code[1] + code[2]}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")
    page.tap("form:has([name=code]) [type=submit]")
    page.wait_for_selector(".reply")
    assert "Paul Marchetti" in page.inner_text("main")
    phone.close()


def invoices_a_deposit(hands: Hands) -> None:
    """From the offer to its agreement, thirty percent."""
    hands.goes_to("o", "offers/")
    hands.follow("Answered")
    hands.follow("D-")
    hands.follow("See what was agreed")
    hands.follow("What to invoice")
    hands.press("Deposit")
    hands.page.wait_for_selector("dialog[open]")
    hands.reach("Share of the agreement, in %")
    hands.sends("Control+Enter")
    hands.is_told(r"2.?808")


def delivers_and_invoices_the_rest(hands: Hands) -> None:
    """The balance, which takes the deposit back."""
    hands.press("Balance")
    hands.page.wait_for_selector("dialog[open]")
    hands.reach("To be paid by")
    hands.sends("Control+Enter")
    hands.is_told(r"6.?552")


def the_bank_has_it(hands: Hands, house: House) -> None:
    """The statement comes in, each line finds its invoice, Enter accepts it and shows the next."""
    with house.open():
        numbers = list(Invoice.objects.filter(firm=house.firm).order_by("number").values_list("number", flat=True))
    day = timezone.now().date()
    rows = [
        f"{day:%d/%m/%Y};VIR MERCURE {number};{amount}" for number, amount in zip(numbers, (2808, 6552), strict=True)
    ]
    hands.page.goto(HOME + "bank/statements/")
    hands.page.set_input_files(
        "[name=file]",
        {"name": "bank.csv", "mimeType": "text/csv", "buffer": "\n".join(["Date;Libellé;Montant", *rows]).encode()},
    )
    hands.follow("Import the statement")
    hands.goes_to("b", "bank/")
    for _line in numbers:
        hands.page.wait_for_selector("[data-accept]")
        before = hands.page.inner_text(CASHED)
        hands.page.keyboard.press("Enter")
        hands.page.wait_for_function(f"before => document.querySelector('{CASHED}').innerText !== before", arg=before)


def the_screens_say_so(hands: Hands, house: House) -> None:
    """The line says what the journal says, and nobody's doctor complains."""
    hands.page.goto(HOME + "path/")
    assert re.sub(r"\D", "", hands.page.inner_text(CASHED)) == "7800"
    with house.open():
        assert faults(house.firm) == {}
