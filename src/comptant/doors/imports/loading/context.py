"""What the loaders of one import share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection

from comptant.doors.imports.loading.outcome import Outcome
from comptant.doors.imports.loading.people import People
from comptant.doors.imports.refusals import RowError
from comptant.ground.database.bulk import refresh_statistics
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, settle
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.replay import Refused
from comptant.ground.journal.rooms import Case

Progress = Callable[[str, float], None]
"""Told the step and how far it is, from 0 to 1."""

GROWING = (
    "parties_party", "deals_deal", "journal_act", "journal_posting", "journal_balance", "journal_unsealed",
    "pipeline_standing", "invoices_invoice", "payments_payment", "payments_allocation",
)  # fmt: skip
"""Tables that an import fills."""

Lines = dict[tuple[object, str], int]
"""The line of each new fact, by (deal, key)."""


@dataclass
class Loading:
    """One import under way, within the firm's scope."""

    firm: Firm
    outcome: Outcome
    people: People
    is_update: bool
    progress: Progress
    said_columns: frozenset[str] = frozenset()
    total: int = 0
    done: int = 0
    bench: Bench | None = None
    lines: Lines = field(default_factory=dict)
    looked_at: int = 0

    def opened_bench(self) -> Bench:
        """The rooms' rules, read once the thresholds are settled."""
        if self.bench is None:
            self.bench = Bench.open(self.firm)
        return self.bench

    def settle(self, cases: Sequence[Case]) -> None:
        """Bring deals to what the file says of them; what is impossible is refused with its line."""
        fresh = [case for case in cases if not case.recorded]
        known = [case for case in cases if case.recorded]
        for some in (fresh, known):
            if some:
                acts = settle(
                    self.firm, some, bench=self.opened_bench(), tally=self.outcome.tally, on_refused=self._mend
                )
                self.outcome.counts["acts_written"] += len(acts)
        self.lines.clear()
        self._look_again()

    def _look_again(self) -> None:
        """New statistics at the start, and each time the import has grown eightfold."""
        written = self.outcome.counts["acts_written"]
        if written >= self.looked_at * 8:
            self.looked_at = max(written, 1)
            refresh_statistics(GROWING)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")

    def step(self, rows: int) -> None:
        """Say how far the writing is."""
        self.done += rows
        self.progress("writing", min(1.0, self.done / max(self.total, 1)))

    def _mend(self, case: Case, refused: Refused) -> Case | None:
        """Refuse the row of a fact that cannot be, and go on without it."""
        dropped = culprit(case.facts, refused)
        if dropped is None and not case.unsaid:
            raise refused
        key = dropped.key if dropped else next(act.key for act in case.recorded if act.id in case.unsaid)
        line = self.lines.get((case.head.id, key), 0)
        column, value = _place(dropped) if dropped else ("status", refused.fact.kind)
        self.outcome.refuse(RowError(line, column, value, refused.code, refused.facts))
        if dropped is None:
            return replace(case, facts=(), unsaid=frozenset())
        return self._without(case, {key} | {fact.key for fact in case.facts if line and self._line(case, fact) == line})

    def _line(self, case: Case, fact: Fact) -> int:
        return self.lines.get((case.head.id, fact.key), 0)

    def _without(self, case: Case, keys: set[str]) -> Case | None:
        """The case without the facts of a refused row; what they were to replace stays said."""
        kept = [fact for fact in case.facts if fact.key not in keys]
        self.outcome.counts["facts_added"] -= len(case.facts) - len(kept)
        self.outcome.counts["added"] -= sum(key.startswith("event:") for key in keys)
        unsaid = frozenset(act.id for act in case.recorded if act.id in case.unsaid and act.key not in keys)
        return replace(case, facts=kept, unsaid=unsaid) if kept or case.recorded else None


def culprit(new: Sequence[Fact], refused: Refused) -> Fact | None:
    """Which of the new facts made a story impossible: the one refused, or the latest before an older one refused."""
    for fact in new:
        if (fact.key, fact.at, fact.kind) == (refused.fact.key, refused.fact.at, refused.fact.kind):
            return fact
    before = [fact for fact in new if fact.at <= refused.fact.at] or list(new)
    return max(before, key=lambda fact: fact.at, default=None)


def _place(fact: Fact) -> tuple[str, str]:
    """Our column in which a fact was said, and what was said there."""
    if fact.key.startswith("event:"):
        return "kind", fact.kind
    if fact.key.startswith("invoice:"):
        return {"disputed": "disputed", "paid": "settled_on"}.get(fact.kind, "number"), str(fact.details["number"])
    return ("opened_on", fact.at.date().isoformat()) if fact.kind == "opened" else ("status", fact.kind)
