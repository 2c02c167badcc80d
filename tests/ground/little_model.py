"""Where the euros of a few deals stand on any evening, by product.md's table and nothing of ours.

Hope is walked day by day by the pipeline's oracle; what is signed, claimed, contested and paid is a dict that each
event changes. Days and times are the firm's wall clock. Every instant of a deal holds one event at most.
"""

from dataclasses import dataclass, field, replace
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
    """Something after the signature, or stated outright. ``document`` is an invoice's number.

    ``net`` and ``tax`` as told; ``part``, tax included, where one amount is told, None for all of it. ``name`` is the
    dispute's. ``flag``: of a credit note, that it is to be invoiced again.
    """

    at: datetime
    kind: str
    document: str = NOWHERE
    net: Decimal = ZERO
    tax: Decimal = ZERO
    due_on: date | None = None
    source: str = ""
    target: str = ""
    part: Decimal | None = None
    name: str = ""
    flag: bool = False


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
    falls = [Event(fall_of(event), "fell_due", event.document) for event in events if event.due_on is not None]
    ordered = sorted([*events, *falls], key=lambda event: (event.at, event.kind != "fell_due"))
    books, found, waiting = _Books(price), {}, [*days]
    for event in ordered:
        while waiting and event.at.date() > waiting[0]:
            found[waiting.pop(0)] = dict(books.amounts)
        if event.at.date() <= until:
            books.hear(event)
    return {**found, **{day: dict(books.amounts) for day in waiting}}


LINE = ("cashed", "invoiced", "overdue", "doubtful", "disputed", "written_off")
"""In this order the euros of a document are paid."""
OF_NO_DOCUMENT = {
    "signed", "stated", "extra_accepted", "amended_down", "delivered", "ended", "insolvency", "received", "held_used",
    "penalty_paid", "invoiced",
}  # fmt: skip


class _Books:
    def __init__(self, price: Decimal) -> None:
        self.price = price
        self.amounts: Amounts = {}
        self.issued: dict[str, date] = {}
        self.doubted: set[str] = set()
        self.quarrels: dict[tuple[str, str], Decimal] = {}
        self.ahead = ZERO

    def stands(self, account: str, document: str = NOWHERE) -> tuple[Decimal, Decimal]:
        return self.amounts.get((account, document), (ZERO, ZERO))

    def gross(self, account: str, document: str = NOWHERE) -> Decimal:
        return sum(self.stands(account, document), ZERO)

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
        self.add(target, NOWHERE if target in ("billable", "origin") else document, net, tax)

    def hear(self, event: Event) -> None:
        if event.kind == "fell_due" and event.document not in self.issued:
            return
        if event.kind not in OF_NO_DOCUMENT and event.document not in self.issued:
            raise Impossible
        getattr(self, event.kind)(event)

    # Before an invoice.

    def signed(self, event: Event) -> None:
        self.add("signed", NOWHERE, self.price, event.tax)

    def stated(self, event: Event) -> None:
        self.add(event.source, NOWHERE, -event.net, -event.tax)
        self.add(event.target, NOWHERE, event.net, event.tax)

    def extra_accepted(self, event: Event) -> None:
        self.add("signed", NOWHERE, event.net, event.tax)

    def amended_down(self, event: Event) -> None:
        self.add("signed", NOWHERE, -event.net, -event.tax)

    def delivered(self, event: Event) -> None:
        """Of what is signed; what an invoice took ahead of its delivery is further on."""
        net, tax = self.stands("signed")
        further = max(ZERO, event.net - net)
        if further > self.ahead:
            raise Impossible
        self.ahead -= further
        part = event.net - further
        self.move("signed", "billable", NOWHERE, part, tax if part == net else cents(tax * part / net))

    def ended(self, event: Event) -> None:
        for account in ("signed", "billable"):
            self.move(account, "cancelled", NOWHERE, *self.stands(account))

    def invoiced(self, event: Event) -> None:
        """What is billable first, then the backlog, then from nowhere."""
        if event.document in self.issued:
            raise Impossible
        left = event.net
        for account in ("billable", "signed"):
            net, tax = self.stands(account)
            drawn = min(left, net)
            left -= drawn
            drawn_tax = tax if drawn == net else cents(tax * drawn / net)
            self.add(account, NOWHERE, -drawn, -drawn_tax)
            self.ahead += drawn if account == "signed" else ZERO
        self.add("invoiced", event.document, event.net, event.tax)
        assert event.due_on is not None
        self.issued[event.document] = event.due_on

    # Of a document: parts of its line.

    def fell_due(self, event: Event) -> None:
        self.move("invoiced", "overdue", event.document, *self.stands("invoiced", event.document))

    def tax_of_first(self, document: str, euros: Decimal) -> Decimal:
        """The tax within the first euros of the document, of all that is left of it."""
        net = sum((self.stands(account, document)[0] for account in LINE), ZERO)
        tax = sum((self.stands(account, document)[1] for account in LINE), ZERO)
        return tax if euros == net + tax else cents(tax * euros / (net + tax))

    def shift(self, document: str, account: str, target: str, part: Decimal, *, last: bool = False) -> None:
        """The first, or the last, euros of an account go to another with their tax."""
        net, tax = self.stands(account, document)
        earlier = LINE[: LINE.index(account)]
        start = sum((self.gross(one, document) for one in earlier), ZERO)
        tax_at_start = sum((self.stands(one, document)[1] for one in earlier), ZERO)
        if part == net + tax:
            going = tax
        elif last:
            going = tax - (self.tax_of_first(document, start + net + tax - part) - tax_at_start)
        else:
            going = self.tax_of_first(document, start + part) - tax_at_start
        lowest, highest = max(ZERO, part - net), min(tax, part)
        going = min(max(going, lowest), highest)
        self.move(account, target, document, part - going, going)

    def take(self, event: Event, accounts: tuple[str, ...], target: str, *, last: bool = False) -> dict[str, Decimal]:
        """``part``, or all, out of the accounts in their order; what each gave."""
        given: dict[str, Decimal] = {}
        left = event.part
        for account in accounts:
            there = self.gross(account, event.document)
            given[account] = there if left is None else min(left, there)
            self.shift(event.document, account, target, given[account], last=last)
            left = None if left is None else left - given[account]
        if left:
            raise Impossible
        return given

    def due(self, event: Event) -> str:
        return "invoiced" if event.at.date() <= self.issued[event.document] else "overdue"

    def calm(self, document: str, part: Decimal) -> None:
        """So much of what was contested is no longer: the oldest quarrel first."""
        for key, contested in self.quarrels.items():
            if key[0] == document:
                taken = min(part, contested)
                self.quarrels[key], part = contested - taken, part - taken

    def paid(self, event: Event) -> None:
        given = self.take(event, ("invoiced", "overdue", "doubtful", "disputed", "written_off"), "cashed")
        self.calm(event.document, given["disputed"])

    def bounced(self, event: Event) -> None:
        target = self.due(event)
        before = self.stands(target, event.document)
        self.take(event, ("cashed",), target, last=True)
        if event.document in self.doubted:
            after = self.stands(target, event.document)
            self.move(target, "doubtful", event.document, after[0] - before[0], after[1] - before[1])

    def disputed(self, event: Event) -> None:
        """What is doubtful may be contested and stays where it is."""
        assert event.part is not None
        stands = sum((self.gross(account, event.document) for account in ("invoiced", "overdue")), ZERO)
        if event.part > stands + self.gross("doubtful", event.document):
            raise Impossible
        event = replace(event, part=min(event.part, stands))
        given = self.take(event, ("overdue", "invoiced"), "disputed", last=True)
        key = (event.document, event.name)
        self.quarrels[key] = self.quarrels.get(key, ZERO) + sum(given.values())

    def dispute_settled(self, event: Event) -> None:
        key = (event.document, event.name)
        if key not in self.quarrels:
            raise Impossible
        part = self.quarrels[key] if event.part is None else min(event.part, self.quarrels[key])
        self.quarrels[key] -= part
        self.take(replace(event, part=part), ("disputed",), self.due(event))

    def written_off(self, event: Event) -> None:
        given = self.take(event, ("doubtful", "disputed", "overdue", "invoiced"), "written_off", last=True)
        self.calm(event.document, given["disputed"])

    def restored(self, event: Event) -> None:
        target = "doubtful" if event.document in self.doubted else "overdue"
        self.move("written_off", target, event.document, *self.stands("written_off", event.document))

    def credited(self, event: Event) -> None:
        """The worst first, then what was paid, which is held for the client."""
        gone = "billable" if event.flag else "cancelled"
        self.told(event, ("doubtful", "disputed", "overdue", "invoiced", "cashed"), gone)

    def discounted(self, event: Event) -> None:
        self.told(event, ("invoiced", "overdue", "doubtful", "disputed"), "cancelled")

    def told(self, event: Event, accounts: tuple[str, ...], target: str) -> None:
        net, tax = event.net, event.tax
        for account in accounts:
            there, there_tax = self.stands(account, event.document)
            part, part_tax = min(net, there), min(tax, there_tax)
            net, tax = net - part, tax - part_tax
            self.move(account, "held" if account == "cashed" else target, event.document, part, part_tax)
            if account == "disputed":
                self.calm(event.document, part + part_tax)
        if net or tax:
            raise Impossible

    # Of no document, or of the whole deal.

    def insolvency(self, event: Event) -> None:
        for document in self.issued:
            self.doubted.add(document)
            for account in ("invoiced", "overdue", "disputed"):
                self.move(account, "doubtful", document, *self.stands(account, document))
            self.calm(document, self.gross("doubtful", document))

    def received(self, event: Event) -> None:
        self.add("held", NOWHERE, event.part or ZERO, ZERO)

    def penalty_paid(self, event: Event) -> None:
        self.add("cashed", NOWHERE, event.part or ZERO, ZERO)

    def held_used(self, event: Event) -> None:
        net, tax = self.stands("held", event.document)
        part = event.part or ZERO
        if part > net + tax:
            raise Impossible
        going = tax if part == net + tax else cents(tax * part / (net + tax))
        self.move("held", "cancelled" if event.document else "origin", event.document, part - going, going)


def fall_of(event: Event) -> datetime:
    """The day after the last day to pay on time."""
    assert event.due_on is not None
    return datetime.combine(event.due_on + timedelta(days=1), datetime.min.time())


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
