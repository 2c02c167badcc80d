"""A deal told in plain words to every room at once: pure, without a database."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from comptant.ground.journal.acts import Entry, Fact
from comptant.ground.journal.replay import Timeline, replay
from comptant.journey.invoices.rules import InvoiceRoom
from comptant.journey.offers.rules import OffersRoom
from comptant.journey.payments.rules import PaymentsRoom
from comptant.journey.pipeline.rules import PipelineRoom, Stage
from comptant.journey.recovery.rules import RecoveryRoom

PARIS = ZoneInfo("Europe/Paris")
END = datetime(2026, 12, 31, tzinfo=PARIS)
STAGES = {
    key: Stage(key, key, position, days)
    for position, (key, days) in enumerate({"contacted": 400, "proposal": 400}.items(), start=1)
}
ROOMS = [
    PipelineRoom(PARIS, "FR", STAGES, {}), OffersRoom("EUR"), InvoiceRoom(PARIS, "EUR"), PaymentsRoom(PARIS, "EUR"),
    RecoveryRoom("EUR"),
]  # fmt: skip
F1, F2 = UUID(int=1), UUID(int=2)
NUMBERS = {F1: "F-1", F2: "F-2"}


def at(month: int, day: int, hour: int = 10) -> datetime:
    """An instant of 2026, in Paris."""
    return datetime(2026, month, day, hour, tzinfo=PARIS)


def told(kind: str, month: int, day: int, document: UUID | None = None, /, **details: Any) -> Fact:
    """A fact; amounts may be written as numbers."""
    said = {name: _said(value) for name, value in details.items()}
    if document is not None:
        said |= {"document": str(document), "number": NUMBERS[document]}
    return Fact(kind, at(month, day), said)


def _said(value: Any) -> Any:
    is_amount = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return f"{value:.2f}" if is_amount else value


def opened(amount: int = 10_000) -> Fact:
    return told("opened", 1, 5, stage="contacted", amount=amount)


def won(net: int = 10_000, tax: int = 2_000) -> Fact:
    return told("won", 2, 2, amount=net, tax=tax, proof="imported")


def invoiced(net: float, tax: float, document: UUID = F1, *, on: tuple[int, int] = (3, 2), due: str = "2026-04-01",
             **more: Any) -> Fact:  # fmt: skip
    return told("invoiced", *on, document, net=net, tax=tax, due_on=due, kind="invoice", **more)


def timeline(facts: Sequence[Fact], until: datetime = END) -> Timeline:
    return replay(facts, ROOMS, until)


def entries(facts: Sequence[Fact], kind: str, until: datetime = END) -> list[Entry]:
    return [entry for entry in timeline(facts, until).entries if entry.kind == kind]


def moves(entry: Entry) -> list[str]:
    """Its postings, such as ``billable > invoiced 1000.00 + 200.00 F-1``."""
    names = {None: "", **NUMBERS}
    return [f"{p.source} > {p.target} {p.net:.2f} + {p.tax:.2f} {names[p.document]}".strip() for p in entry.postings]


def stands(facts: Sequence[Fact], until: datetime = END) -> dict[str, Decimal]:
    """What stands where at the end, tax included, all documents together; nothing left out but zeros."""
    found: dict[str, Decimal] = {}
    for (account, _), (net, tax) in timeline(facts, until).state.balances.items():
        found[account] = found.get(account, Decimal(0)) + net + tax
    return {account: amount for account, amount in found.items() if amount}
