"""One document of a deal in a replay: where its euros stand, and the tax that goes with a part of them.

The euros of a document stand in a line: those paid, those to be paid next, those contested, those given up. The tax
within the first so many of them is one cumulative function of their number, whatever the split: so each receipt's tax
is the difference between two of its values, and whatever clears an account takes its exact tax.

Source: product.md section 2, "cents"; law-and-formats 4.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from comptant.ground.journal.acts import ZERO, Fact, Posting
from comptant.ground.journal.replay import Refused, State
from comptant.ground.money.amounts import Money, part_tax, receipt_tax, share

LINE = ("cashed", "invoiced", "overdue", "doubtful", "disputed", "written_off")
"""A document's euros in the order in which they are paid: the undisputed part first, what was given up last."""

UNPAID = LINE[1:]
OPEN_ACCOUNTS = ("invoiced", "overdue", "disputed", "doubtful")
WORST_FIRST = ("doubtful", "disputed", "overdue", "invoiced")
"""The order for one euro of a document when facts overlap; a credit note and a write-off take in it."""

Amounts = tuple[Decimal, Decimal]
"""Net and tax."""

Rates = tuple[tuple[Decimal, Decimal], ...]
"""A document's totals by rate: (tax included, rate in percent)."""


@dataclass(slots=True)
class Claim:
    """One document of the deal, as the replay remembers it.

    ``disputes``: what of each dispute is still contested and stands there, tax included, oldest first; nothing once it
    was settled, paid or credited. Blank names the one of a file.
    ``is_paid``: something was received for it. ``is_doubtful``: its debtor became insolvent after it was issued.
    """

    document: UUID
    number: str
    overdue_at: datetime
    rates: Rates = ()
    settled_on: date | None = None
    disputes: dict[str, Decimal] = field(default_factory=dict)
    is_paid: bool = False
    is_doubtful: bool = False

    def less_contested(self, part: Decimal) -> None:
        """So much of what was contested is no longer: the oldest dispute first."""
        for dispute, contested in list(self.disputes.items()):
            taken = min(part, contested)
            part -= taken
            self.disputes[dispute] = contested - taken


@dataclass(slots=True)
class Claims:
    """What the room remembers of a deal: its documents, in order of issue."""

    claims: dict[UUID, Claim] = field(default_factory=dict)


ROOM = "invoices"
"""The name under which the replay keeps the claims."""


def claims_of(state: State) -> Mapping[UUID, Claim]:
    """The documents a replay met, by id."""
    memory: Any = state.memory.get(ROOM)
    return memory.claims if memory else {}


def claim_in(state: State, fact: Fact) -> Claim:
    """The document a fact names. Refused when it was not issued by then."""
    claim = claims_of(state).get(UUID(fact.details["document"]))
    if claim is None:
        raise Refused("not_invoiced", fact, number=fact.details.get("number", ""))
    return claim


def standing(state: State, document: UUID, accounts: Iterable[str]) -> Amounts:
    """(net, tax) of a document in several accounts together."""
    parts = [state.of(account, document) for account in accounts]
    return sum((net for net, _ in parts), ZERO), sum((tax for _, tax in parts), ZERO)


def open_amount(state: State, document: UUID) -> Amounts:
    """(net, tax) still to be paid of a document; what was given up is not."""
    return standing(state, document, OPEN_ACCOUNTS)


def first_tax(state: State, claim: Claim, first: Decimal, currency: str) -> Decimal:
    """The tax within the first ``first`` euros of a document's line, tax included.

    By rate when the document's lines were told, else from its totals. What was cancelled left the line.
    """
    net, tax = standing(state, claim.document, LINE)
    if not first:
        return ZERO
    if first == net + tax:
        return tax
    part, gross = Money(first, currency), Money(net + tax, currency)
    if claim.rates:
        return sum((one.amount for one in receipt_tax(part, _by_rate(claim, gross))), ZERO)
    return part_tax(part, gross, Money(tax, currency)).amount


def _by_rate(claim: Claim, gross: Money) -> list[tuple[Money, Decimal]]:
    """What is left of the document's totals by rate; a credit note without rates took from each in proportion."""
    parts = share(gross, [total for total, _ in claim.rates])
    return [(part, rate) for part, (_, rate) in zip(parts, claim.rates, strict=True)]


def split(state: State, claim: Claim, account: str, part: Decimal, currency: str, *, is_first: bool) -> Amounts:
    """(net, tax) of ``part``, tax included, that leaves an account: its first euros, or its last."""
    net, tax = state.of(account, claim.document)
    if part == net + tax:
        return net, tax
    before_net, before_tax = standing(state, claim.document, LINE[: LINE.index(account)])
    kept = part if is_first else net + tax - part
    within = first_tax(state, claim, before_net + before_tax + kept, currency) - before_tax
    part_of_tax = within if is_first else tax - within
    part_of_tax = min(max(part_of_tax, part - net, ZERO), tax, part)
    return part - part_of_tax, part_of_tax


def moved(
    state: State,
    claim: Claim,
    part: Decimal | None,
    accounts: Iterable[str],
    target: str,
    currency: str,
    *,
    is_first: bool = True,
) -> tuple[list[Posting], Decimal]:
    """The postings that take ``part``, tax included, out of the accounts in their order; and what was not there.

    None takes all that stands there.
    """
    postings: list[Posting] = []
    left = ZERO if part is None else part
    for account in accounts:
        there = sum(state.of(account, claim.document))
        taken = Decimal(there) if part is None else min(left, Decimal(there))
        if taken:
            net, tax = split(state, claim, account, taken, currency, is_first=is_first)
            postings.append(Posting(account, target, net, tax, document=claim.document))
            left -= taken if part is not None else ZERO
    return postings, left


def stated(
    state: State, claim: Claim, net: Decimal, tax: Decimal, accounts: Iterable[str], target: Mapping[str, str]
) -> tuple[list[Posting], Amounts]:
    """The postings that take ``net`` and ``tax`` as a credit note states them; and what was not there.

    ``target`` says where they go from each account.
    """
    postings = []
    for account in accounts:
        there, there_tax = state.of(account, claim.document)
        part, part_of_tax = min(net, there), min(tax, there_tax)
        if part or part_of_tax:
            net, tax = net - part, tax - part_of_tax
            postings.append(Posting(account, target[account], part, part_of_tax, document=claim.document))
    return postings, (net, tax)


def gross_of(postings: Iterable[Posting], source: str | None = None) -> Decimal:
    """What postings move, tax included; those that leave one account, when it is named."""
    return sum((p.net + p.tax for p in postings if source in (None, p.source)), ZERO)


def sunk(claim: Claim, postings: Iterable[Posting]) -> list[Posting]:
    """What is due again from an insolvent debtor is doubtful at once: the postings that lead on."""
    if not claim.is_doubtful:
        return []
    return [Posting(p.target, "doubtful", p.net, p.tax, document=p.document) for p in postings]


def note_settled(state: State, claim: Claim, postings: Sequence[Posting], day: date, *, in_full: bool = False) -> None:
    """Remember the day on which nothing of a paid document was left to pay; forget it when something is again."""
    unpaid = sum(standing(state, claim.document, UNPAID), ZERO)
    closing = False
    for p in postings:
        leaves, enters = p.source in UNPAID, p.target in UNPAID
        unpaid += (p.net + p.tax) * (enters - leaves)
        closing = closing or (leaves and not enters)
    if unpaid:
        claim.settled_on = None
    elif in_full or (claim.is_paid and closing):
        claim.settled_on = day


def receipt_by_rate(
    state: State, claim: Claim, postings: Sequence[Posting], currency: str, *, is_back: bool = False
) -> list[list[str]]:
    """A receipt's split, [tax included, rate, tax] for each rate of the document; ``is_back`` when it went back.

    The difference between two values of the cumulative function; the taxes add up to that of the postings.
    Source: law-and-formats 4.3 (E2).
    """
    moved_gross, moved_tax = gross_of(postings), sum((p.tax for p in postings), ZERO)
    cashed = sum(state.of("cashed", claim.document), ZERO)
    low, high = (cashed - moved_gross, cashed) if is_back else (cashed, cashed + moved_gross)
    gross = Money(sum(standing(state, claim.document, LINE), ZERO), currency)
    document = _by_rate(claim, gross)
    weights = [part.amount for part, _ in document]
    lines = []
    for n, (_, rate) in enumerate(document):
        parts = [share(Money(cum, currency), weights)[n].amount for cum in (low, high)]
        taxes = [receipt_tax(Money(cum, currency), document)[n].amount for cum in (low, high)]
        lines.append((parts[1] - parts[0], rate, taxes[1] - taxes[0]))
    most = max(range(len(lines)), key=lambda n: lines[n][0])
    odd = moved_tax - sum((tax for _, _, tax in lines), ZERO)
    return [[str(part), str(rate), str(tax + (odd if n == most else 0))] for n, (part, rate, tax) in enumerate(lines)]
