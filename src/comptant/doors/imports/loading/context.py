"""What the loaders of one import share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    "pipeline_standing", "invoices_invoice",
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
        """Refuse the fact's row and go on without it; if an older fact became impossible, without all the new ones."""
        new = [fact for fact in case.facts if fact.key == refused.fact.key and fact.at == refused.fact.at]
        dropped = new or list(case.facts)
        if not dropped:
            raise refused
        for fact in dropped[:1]:
            line = self.lines.get((case.head.id, fact.key), 0)
            self.outcome.refuse(RowError(line, fact.kind, _value(fact), refused.code, refused.facts))
        kept = [fact for fact in case.facts if fact not in dropped]
        return replace(case, facts=kept, unsaid=frozenset()) if kept or case.recorded else None


def _value(fact: Fact) -> str:
    said = [str(value) for value in fact.details.values() if value not in (None, "")]
    return said[0] if said else fact.at.date().isoformat()


def facts_by_line(rows: Iterable[tuple[int, object, Fact]], lines: Lines) -> Mapping[object, list[Fact]]:
    """The facts of each deal, their lines noted."""
    facts: dict[object, list[Fact]] = {}
    for line, deal_id, fact in rows:
        lines[deal_id, fact.key] = line
        facts.setdefault(deal_id, []).append(fact)
    return facts
