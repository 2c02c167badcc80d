"""From the first account to the path of every euro, in Chromium: real files dropped, figures equal to the command's."""

from __future__ import annotations

import importlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from comptant.doors.cli.main import _parser
from comptant.doors.founding import first_account_key
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.django_db(transaction=True)]

MAVEN = "sales/maven_crm/sales_pipeline.csv"
PRICES = "sales/maven_crm/products.csv"
IBM = "receivables/ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv"
DAYS = ("2012-12-31", "2017-06-30", "2017-12-31")
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/csv" }));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
BALANCES = """rows => rows.map(row => [
  row.querySelector("[data-state]").dataset.state, ...[...row.querySelectorAll("td")].map(cell => cell.textContent)])"""
MOVES = """rows => rows.map(row => [
  ...new Set([...row.querySelectorAll("[data-state]")].map(state => state.dataset.state)),
  ...[...row.querySelectorAll("td.amount")].map(cell => cell.textContent)])"""


def open_the_house(page: Page, site: str) -> None:
    page.goto(f"{site}/welcome/{first_account_key()}/")
    said = {"person": "Ada Lune", "email": "ada@lune.example", "password": PASSWORD, "name": "Atelier Lune"}
    for name, value in said.items():
        page.fill(f"[name={name}]", value)
    page.click("button[type=submit]")
    page.wait_for_url("**/f/atelier-lune/")


def drop(page: Page, site: str, target: str, mapping: str, file: Path, *beside: Path) -> None:
    """The file is dropped on the page, looked at, and saved."""
    page.goto(f"{site}/f/atelier-lune/imports/?target={target}")
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    page.select_option("#mapping", mapping)
    if beside:
        page.set_input_files("#companion", [str(path) for path in beside])
    page.evaluate(DROP, [file.name, file.read_text("utf-8")])
    page.click("form.upload button[type=submit]")
    page.wait_for_selector("form[action$='loading/'] button", timeout=90_000).click()  # type: ignore[union-attr]
    page.wait_for_url("**/path/**", timeout=90_000)


def figure(text: str) -> Decimal:
    """What a French amount says, to the cent."""
    digits = re.sub(r"[^0-9,−]", "", text).replace(",", ".").replace("−", "-")
    return Decimal(digits or 0)


def shown(page: Page, site: str, day: str, currency: str) -> tuple[dict[str, Any], dict[tuple[str, ...], Any]]:
    """What the page's tables say: by account net, tax and deals; by move net and tax."""
    page.goto(f"{site}/f/atelier-lune/path/?as_of={day}&since=2000-01-01&until={day}&currency={currency}")
    rows = page.eval_on_selector_all("details.as-table tbody tr", BALANCES)
    has_tax = page.locator("details.as-table thead th").count() == 5
    balances = {
        state: (figure(cells[1]), figure(cells[2]) if has_tax else Decimal(0), figure(cells[0]))
        for state, *cells in rows
    }
    moves = {
        (row[0], row[1]): (figure(row[2]), figure(row[3]) if has_tax else Decimal(0))
        for row in page.eval_on_selector_all("table.moves tbody tr", MOVES)
    }
    return {state: said for state, said in balances.items() if any(said)}, moves


def told(capsys: pytest.CaptureFixture[str], day: str) -> list[dict[str, Any]]:
    """What ``comptant path --json`` says, one document a currency."""
    module = importlib.import_module("comptant.doors.cli.path")
    words = ["--json", "--as-of", day, "--from", "2000-01-01"]
    capsys.readouterr()
    assert module.run(_parser("path", module).parse_args(words)) == 0
    found = json.loads(capsys.readouterr().out)
    return found if isinstance(found, list) else [found]


def test_real_files_dropped_give_the_figures_of_the_command(
    page: Page, live_server: Any, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = live_server.url
    open_the_house(page, site)
    drop(page, site, "deals", "maven", shared_data / MAVEN, shared_data / PRICES)
    drop(page, site, "invoices", "ibm", shared_data / IBM)
    for day in DAYS:
        for document in told(capsys, day):
            balances, moves = shown(page, site, day, document["currency"])
            assert len(balances) > 2
            assert len(moves) > 2
            assert balances == {
                account: (Decimal(said["net"]), Decimal(said["tax"]), Decimal(said["deals"]))
                for account, said in document["balances"].items()
                if account != "origin" and (Decimal(said["net"]) or Decimal(said["tax"]) or said["deals"])
            }, day
            assert moves == {
                (flow["from"], flow["to"]): (Decimal(flow["net"]), Decimal(flow["tax"]))
                for flow in document["flows"]
                if Decimal(flow["net"]) or Decimal(flow["tax"])
            }, day
            assert Decimal(document["sum"]) == 0
