"""How money received moves euros: paid, discounted, bounced; held for the client, used, given back. No database.

Source: product.md section 2, "how acts post" and "cents"; law-and-formats 4.3 for the tax of a receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Refused, State, Timeless
from comptant.ground.money.amounts import Money, part_tax
from comptant.journey.invoices.rules.claims import (
    UNPAID,
    Claim,
    claim_in,
    gross_of,
    moved,
    note_settled,
    receipt_by_rate,
    standing,
    stated,
    sunk,
)
from comptant.journey.offers.rules import amount, stage_of

PAYS_IN_ORDER = ("invoiced", "overdue", "doubtful", "disputed", "written_off")
"""A payment fills the undisputed part first, then the disputed one, then what was given up."""

Told = tuple[Sequence[Posting], Mapping[str, Any]]
"""The postings of a fact, and what its act says."""


class PaymentsRoom(Timeless):
    """Routes what is said of money received, for deals of one currency.

    Refusals: not_invoiced, paid_more_than_open, discounted_more_than_open, bounced_more_than_paid,
    held_less.
    """

    name = "payments"
    begins_with = ""
    kinds: Mapping[str, int] = {
        "paid": 10, "discounted": 10, "received": 10, "penalty_paid": 10,
        "bounced": 11, "held_used": 11, "refunded": 11,
    }  # fmt: skip

    def __init__(self, zone: ZoneInfo, currency: str) -> None:
        self.zone, self.currency = zone, currency
        self._routes: dict[str, Callable[[State, Fact], Told]] = {
            "paid": self._paid,
            "discounted": self._discounted,
            "bounced": self._bounced,
            "received": _received,
            "held_used": self._held_used,
            "refunded": self._held_used,
            "penalty_paid": _penalty_paid,
        }

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of what was received or given back. Raises Refused."""
        postings, details = self._routes[fact.kind](state, fact)
        return Entry(fact.kind, fact.at, tuple(postings), stage=stage_of(state), details=details, fact=fact)

    def _paid(self, state: State, fact: Fact) -> Told:
        """Received for a document: the amount said, or without one all that is left to pay, given up or not."""
        claim = claim_in(state, fact)
        part = amount(fact) if fact.details.get("amount") is not None else None
        postings, left = moved(state, claim, part, PAYS_IN_ORDER, "cashed", self.currency)
        if left:
            raise Refused("paid_more_than_open", fact, number=claim.number, left=str(left))
        claim.is_paid = True
        claim.less_contested(gross_of(postings, "disputed"))
        note_settled(state, claim, postings, self._day(fact), in_full=part is None)
        return postings, self._by_rate(state, claim, fact, postings)

    def _discounted(self, state: State, fact: Fact) -> Told:
        """What a client may keep for having paid early."""
        claim = claim_in(state, fact)
        target = dict.fromkeys(UNPAID, "cancelled")
        postings, left = stated(state, claim, amount(fact, "net"), amount(fact, "tax"), PAYS_IN_ORDER[:-1], target)
        if any(left):
            raise Refused(
                "discounted_more_than_open", fact, number=claim.number, left=str(sum(left)), **_open(state, claim)
            )
        claim.less_contested(gross_of(postings, "disputed"))
        note_settled(state, claim, postings, self._day(fact))
        return postings, fact.details

    def _bounced(self, state: State, fact: Fact) -> Told:
        """A payment that the bank took back: the last euros paid are due again.

        What a credit note made the client's since is owed to nobody any more: it never came.
        """
        claim = claim_in(state, fact)
        target = "invoiced" if fact.at < claim.overdue_at else "overdue"
        postings, left = moved(state, claim, amount(fact), ("cashed",), target, self.currency, is_first=False)
        never_came = self._of_held(state, claim.document, min(left, sum(state.of("held", claim.document), ZERO)))
        if left > gross_of(never_came):
            raise Refused("bounced_more_than_paid", fact, number=claim.number, left=str(left - gross_of(never_came)))
        details = self._by_rate(state, claim, fact, postings, is_back=True)
        postings += sunk(claim, postings)
        note_settled(state, claim, postings, self._day(fact))
        return [*postings, *never_came], details

    def _held_used(self, state: State, fact: Fact) -> Told:
        """Money held for the client pays an invoice elsewhere, or goes back; after a credit note it ends cancelled."""
        document = UUID(fact.details["document"]) if fact.details.get("document") else None
        part, held = amount(fact), sum(state.of("held", document), ZERO)
        if part > held:
            raise Refused("held_less", fact, amount=str(part), held=str(held))
        return self._of_held(state, document, part), fact.details

    def _of_held(self, state: State, document: UUID | None, part: Decimal) -> list[Posting]:
        """The posting that takes a part, tax included, of what is held; none of nothing."""
        if not part:
            return []
        net, tax = state.of("held", document)
        gross = Money(net + tax, self.currency)
        part_of_tax = part_tax(Money(part, self.currency), gross, Money(tax, self.currency)).amount
        target = "origin" if document is None else "cancelled"
        return [Posting("held", target, part - part_of_tax, part_of_tax, document=document)]

    def _by_rate(
        self, state: State, claim: Claim, fact: Fact, postings: Sequence[Posting], *, is_back: bool = False
    ) -> Mapping[str, Any]:
        """What the act says: of a document whose lines are known, the receipt's split by rate too."""
        if not claim.rates or not gross_of(postings):
            return fact.details
        return {**fact.details, "rates": receipt_by_rate(state, claim, postings, self.currency, is_back=is_back)}

    def _day(self, fact: Fact) -> date:
        return fact.at.astimezone(self.zone).date()


def _open(state: State, claim: Claim) -> Mapping[str, str]:
    """What a discount could take at most."""
    net, tax = standing(state, claim.document, PAYS_IN_ORDER[:-1])
    return {"open_net": str(net), "open_tax": str(tax)}


def _received(state: State, fact: Fact) -> Told:
    """Received and not ours to keep yet: paid too much, or for no invoice known. It carries no tax."""
    return [Posting("origin", "held", amount(fact))], fact.details


def _penalty_paid(state: State, fact: Fact) -> Told:
    """A penalty or an indemnity: in the bank, of no document, no sale and without tax."""
    return [Posting("origin", "cashed", amount(fact))], fact.details
