"""Sums by day, pair and stage that many acts add to, and that reports read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from comptant.ground.journal.acts import ZERO, Posting
from comptant.ground.journal.presence import Change

FlowKey = tuple[date, str, str, str, str, str]
"""Day, currency, source, target, source stage, target stage."""


@dataclass(slots=True)
class Tally:
    """What a batch of acts adds to the rollups. Its size depends on days and pairs, not on acts."""

    flows: dict[FlowKey, tuple[Decimal, Decimal]] = field(default_factory=dict)
    deals: dict[tuple[date, str, str], int] = field(default_factory=dict)

    def flow(self, day: date, currency: str, posting: Posting, sign: int = 1) -> None:
        """Add a posting; with ``sign`` -1, take back the posting that a correction undoes."""
        p = posting
        key = (day, currency, p.source, p.target, p.source_stage, p.target_stage)
        net, tax = self.flows.get(key, (ZERO, ZERO))
        self.flows[key] = (net + sign * p.net, tax + sign * p.tax)

    def presence(self, currency: str, changes: Iterable[Change], sign: int = 1) -> None:
        """Add the comings and goings of a deal, or with ``sign`` -1 take them back."""
        for day, account, change in changes:
            key = (day, currency, account)
            self.deals[key] = self.deals.get(key, 0) + sign * change
