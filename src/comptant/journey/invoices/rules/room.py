"""How invoices move euros: claimed, due, credited. No clock, no database.

Source: product.md section 2, "how acts post" and "cents"; law-and-formats 4.3 for the cumulative tax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Crossing, Refused, State
from comptant.journey.invoices.rules.claims import (
    OPEN_ACCOUNTS,
    ROOM,
    WORST_FIRST,
    Claim,
    Claims,
    Rates,
    claim_in,
    gross_of,
    note_settled,
    stated,
)
from comptant.journey.offers.rules import amount, backlog_of, going_tax, stage_of

LEGAL_TERMS_DAYS = 30
"""Days to pay when the parties said nothing. Source: Code de commerce, art. L441-10 I."""


def overdue_on(due_on: date) -> date:
    """The first day on which an unpaid invoice is overdue: the one after the last day to pay on time.

    >>> overdue_on(date(2026, 11, 30))
    datetime.date(2026, 12, 1)
    """
    return due_on + timedelta(days=1)


class InvoiceRoom:
    """Routes what is said of a deal's invoices; names the day each falls due. For deals of one currency.

    Refusals: already_invoiced, not_invoiced, credited_more_than_invoiced.
    """

    name = ROOM
    begins_with = ""
    kinds: Mapping[str, int] = {"invoiced": 7, "credited": 9}

    def __init__(self, zone: ZoneInfo, currency: str) -> None:
        self.zone, self.currency = zone, currency

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of what was said of a document. Raises Refused."""
        route = self._invoiced if fact.kind == "invoiced" else self._credited
        postings = tuple(route(state, fact))
        return Entry(fact.kind, fact.at, postings, stage=stage_of(state), details=fact.details, fact=fact)

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
            crossing.kind, crossing.at, (posting,), is_clock=True, stage=stage_of(state), details=crossing.details
        )

    def _invoiced(self, state: State, fact: Fact) -> Iterator[Posting]:
        claims: Claims = state.memory.setdefault(self.name, Claims())
        document, net, tax = UUID(fact.details["document"]), amount(fact, "net"), amount(fact, "tax")
        if document in claims.claims:
            raise Refused("already_invoiced", fact, number=fact.details["number"])
        falls_due = overdue_on(date.fromisoformat(fact.details["due_on"]))
        midnight = datetime(falls_due.year, falls_due.month, falls_due.day, tzinfo=self.zone)
        # The clock speaks before people at one instant: of an invoice already due when issued, just after.
        overdue_at = midnight if midnight > fact.at else fact.at + timedelta(microseconds=1)
        claims.claims[document] = Claim(document, fact.details["number"], overdue_at, _rates(fact))
        yield from _made_billable(state, net, tax, str(fact.details.get("milestone") or ""), self.currency)
        yield Posting("billable", "invoiced", net, tax, document=document)

    def _credited(self, state: State, fact: Fact) -> Iterator[Posting]:
        """A credit note cancels what is open, or has it invoiced anew; what was paid becomes the client's, held."""
        claim = claim_in(state, fact)
        open_to = "billable" if fact.details.get("reissue") else "cancelled"
        target = dict.fromkeys(OPEN_ACCOUNTS, open_to) | {"cashed": "held"}
        accounts = (*WORST_FIRST, "cashed")
        postings, left = stated(state, claim, amount(fact, "net"), amount(fact, "tax"), accounts, target)
        if any(left):
            raise Refused("credited_more_than_invoiced", fact, left=str(sum(left)))
        claim.less_contested(gross_of(postings, "disputed"))
        note_settled(state, claim, postings, fact.at.astimezone(self.zone).date())
        claim.rates = _less(claim.rates, _rates(fact))
        yield from postings


def _rates(fact: Fact) -> Rates:
    """A document's totals by rate, when its lines were told."""
    return tuple((Decimal(gross), Decimal(rate)) for gross, rate, *_ in fact.details.get("rates") or ())


def _less(totals: Rates, credited: Rates) -> Rates:
    """A document's totals by rate after a credit note that says its own."""
    gone = {rate: gross for gross, rate in credited}
    left = tuple((max(gross - gone.get(rate, ZERO), ZERO), rate) for gross, rate in totals)
    return left if any(gross for gross, _ in left) else ()


def _made_billable(state: State, net: Decimal, tax: Decimal, milestone: str, currency: str) -> Iterator[Posting]:
    """What brings ``net`` and ``tax`` into billable: what is there, then the backlog, then ``origin``.

    If the tax of the invoice differs from what was signed, ``origin`` gives or takes the difference.
    """
    there, there_tax = state.of("billable")
    backlog, backlog_tax = state.of("signed")
    ready = min(net, there)
    drawn = min(net - ready, backlog)
    drawn_tax = going_tax(drawn, backlog, backlog_tax, currency)
    missing_tax = tax - going_tax(ready, there, there_tax, currency) - drawn_tax
    if drawn or drawn_tax:
        yield Posting("signed", "billable", drawn, drawn_tax)
        backlog_of(state).take_ahead(drawn, milestone)
    new = net - ready - drawn
    if new or missing_tax > 0:
        yield Posting("origin", "billable", new, max(missing_tax, ZERO))
    if missing_tax < 0:
        yield Posting("billable", "origin", ZERO, -missing_tax)
