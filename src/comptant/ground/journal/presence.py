"""In which accounts a deal is counted, day by day. Pure.

Before signature a deal is in one place, even without an amount: where its last posting among the prospecting
accounts put it. From signature on it is in every account where something of it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from comptant.ground.journal.acts import PROSPECTED, ZERO, Posting

Change = tuple[date, str, int]
"""A day, an account, and +1 when the deal came in or -1 when it left."""


@dataclass(slots=True)
class Whereabouts:
    """The accounts a deal is counted in, as its postings go by."""

    place: str = ""
    gross: dict[str, Decimal] = field(default_factory=dict)

    def apply(self, posting: Posting) -> None:
        """Follow one posting."""
        source, target = posting.source, posting.target
        if target in PROSPECTED:
            self.place = target
        elif target == "signed" and source == "hoped":
            self.place = ""
        amount = posting.net + posting.tax
        if source not in PROSPECTED:
            self.gross[source] = self.gross.get(source, ZERO) - amount
        if target not in PROSPECTED:
            self.gross[target] = self.gross.get(target, ZERO) + amount

    def accounts(self) -> frozenset[str]:
        """Where the deal is counted now; ``origin`` never counts."""
        held = {account for account, amount in self.gross.items() if amount > 0 and account != "origin"}
        return frozenset(held | {self.place}) if self.place else frozenset(held)


def presence(days: Iterable[tuple[date, Iterable[Posting]]]) -> Iterator[Change]:
    """The changes of one deal, from its acts that hold, in order: (day, postings) each."""
    whereabouts, counted, day = Whereabouts(), frozenset[str](), None
    for on, postings in days:
        if day is not None and on != day:
            now = whereabouts.accounts()
            yield from _changes(day, counted, now)
            counted = now
        day = on
        for posting in postings:
            whereabouts.apply(posting)
    if day is not None:
        yield from _changes(day, counted, whereabouts.accounts())


def _changes(day: date, before: frozenset[str], after: frozenset[str]) -> Iterator[Change]:
    yield from ((day, account, 1) for account in after - before)
    yield from ((day, account, -1) for account in before - after)
