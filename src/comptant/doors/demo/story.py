"""How a deal of the demonstration is told: one fact after the other, on days on which people work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from comptant.doors.demo.cast import CLOSURES
from comptant.ground.database.ids import uuid7
from comptant.ground.journal.acts import Fact
from comptant.ground.money.workdays import next_working_day

PARIS = ZoneInfo("Europe/Paris")
RATE = Decimal("0.20")
"""French VAT, its usual rate."""

CENT = Decimal("0.01")


def workday(day: date) -> date:
    """The first day on or after it on which the firm works.

    >>> workday(date(2026, 8, 8))
    datetime.date(2026, 8, 24)
    """
    for first, last in CLOSURES:
        if first <= day <= last:
            day = last + timedelta(days=1)
    return next_working_day(day, "FR")


def tax_of(net: Decimal) -> Decimal:
    """The tax on a net amount."""
    return (net * RATE).quantize(CENT)


@dataclass(slots=True)
class Bill:
    """An invoice or a credit note of a deal. ``number`` is given when all are known, in the order of issue."""

    issued_on: date
    due_on: date
    net: Decimal
    kind: str = "invoice"
    corrects: Bill | None = None
    number: str = ""
    id: UUID = field(default_factory=uuid7)

    @property
    def tax(self) -> Decimal:
        """The tax claimed."""
        return tax_of(self.net)


@dataclass(slots=True)
class Event:
    """What happened on a day; becomes a fact when the deal and its documents have their names."""

    kind: str
    at: datetime
    details: dict[str, Any]
    bill: Bill | None = None


@dataclass(slots=True)
class Story:
    """A deal, from its opening on. Amounts are net; ``day`` is where the telling has come to."""

    party: str
    title: str
    seller: str
    day: date
    amount: int | None
    source: str = ""
    country: str = "FR"
    stage: str = "contacted"
    events: list[Event] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)

    def __post_init__(self) -> None:
        amount = None if self.amount is None else f"{self.amount}.00"
        self.say("opened", amount=amount, stage=self.stage, source=self.source)

    @property
    def opened_on(self) -> date:
        """Its first day."""
        return self.events[0].at.date()

    def say(self, kind: str, **details: Any) -> Story:
        """Something happened on the day the telling has come to: a while after what came before on that day."""
        self._add(kind, {name: value for name, value in details.items() if value not in (None, "")})
        return self

    def _add(self, kind: str, details: dict[str, Any], bill: Bill | None = None) -> None:
        before = sum(event.at.date() == self.day for event in self.events)
        at = datetime.combine(self.day, time(9 + before % 9, len(self.party) * 7 % 60), PARIS)
        self.events.append(Event(kind, at, details, bill))

    def after(self, days: int) -> Story:
        """That many days later, or on the next day on which the firm works."""
        self.day = workday(self.day + timedelta(days=days))
        return self

    def on(self, day: date) -> Story:
        """On a day."""
        self.day = day
        return self

    def answered(self, channel: str = "email", note: str = "") -> Story:
        """The buyer moved."""
        return self.say("buyer_move", channel=channel, note=note)

    def reached(self, stage: str) -> Story:
        """The buyer moved, and the deal with it."""
        self.stage = stage
        return self.answered("meeting").say("stage", stage=stage)

    def offered(self, decision_on: date | None, presented: str = "in_person") -> Story:
        """The offer was presented and sent."""
        return self.say("offer_sent", decision_on=decision_on and decision_on.isoformat(), presented=presented)

    def won(self, amount: int) -> Story:
        """Signed, with its tax."""
        price = Decimal(amount)
        return self.say("won", amount=str(price.quantize(CENT)), tax=str(tax_of(price)), proof="Bon pour accord signé")

    def invoiced(self, day: date, due_on: date, net: int, kind: str = "invoice") -> Bill:
        """An invoice was issued."""
        bill = Bill(day, due_on, Decimal(net), kind)
        self.bills.append(bill)
        self.on(day)._add("invoiced", {}, bill)
        return bill

    def paid(self, bill: Bill, day: date) -> Story:
        """An invoice was paid in full."""
        self.on(day)._add("paid", {}, bill)
        return self

    def disputed(self, bill: Bill, day: date) -> Story:
        """The whole invoice was contested."""
        self.on(day)._add("disputed", {"amount": str(bill.net + bill.tax)}, bill)
        return self

    def credited(self, bill: Bill, day: date, net: int) -> Story:
        """A credit note was issued on a part of an invoice."""
        note = Bill(day, day, Decimal(net), "credit_note", bill)
        self.bills.append(note)
        self.on(day)._add("credited", {}, note)
        return self

    def delivered(self, day: date, net: int) -> Story:
        """A part of the work was accepted: it may be invoiced."""
        amount = Decimal(net)
        self.on(day)._add("delivered", {"net": str(amount.quantize(CENT)), "tax": str(tax_of(amount))})
        return self

    def insolvent(self, day: date, judged_on: date) -> Story:
        """The client's insolvency was published."""
        self.on(day)._add("insolvency", {"judged_on": judged_on.isoformat(), "published_on": day.isoformat()})
        return self

    def given_up(self, bill: Bill, day: date) -> Story:
        """What is open of an invoice never will be paid."""
        self.on(day)._add("written_off", {}, bill)
        return self


def facts_of(story: Story, by: UUID) -> list[Fact]:
    """The facts of a story, in the order in which they happened; the opening says who sells."""
    facts = []
    for event in sorted(story.events, key=lambda event: event.at):
        details = {**event.details, **(_document(event.kind, event.bill) if event.bill else {})}
        if event.kind == "opened":
            details["seller"] = str(by)
        facts.append(Fact(event.kind, event.at, details, by=by))
    return facts


def _document(kind: str, bill: Bill) -> dict[str, Any]:
    """What an act on a document says of it."""
    amounts = {"number": bill.number, "net": str(bill.net.quantize(CENT)), "tax": str(bill.tax)}
    if kind == "invoiced":
        return {"document": str(bill.id), **amounts, "kind": bill.kind, "due_on": bill.due_on.isoformat()}
    if bill.corrects is not None:
        return {"document": str(bill.corrects.id), "credit_note": str(bill.id), **amounts}
    return {"document": str(bill.id), "number": bill.number}
