"""How much each bar measures: whole, or a sample that proves in a minute or two that the bench itself works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """``deals`` are imported in pairs; ``many_deals`` once, and are in the large firm, with as many ``histories`` each.

    ``crossings`` of them are due; each of four writers makes ``posts``; each page is asked for ``requests`` times.
    """

    name: str
    rounds: int
    deals: int
    many_deals: int
    histories: int
    crossings: int
    posts: int
    requests: int


WHOLE = Size("whole", 5, 100_000, 1_000_000, 5, 300_000, 1_000, 100)
MIDDLE = Size("middle", 3, 20_000, 100_000, 5, 30_000, 300, 50)
QUICK = Size("quick", 1, 500, 5_000, 5, 1_500, 20, 10)
SIZES = {size.name: size for size in (WHOLE, MIDDLE, QUICK)}
