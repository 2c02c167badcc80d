"""What is said in the journal of a payment: a pure function of its rows.

Whoever changes the rows tells the payment again; the journal writes the difference. So a payment taken back, put on
another invoice or told by two files in any order always leaves the same balances at every date.

Source: product.md section 2: paid, paid too much, bounced, refunded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from comptant.ground.journal.acts import ZERO, Fact


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a payment given to an invoice of a deal (``what`` invoice), or to a penalty for its lateness.

    ``is_later``: it was held first, and given after the day it came.
    """

    id: UUID
    deal: UUID
    document: UUID
    number: str
    amount: Decimal
    at: datetime
    what: str = "invoice"
    discount: Decimal = ZERO
    discount_tax: Decimal = ZERO
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Money that left again: bounced by the bank, or refunded. Gross."""

    id: UUID
    amount: Decimal
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A payment with its parts. ``account`` is its party's account deal, ``at`` the instant it came."""

    id: UUID
    account: UUID | None
    amount: Decimal
    at: datetime
    by: UUID | None = None
    parts: Sequence[Part] = ()
    refunds: Sequence[Taken] = ()
    bounces: Sequence[Taken] = ()

    @property
    def held(self) -> Decimal:
        """What no part takes at once."""
        return self.amount - sum((part.amount for part in self.parts if not part.is_later), ZERO)

    @property
    def held_now(self) -> Decimal:
        """What is held of it still: neither used, nor given back, nor bounced."""
        spent = [part.amount for part in self.parts if part.is_later] + [one.amount for one in self.refunds]
        return self.held - sum(spent, ZERO) - sum((held for held, _ in _bounced(self).values()), ZERO)


def prefix(payment: UUID) -> str:
    """How the keys of a payment's facts begin."""
    return f"pay:{payment.hex}:"


def facts_of(received: Received) -> dict[UUID, list[Fact]]:
    """By deal, every fact of a payment, each with its key. Amounts are gross."""
    told: dict[UUID, list[Fact]] = {}
    for deal, fact in _facts(received):
        told.setdefault(deal, []).append(fact)
    return told


def _facts(received: Received) -> Iterator[tuple[UUID, Fact]]:
    say = _Say(received)
    if received.held and received.account:
        yield say.account("received", "received", received.at, received.held)
    for part in received.parts:
        if part.is_later:
            yield say.account("held_used", f"used:{part.id.hex}", part.at, part.amount)
        yield say.part(part)
        if part.discount:
            yield say.discount(part)
    for refund in received.refunds:
        yield say.account("refunded", f"refunded:{refund.id.hex}", refund.at, refund.amount, refund.reason)
    for bounce in received.bounces:
        yield from say.bounce(bounce, *_bounced(received)[bounce.id])


Bounced = tuple[Decimal, Mapping[UUID, Decimal]]
"""What a bounce takes from what was held, and from each part."""


def _bounced(received: Received) -> dict[UUID, Bounced]:
    """A bounce takes first what was held, then from the parts, the last given first: they were the surplus."""
    left = {part.id: part.amount for part in received.parts}
    held = received.held - sum((one.amount for one in received.refunds), ZERO)
    held -= sum((part.amount for part in received.parts if part.is_later), ZERO)
    shares: dict[UUID, Bounced] = {}
    for bounce in sorted(received.bounces, key=lambda one: (one.at, one.id)):
        rest = bounce.amount
        from_held = min(rest, max(held, ZERO))
        held, rest = held - from_held, rest - from_held
        from_parts: dict[UUID, Decimal] = {}
        for part in sorted(received.parts, key=lambda one: (one.at, one.id), reverse=True):
            taken = min(rest, left[part.id]) if part.what == "invoice" else ZERO
            if taken:
                from_parts[part.id] = taken
                left[part.id], rest = left[part.id] - taken, rest - taken
        shares[bounce.id] = (from_held, from_parts)
    return shares


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Money held since a credit note (``document``, of ``deal``): used for another invoice, or given back."""

    id: UUID
    deal: UUID
    document: UUID
    number: str
    amount: Decimal
    at: datetime
    by: UUID | None = None
    to_deal: UUID | None = None
    to_document: UUID | None = None
    to_number: str = ""
    reason: str = ""


def facts_of_use(use: CreditUse) -> dict[UUID, list[Fact]]:
    """By deal, the facts of a use: what leaves the credited invoice, what the other one receives."""
    said = {"document": str(use.document), "number": use.number, "amount": str(use.amount)}
    key = f"use:{use.id.hex}"
    if use.to_deal is None:
        more = {"reason": use.reason} if use.reason else {}
        return {use.deal: [Fact("refunded", use.at, said | more, key, use.by)]}
    told = {use.deal: [Fact("held_used", use.at, said, key, use.by)]}
    paid = {
        "document": str(use.to_document), "number": use.to_number, "amount": str(use.amount), "credit": use.number,
    }  # fmt: skip
    told.setdefault(use.to_deal, []).append(Fact("paid", use.at, paid, f"{key}:paid", use.by))
    return told


@dataclass(frozen=True, slots=True)
class _Say:
    """The facts of one payment, in the journal's words."""

    received: Received

    def _fact(self, kind: str, at: datetime, key: str, said: Mapping[str, object]) -> Fact:
        details = {"payment": str(self.received.id), **{name: str(value) for name, value in said.items() if value}}
        return Fact(kind, at, details, prefix(self.received.id) + key, self.received.by)

    def account(self, kind: str, key: str, at: datetime, amount: Decimal, reason: str = "") -> tuple[UUID, Fact]:
        """A fact of the party's account deal."""
        if self.received.account is None:
            raise ValueError("money held needs the account of its party")
        return self.received.account, self._fact(kind, at, key, {"amount": amount, "reason": reason})

    def part(self, part: Part) -> tuple[UUID, Fact]:
        """What an invoice, or a penalty for it, received."""
        said = {"document": part.document, "number": part.number, "amount": part.amount}
        if part.what == "invoice":
            return part.deal, self._fact("paid", part.at, f"paid:{part.id.hex}", said)
        return part.deal, self._fact("penalty_paid", part.at, f"penalty:{part.id.hex}", {**said, "what": part.what})

    def discount(self, part: Part) -> tuple[UUID, Fact]:
        """What the invoice is let off, with its tax."""
        said = {
            "document": part.document, "number": part.number, "net": part.discount - part.discount_tax,
            "tax": str(part.discount_tax),
        }  # fmt: skip
        return part.deal, self._fact("discounted", part.at, f"off:{part.id.hex}", said)

    def bounce(self, bounce: Taken, held: Decimal, parts: Mapping[UUID, Decimal]) -> Iterator[tuple[UUID, Fact]]:
        """What the bank took back, of what was held and of each part."""
        key = f"back:{bounce.id.hex[-16:]}"
        if held:
            yield self.account("refunded", key, bounce.at, held, bounce.reason or "bounced")
        for part in self.received.parts:
            if amount := parts.get(part.id):
                said = {"document": part.document, "number": part.number, "amount": amount, "reason": bounce.reason}
                yield part.deal, self._fact("bounced", bounce.at, f"{key}:{part.id.hex[-16:]}", said)
