"""How invoices move euros: claimed, due, contested, credited, paid. No clock, no database.

Source: product.md section 2, "how acts post" and "cents"; law-and-formats 4.3 for the cumulative tax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Crossing, Refused, State

CENT = Decimal("0.01")

LEGAL_TERMS_DAYS = 30
"""Days to pay when the parties said nothing. Source: Code de commerce, art. L441-10 I."""

PAYS_IN_ORDER = ("invoiced", "overdue", "disputed")
"""A payment fills the undisputed part first."""

CREDITS_IN_ORDER = ("disputed", "overdue", "invoiced")
"""A credit note answers what is contested first."""


def overdue_on(due_on: date) -> date:
    """The first day on which an unpaid invoice is overdue: the one after the last day to pay on time.

    >>> overdue_on(date(2026, 11, 30))
    datetime.date(2026, 12, 1)
    """
    return due_on + timedelta(days=1)


def part_tax(part: Decimal, gross: Decimal, tax: Decimal) -> Decimal:
    """The tax within the first ``part`` of a gross amount, to the cent, so that the last part clears exactly.

    Source: law-and-formats 4.3.

    >>> part_tax(Decimal("5000.00"), Decimal("12000.00"), Decimal("2000.00"))
    Decimal('833.33')
    """
    if not gross:
        return ZERO
    return (tax * part / gross).quantize(CENT, ROUND_HALF_UP)


@dataclass(slots=True)
class Claim:
    """One document of the deal, as the replay remembers it."""

    document: UUID
    number: str
    overdue_at: datetime
    settled_on: date | None = None


@dataclass(slots=True)
class Claims:
    """What the room remembers of a deal: its documents, in order of issue."""

    claims: dict[UUID, Claim] = field(default_factory=dict)


class InvoiceRoom:
    """Routes what is said of a deal's invoices; names the day each falls due."""

    name = "invoices"
    begins_with = ""
    kinds: Mapping[str, int] = {"invoiced": 5, "disputed": 6, "credited": 7, "paid": 8}

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of what was said of a document. Raises Refused."""
        claims = state.memory.setdefault(self.name, Claims())
        route = {"invoiced": self._invoiced, "disputed": _disputed, "credited": _credited, "paid": self._paid}
        postings = tuple(route[fact.kind](state, claims, fact))
        return Entry(fact.kind, fact.at, postings, stage=_stage(state), details=fact.details, fact=fact)

    def next_crossing(self, state: State) -> Crossing | None:
        """The earliest day on which something still merely invoiced falls due."""
        claims = state.memory.get(self.name)
        if claims is None:
            return None
        ahead = [c for c in claims.claims.values() if any(state.of("invoiced", c.document))]
        if not ahead:
            return None
        first = min(ahead, key=lambda claim: (claim.overdue_at, claim.number))
        return Crossing(first.overdue_at, "fell_due", {"document": str(first.document), "number": first.number})

    def cross(self, state: State, crossing: Crossing) -> Entry:
        """What is invoiced becomes overdue."""
        document = UUID(crossing.details["document"])
        net, tax = state.of("invoiced", document)
        posting = Posting("invoiced", "overdue", net, tax, document=document)
        return Entry(
            crossing.kind, crossing.at, (posting,), is_clock=True, stage=_stage(state), details=crossing.details
        )

    def _invoiced(self, state: State, claims: Claims, fact: Fact) -> Iterator[Posting]:
        document, net, tax = UUID(fact.details["document"]), amount(fact, "net"), amount(fact, "tax")
        if document in claims.claims:
            raise Refused("already_invoiced", fact, number=fact.details["number"])
        falls_due = overdue_on(date.fromisoformat(fact.details["due_on"]))
        midnight = datetime(falls_due.year, falls_due.month, falls_due.day, tzinfo=self.zone)
        # The clock speaks before people at one instant: of an invoice already due when issued, just after.
        overdue_at = midnight if midnight > fact.at else fact.at + timedelta(microseconds=1)
        claims.claims[document] = Claim(document, fact.details["number"], overdue_at)
        yield from _made_billable(state, net, tax)
        yield Posting("billable", "invoiced", net, tax, document=document)

    def _paid(self, state: State, claims: Claims, fact: Fact) -> Iterator[Posting]:
        """Paid in full: whatever is open of the document."""
        claim = _claim(claims, fact)
        claim.settled_on = fact.at.astimezone(self.zone).date()
        for account in PAYS_IN_ORDER:
            net, tax = state.of(account, claim.document)
            if net or tax:
                yield Posting(account, "cashed", net, tax, document=claim.document)


def _stage(state: State) -> str:
    """An invoice never changes the deal's stage."""
    return str(getattr(state.memory.get("pipeline"), "stage", "") or "")


def amount(fact: Fact, name: str) -> Decimal:
    """An amount the fact states, at the cent."""
    return Decimal(fact.details[name]).quantize(CENT)


def _claim(claims: Claims, fact: Fact) -> Claim:
    claim = claims.claims.get(UUID(fact.details["document"]))
    if claim is None:
        raise Refused("not_invoiced", fact, number=fact.details.get("number", ""))
    return claim


def _made_billable(state: State, net: Decimal, tax: Decimal) -> Iterator[Posting]:
    """What brings ``net`` and ``tax`` into billable: what is there, then the backlog, then ``origin``.

    If the tax of the invoice differs from what was signed, ``origin`` gives or takes the difference.
    """
    there, there_tax = state.of("billable")
    backlog, backlog_tax = state.of("signed")
    ready = min(net, there)
    drawn = min(net - ready, backlog)
    drawn_tax = _cleared_tax(drawn, backlog, backlog_tax)
    missing_tax = tax - _cleared_tax(ready, there, there_tax) - drawn_tax
    if drawn or drawn_tax:
        yield Posting("signed", "billable", drawn, drawn_tax)
    new = net - ready - drawn
    if new or missing_tax > 0:
        yield Posting("origin", "billable", new, max(missing_tax, ZERO))
    if missing_tax < 0:
        yield Posting("billable", "origin", ZERO, -missing_tax)


def _cleared_tax(part: Decimal, net: Decimal, tax: Decimal) -> Decimal:
    """The tax that goes with a part of a net amount: all of it when the part clears the account."""
    return tax if part == net else part_tax(part, net, tax)


def _disputed(state: State, claims: Claims, fact: Fact) -> Iterator[Posting]:
    """A part, tax included, of what is invoiced or overdue becomes disputed; the rest stays due."""
    document = _claim(claims, fact).document
    left = amount(fact, "amount")
    for account in ("invoiced", "overdue"):
        net, tax = state.of(account, document)
        contested = min(left, net + tax)
        if contested:
            left -= contested
            contested_tax = tax - part_tax(net + tax - contested, net + tax, tax)
            yield Posting(account, "disputed", contested - contested_tax, contested_tax, document=document)
    if left:
        raise Refused("disputed_more_than_open", fact, left=str(left))


def _credited(state: State, claims: Claims, fact: Fact) -> Iterator[Posting]:
    """A credit note cancels what is open, and turns what was paid into money held for the client."""
    document = _claim(claims, fact).document
    net, tax = amount(fact, "net"), amount(fact, "tax")
    for account in (*CREDITS_IN_ORDER, "cashed"):
        there, there_tax = state.of(account, document)
        part = min(net, there)
        part_of_tax = min(tax, there_tax)
        if part or part_of_tax:
            net, tax = net - part, tax - part_of_tax
            target = "held" if account == "cashed" else "cancelled"
            yield Posting(account, target, part, part_of_tax, document=document)
    if net or tax:
        raise Refused("credited_more_than_invoiced", fact, left=str(net + tax))


def claims_of(state: State) -> Mapping[UUID, Claim]:
    """The documents a replay met, by id."""
    memory: Any = state.memory.get(InvoiceRoom.name)
    return memory.claims if memory else {}


def open_amount(state: State, document: UUID) -> tuple[Decimal, Decimal]:
    """(net, tax) still to be paid of a document."""
    parts = [state.of(account, document) for account in (*PAYS_IN_ORDER, "doubtful")]
    return sum((net for net, _ in parts), ZERO), sum((tax for _, tax in parts), ZERO)
