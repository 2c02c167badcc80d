"""What a credit note told late asks of payments. The room of payments registers it: this one cannot look ahead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact


class Payers(Protocol):
    """Payments, as a credit note meets them."""

    def deals(self, firm: Firm, document: UUID) -> Collection[UUID]:
        """The deals on which the payments of an invoice stand: locked with its own, in one call."""

    def record(self, firm: Firm, facts: Mapping[UUID, Sequence[Fact]]) -> object:
        """Say the facts; what an invoice can no longer take of a payment dated after them is held instead."""


class _Nobody:
    """Before the room of payments is known."""

    def deals(self, firm: Firm, document: UUID) -> Collection[UUID]:
        """None."""
        return ()

    def record(self, firm: Firm, facts: Mapping[UUID, Sequence[Fact]]) -> object:
        """Say the facts."""
        return record(firm, facts)


_known: list[Payers] = [_Nobody()]


def register(payers: Payers) -> None:
    """Make payments known; called once, by their AppConfig."""
    _known.append(payers)


def payers() -> Payers:
    """Who lessens payments."""
    return _known[-1]
