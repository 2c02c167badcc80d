"""How much each bar measures: whole, or a sample that proves in a minute or two that the bench itself works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """``many_deals`` is what a large firm has; ``postings`` of them are in its journal."""

    name: str
    rounds: int
    deals: int
    many_deals: int
    crossings: int
    posts: int
    requests: int
    histories: int
    """Acts of each deal of the large firm."""


WHOLE = Size("whole", 5, 100_000, 1_000_000, 300_000, 1_000, 100, 5)
QUICK = Size("quick", 3, 2_000, 10_000, 3_000, 50, 20, 5)
