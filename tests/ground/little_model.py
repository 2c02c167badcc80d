"""Where the euros of a few deals stand on any evening, by product.md's table and nothing of ours.

Hope is walked day by day by the pipeline's oracle; what is signed, claimed, contested and paid is a dict that each
event changes. Days and times are the firm's wall clock. Every instant of a deal holds one event at most.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.pipeline.oracle import Said, World, tell

ZERO = Decimal(0)
NOWHERE = ""
PROSPECTED = ("hoped", "stalled", "waiting", "lost", "vanished", "declined")
Amounts = dict[tuple[str, str], tuple[Decimal, Decimal]]
"""(account, document or nothing): (net, tax)."""


class Impossible(Exception):
    """The table has no such posting: not enough stands there."""


@dataclass
class Event:
    """Something after the signature, or stated outright. ``document`` is an invoice's number."""

    at: datetime
    kind: str
    document: str = NOWHERE
    net: Decimal = ZERO
    tax: Decimal = ZERO
    due_on: date | None = None
    source: str = ""
    target: str = ""


@dataclass
class Thread:
    """All that was said of one deal."""

    ref: str
    told: list[Said] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def instants(self) -> set[datetime]:
        return {said.at for said in self.told} | {event.at for event in self.events}


@dataclass
class Evening:
    """One deal at the end of a day: what stands where, and where it is counted."""

    amounts: Amounts
    counted: set[str]
    stage: str = ""


def evenings(world: World, thread: Thread, days: list[date], until: date) -> dict[date, Evening]:
    """The evenings asked for. Raises Impossible when something said could not have happened."""
    story = tell(world, thread.told, until)
    if story.refused:
        raise Impossible
    price = next((seen["amount"] for seen in story.evenings.values() if seen["place"] == "signed"), 0)
    ledgers = _evening_ledgers(thread.events, Decimal(price), sorted(days), until)
    found = {}
    for day in days:
        amounts, seen = dict(ledgers[day]), story.evenings.get(day)
        place = seen["place"] if seen else ""
        counted = {account for (account, _), both in amounts.items() if sum(both) > 0}
        if seen and place in PROSPECTED:
            amounts[place, NOWHERE] = (Decimal(seen["amount"]), ZERO)
            counted.add(place)
        amounts["origin", NOWHERE] = (
            -sum(net for net, _ in amounts.values()),
            -sum(tax for _, tax in amounts.values()),
        )
        kept = {key: both for key, both in amounts.items() if any(both)}
        found[day] = Evening(kept, counted, seen["stage"] if place == "hoped" else "")
    return found


def _evening_ledgers(events: list[Event], price: Decimal, days: list[date], until: date) -> dict[date, Amounts]:
    """What stands past the signature at the end of each day; ``origin`` is left to the caller."""
    falls = [
        Event(datetime.combine(event.due_on + timedelta(days=1), datetime.min.time()), "fell_due", event.document)
        for event in events
        if event.due_on is not None
    ]
    ordered = sorted([*events, *falls], key=lambda event: (event.at, event.kind != "fell_due"))
    books, found, waiting = _Books(price), {}, [*days]
    for event in ordered:
        while waiting and event.at.date() > waiting[0]:
            found[waiting.pop(0)] = dict(books.amounts)
        if event.at.date() <= until:
            books.hear(event)
    return {**found, **{day: dict(books.amounts) for day in waiting}}


class _Books:
    def __init__(self, price: Decimal) -> None:
        self.price = price
        self.amounts: Amounts = {}

    def stands(self, account: str, document: str = NOWHERE) -> tuple[Decimal, Decimal]:
        return self.amounts.get((account, document), (ZERO, ZERO))

    def add(self, account: str, document: str, net: Decimal, tax: Decimal) -> None:
        if account == "origin":
            return
        before = self.stands(account, document)
        after = (before[0] + net, before[1] + tax)
        if min(after) < 0:
            raise Impossible
        self.amounts[account, document] = after

    def move(self, source: str, target: str, document: str, net: Decimal, tax: Decimal) -> None:
        self.add(source, document, -net, -tax)
        self.add(target, document, net, tax)

    def hear(self, event: Event) -> None:
        if event.kind in ("disputed", "credited", "paid") and ("invoiced", event.document) not in self.amounts:
            raise Impossible
        getattr(self, event.kind)(event)

    def signed(self, event: Event) -> None:
        self.add("signed", NOWHERE, self.price, event.tax)

    def stated(self, event: Event) -> None:
        self.add(event.source, NOWHERE, -event.net, -event.tax)
        self.add(event.target, NOWHERE, event.net, event.tax)

    def invoiced(self, event: Event) -> None:
        """What is billable first, then the backlog, then from nowhere."""
        left = event.net
        for account in ("billable", "signed"):
            net, tax = self.stands(account)
            drawn = min(left, net)
            left -= drawn
            drawn_tax = tax if drawn == net else cents(tax * drawn / net)
            self.add(account, NOWHERE, -drawn, -drawn_tax)
        self.add("invoiced", event.document, event.net, event.tax)

    def fell_due(self, event: Event) -> None:
        self.move("invoiced", "overdue", event.document, *self.stands("invoiced", event.document))

    def disputed(self, event: Event) -> None:
        """``net`` is the part contested, tax included; what stays due keeps the tax of a first part."""
        account = "invoiced" if any(self.stands("invoiced", event.document)) else "overdue"
        net, tax = self.stands(account, event.document)
        if event.net > net + tax:
            raise Impossible
        if event.net:
            kept_tax = cents(tax * (net + tax - event.net) / (net + tax))
            contested_tax = tax - kept_tax
            self.move(account, "disputed", event.document, event.net - contested_tax, contested_tax)

    def paid(self, event: Event) -> None:
        for account in ("invoiced", "overdue", "disputed"):
            self.move(account, "cashed", event.document, *self.stands(account, event.document))

    def credited(self, event: Event) -> None:
        """What is contested first, then what is due, then what was paid, which is held for the client."""
        net, tax = event.net, event.tax
        for account in ("disputed", "overdue", "invoiced", "cashed"):
            there, there_tax = self.stands(account, event.document)
            part, part_tax = min(net, there), min(tax, there_tax)
            net, tax = net - part, tax - part_tax
            self.move(account, "held" if account == "cashed" else "cancelled", event.document, part, part_tax)
        if net or tax:
            raise Impossible


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
