"""One euro from a spreadsheet to the bank by commands alone, each a process of its own, as typed in a terminal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from comptant.ground.database.embedded import Embedded
from tests.payments.statements import Entry, camt

FILES = {
    "parties": """ref;name;country;siren;email;street;postcode;city
mercure;Mercure SARL;FR;732829320;paul@mercure.example;3 quai Rambaud;69002;Lyon
""",
    "deals": """ref;title;party_ref;seller;amount;opened_on;stage;status
M-1;Shorter delays;mercure;Bilal;9000;2026-07-01;contacted;open
""",
    "events": """deal_ref;at;kind;value;note
M-1;2026-07-06;stage;discovery;
M-1;2026-07-10;buyer_move;phone;
M-1;2026-07-16;offer_sent;2026-08-14;
M-1;2026-07-20;buyer_move;email;A question about the dashboard
M-1;2026-08-12;won;10000;
""",
    "payments": """ref;received_on;party_ref;amount;currency;label;invoice_number
P-1;2026-11-02;mercure;5000.00;EUR;VIR MERCURE;FA-2026-0002
P-2;2026-11-10;mercure;3520.00;EUR;VIR MERCURE;FA-2026-0002
""",
}
WHO = [
    "legal_name=Atelier Lune", "legal_form=SARL", "capital=10 000 €", "street=12 rue des Capucins", "postcode=69001",
    "city=Lyon", "siren=123456782", "register=RCS Lyon", "vat_number=FR11123456782", "email=bonjour@lune.example",
    "iban=FR7630006000011234567890189",
]  # fmt: skip


class Terminal:
    """A person types; each line is a process that starts what it needs and stops what it started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "COMPTANT_HOME": str(home), "LC_ALL": "C"}
        self.environment["DJANGO_SETTINGS_MODULE"] = "comptant.settings"

    def types(self, *words: str, code: int = 0) -> Any:
        """What the command prints, as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "comptant", *words, "--json"],
            env=self.environment, cwd=self.home, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def stands(self, on: str) -> dict[str, str]:
        """Net, by account, at the end of a day; nothing of what is empty."""
        told = self.types("path", "--as-of", on)
        assert told["sum"] == "0.00"
        found = {account: one["net"] for account, one in told["balances"].items() if one["net"] != "0.00"}
        return {account: net for account, net in found.items() if account != "origin"}


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    home = Path(tempfile.mkdtemp(prefix="comptant-typed-", dir="/tmp"))
    for name, text in FILES.items():
        (home / f"{name}.csv").write_text(text, "utf-8")
    with Embedded(home):  # as when `comptant serve` runs beside: the commands share its database
        yield Terminal(home)
    shutil.rmtree(home)


def test_one_euro_by_commands(terminal: Terminal) -> None:
    for target in ("parties", "deals", "events"):
        assert terminal.types("import", target, f"{target}.csv")["ok"]
    assert terminal.stands("2026-08-12") == {"signed": "10000.00"}

    terminal.types("firm", "set", *WHO)
    deposit = terminal.types(
        "invoice", "issue", "M-1", "--deposit", "30%", "--on", "2026-08-13", "--pdf", "deposit.pdf"
    )
    assert (deposit["number"], deposit["net"], deposit["tax"]) == ("FA-2026-0001", "3000.00", "600.00")
    assert (terminal.home / "deposit.pdf").read_bytes().startswith(b"%PDF-")

    line = Entry("3600.00", "VIR SEPA MERCURE FA-2026-0001", date(2026, 8, 20))
    (terminal.home / "august.xml").write_bytes(camt([line]))
    assert terminal.types("bank", "import", "august.xml")["added"] == 1
    (matched,) = terminal.types("bank", "match")["lines"]
    assert matched["proposals"][0]["posted"] is True
    assert matched["proposals"][0]["invoices"] == [{"number": "FA-2026-0001", "amount": "3600.00"}]
    assert terminal.stands("2026-08-20") == {"signed": "7000.00", "cashed": "3000.00"}

    balance = terminal.types("invoice", "issue", "M-1", "--balance", "--on", "2026-09-01")
    assert (balance["net"], balance["tax"], balance["due_on"]) == ("7000.00", "1400.00", "2026-10-01")
    terminal.types("nightly")
    assert terminal.stands("2026-10-25") == {"overdue": "7000.00", "cashed": "3000.00"}
    (late,) = terminal.types("dunning", "--as-of", "2026-10-25")["items"]
    assert (late["invoice"], late["open"], late["days_late"], late["indemnity"], late["skip"]) == (
        "FA-2026-0002", "8400.00", 24, "40.00", None,
    )  # fmt: skip

    assert terminal.types("import", "payments", "payments.csv")["ok"]
    assert terminal.stands("2026-11-10") == {"cashed": "10000.00", "held": "120.00"}
    assert terminal.types("invoice", "show", "FA-2026-0002")["settled_on"] == "2026-11-10"
    assert terminal.types("doctor")["ok"]
