"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from comptant.doors.imports.refusals import Errors, Notices, RowError
from comptant.ground.journal.acts import ZERO
from comptant.ground.journal.tally import Tally

KEPT_DIFFERENCES = 1_000


@dataclass(frozen=True, slots=True)
class DifferentRow:
    """A row that exists and differs: loaded only when asked to update."""

    line: int
    ref: str
    column: str
    held: str
    said: str


@dataclass(slots=True)
class Outcome:
    """Counts by what was done (rows read, deals added...), errors by line, and where the euros went."""

    target: str
    errors: Errors
    notices: Notices
    is_dry_run: bool = False
    is_refused: bool = False
    """Rows were refused, and nothing at all was loaded."""
    counts: Counter[str] = field(default_factory=Counter)
    differences: list[DifferentRow] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def refuse(self, error: RowError) -> None:
        """A row that is well formed and cannot be: its line, and why."""
        self.errors.rows += 1
        self.errors.add(error)

    def differs(self, line: int, ref: str, column: str, held: object, said: object) -> None:
        """Note a difference; the first thousand are kept, all are counted."""
        self.counts["differences"] += 1
        if len(self.differences) < KEPT_DIFFERENCES:
            self.differences.append(DifferentRow(line, ref, column, str(held), str(said)))

    def nothing_loaded(self) -> None:
        """Rows were refused: what would have been done is not told as done."""
        for name in ("added", "changed", "facts_added", "parties_added", "members_added", "acts_written"):
            self.counts[name] = 0

    @property
    def changed_nothing(self) -> bool:
        """Everything the file says was known already."""
        return not any(
            self.counts[name] for name in ("added", "changed", "facts_added", "parties_added", "acts_written")
        )

    def moved(self) -> dict[tuple[str, str], Decimal]:
        """Where the euros go: (currency, account) and the net amount the import adds to it, zeros left out."""
        sums: dict[tuple[str, str], Decimal] = {}
        for (_, currency, source, target, _, _), (net, _) in self.tally.flows.items():
            for account, amount in ((source, -net), (target, net)):
                sums[currency, account] = sums.get((currency, account), ZERO) + amount
        return {key: amount for key, amount in sorted(sums.items()) if amount and key[1] != "origin"}

    def deals(self) -> dict[tuple[str, str], int]:
        """How many deals the import adds to each (currency, account)."""
        sums: Counter[tuple[str, str]] = Counter()
        for (_, currency, account), change in self.tally.deals.items():
            sums[currency, account] += change
        return {key: count for key, count in sorted(sums.items()) if count}
