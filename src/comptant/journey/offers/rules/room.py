"""How what was agreed moves euros: added to, amended, delivered, ended before it was invoiced. No clock, no database.

Source: product.md section 2, "how acts post".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Refused, State, Timeless
from comptant.ground.money.amounts import Money, part_tax

CENT = Decimal("0.01")


@dataclass(slots=True)
class Backlog:
    """What was invoiced before it was delivered, net: in all, and of each milestone that an invoice named.

    Delivered afterwards, it moves nothing: it is further on already.
    """

    ahead: Decimal = ZERO
    milestones: dict[str, Decimal] = field(default_factory=dict)

    def take_ahead(self, net: Decimal, milestone: str) -> None:
        """An invoice took from what was signed and not delivered."""
        self.ahead += net
        if milestone:
            self.milestones[milestone] = self.milestones.get(milestone, ZERO) + net

    def caught_up(self, net: Decimal, signed: Decimal, milestone: str) -> Decimal | None:
        """Of ``net`` delivered, how much an invoice had taken ahead; None when more is delivered than was agreed."""
        taken = min(net, self.milestones.get(milestone, ZERO), self.ahead)
        taken += max(net - taken - signed, ZERO)
        if taken > self.ahead:
            return None
        self.ahead -= taken
        if milestone in self.milestones:
            self.milestones[milestone] = max(self.milestones[milestone] - taken, ZERO)
        return taken


class OffersRoom(Timeless):
    """Routes what happens to an agreement between its signature and its invoices, for deals of one currency.

    Refusals: delivered_more_than_signed; not_enough_there when an amendment takes more than is signed.
    """

    name = "offers"
    begins_with = ""
    kinds: Mapping[str, int] = {"extra_accepted": 5, "amended_down": 5, "delivered": 6, "ended": 11}

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._routes: dict[str, Callable[[State, Fact], Iterator[Posting]]] = {
            "extra_accepted": _extra_accepted,
            "amended_down": _amended_down,
            "delivered": self._delivered,
            "ended": _ended,
        }

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of what was said. Raises Refused."""
        postings = tuple(self._routes[fact.kind](state, fact))
        return Entry(fact.kind, fact.at, postings, stage=stage_of(state), details=fact.details, fact=fact)

    def _delivered(self, state: State, fact: Fact) -> Iterator[Posting]:
        """A milestone, or a part of the work, may be invoiced now; what an invoice took ahead is not moved again."""
        net, (signed, signed_tax) = amount(fact, "net"), state.of("signed")
        taken = backlog_of(state).caught_up(net, signed, str(fact.details.get("milestone") or ""))
        if taken is None:
            raise Refused("delivered_more_than_signed", fact, net=str(net), signed=str(signed))
        part = net - taken
        tax = going_tax(part, signed, signed_tax, self.currency)
        if not taken and part != signed and fact.details.get("tax") is not None:
            tax = min(amount(fact, "tax"), signed_tax)
        if part or tax:
            yield Posting("signed", "billable", part, tax)


def _extra_accepted(state: State, fact: Fact) -> Iterator[Posting]:
    """An extra request or an amendment: more is signed."""
    yield Posting("origin", "signed", amount(fact, "net"), amount(fact, "tax"))


def _amended_down(state: State, fact: Fact) -> Iterator[Posting]:
    """Less is wanted than was signed."""
    yield Posting("signed", "origin", amount(fact, "net"), amount(fact, "tax"))


def _ended(state: State, fact: Fact) -> Iterator[Posting]:
    """Whatever was not invoiced never will be."""
    for account in ("signed", "billable"):
        net, tax = state.of(account)
        if net or tax:
            yield Posting(account, "cancelled", net, tax)


def backlog_of(state: State) -> Backlog:
    """What the room remembers of a deal; kept from now on."""
    backlog: Backlog = state.memory.setdefault(OffersRoom.name, Backlog())
    return backlog


def going_tax(part: Decimal, net: Decimal, tax: Decimal, currency: str) -> Decimal:
    """The tax that goes with a part of a net amount: its share, and all of it when the part clears the account."""
    if part == net:
        return tax
    return part_tax(Money(part, currency), Money(net, currency), Money(tax, currency)).amount


def stage_of(state: State) -> str:
    """The deal's stage, which nothing after its signature changes."""
    return str(getattr(state.memory.get("pipeline"), "stage", "") or "")


def amount(fact: Fact, name: str = "amount") -> Decimal:
    """An amount the fact states, at the cent."""
    return Decimal(fact.details[name]).quantize(CENT)
