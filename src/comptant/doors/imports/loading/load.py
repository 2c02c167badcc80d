"""The one entrance: a file into a firm, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from comptant.doors.imports.loading.context import Loading, Progress, culprit
from comptant.doors.imports.loading.deals import DealLoader, Story
from comptant.doors.imports.loading.events import EventLoader
from comptant.doors.imports.loading.invoices import InvoiceLoader
from comptant.doors.imports.loading.outcome import Outcome
from comptant.doors.imports.loading.parties import PartyLoader
from comptant.doors.imports.loading.payments import PaymentLoader
from comptant.doors.imports.loading.people import People
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.reading import Reading
from comptant.doors.nightly import catch_up
from comptant.ground.database.bulk import collecting_rarely
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.replay import Refused, replay
from comptant.ground.journal.rooms import DealHead
from comptant.ground.journal.writing import write_tally
from comptant.journey.pipeline.clock import draw_again
from comptant.journey.pipeline.desk import room_by_country
from comptant.journey.pipeline.rules import PipelineRoom, Thread
from comptant.journey.pipeline.rules.thresholds import Histogram, count_gaps, next_month
from comptant.journey.pipeline.thresholds import recorded_gaps, write_thresholds


class Loader(Protocol):
    """What each target has: checks over the staged rows, stories for the thresholds, and the writing."""

    def check(self) -> None:
        """Refuse what only the whole file shows; may put rows in other groups."""

    def stories(self) -> Iterator[Story]:
        """The facts of each deal before and after, for the thresholds. Writes nothing."""

    def load(self) -> None:
        """Write the rows."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the rows of a target are grouped, and who loads them."""

    group: Callable[[Any], str]
    loader: Callable[[Loading, Staging], Loader]


WAYS = {
    "parties": Way(lambda row: row.ref, PartyLoader),
    "deals": Way(lambda row: row.ref, DealLoader),
    "events": Way(lambda row: row.deal_ref, EventLoader),
    "invoices": Way(InvoiceLoader.group, InvoiceLoader),
    "payments": Way(lambda row: row.ref, PaymentLoader),
}


def load(
    firm: Firm,
    reading: Reading,
    *,
    today: date,
    dry_run: bool = False,
    update: bool = False,
    skip_bad: bool = False,
    progress: Progress = lambda step, part: None,
) -> Outcome:
    """Load a file, interleaved with the clock up to ``today``; what it did, or with ``dry_run`` what it would do.

    A file with bad rows loads nothing unless ``skip_bad``. A row that exists and differs is noted, and loaded
    with ``update`` as a correcting act. Must not run inside a firm's scope.
    """
    catch_up(firm, today)
    outcome = Outcome(reading.target.name, reading.errors, reading.notices, dry_run)
    with collecting_rarely(), firm_scope(firm.id):
        Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
        loading = Loading(firm, outcome, People(firm, outcome), update, progress, reading.plan.said)
        _load(loading, reading, skip_bad)
        outcome.is_refused = bool(outcome.errors.count) and not skip_bad
        if outcome.is_refused:
            outcome.nothing_loaded()
        if dry_run or outcome.is_refused:
            transaction.set_rollback(True)
    return outcome


def _load(loading: Loading, reading: Reading, skip_bad: bool) -> None:
    outcome, way = loading.outcome, WAYS[reading.target.name]
    staging = Staging(reading.target.row, way.group)
    loading.total = staging.fill(_told(reading, loading.progress))
    outcome.errors = reading.errors
    outcome.counts["rows"] = reading.row_count
    loader = way.loader(loading, staging)
    loader.check()
    if outcome.errors.count and not skip_bad:
        return
    if outcome.errors.count:
        _leave_out(outcome)
    moved = _learn(loading, loader)
    loader.load()
    if moved:
        written = draw_again(loading.firm, loading.opened_bench(), outcome.tally)
        outcome.counts["acts_written"] += written
    write_tally(loading.firm, outcome.tally)


def _told(reading: Reading, progress: Progress) -> Iterator[Any]:
    """The rows, saying now and then how far the reading is."""
    for count, row in enumerate(reading):
        if not count % 5_000:
            progress("reading", reading.table.progress())
        yield row


def _leave_out(outcome: Outcome) -> None:
    """With skip_bad, rows refused by a check over the whole file do not load."""
    lines = sorted({error.line for error in outcome.errors})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM staged WHERE line = ANY(%s)", [lines])


def _learn(loading: Loading, loader: Loader) -> bool:
    """Record the thresholds as the firm's wins and those of the file make them; True when one changed.

    Only the months before the firm's first live day are worked out anew.
    """
    firm = loading.firm
    changes: Histogram = {}
    room = room_by_country(firm)(DealHead(UUID(int=0), firm.currency, firm.country))
    for before, after in loader.stories():
        for facts, times in ((before, -1), (after, 1)):
            thread = _won_thread(facts, room)
            if thread is not None:
                count_gaps(changes, thread, times)
    if not any(any(lengths.values()) for lengths in changes.values()):
        return False
    end = firm.live_on or (firm.clock_on or date.min) + timedelta(days=1)
    first, last = next_month(min(month for _, month in changes)), (end - timedelta(days=1)).replace(day=1)
    if first > last:
        return False
    histogram = recorded_gaps(firm, end)
    for key, lengths in changes.items():
        known = histogram.setdefault(key, {})
        for days, times in lengths.items():
            known[days] = known.get(days, 0) + times
    return write_thresholds(firm, histogram, first, last)


def _won_thread(facts: list[Fact], room: PipelineRoom) -> Thread | None:
    """What the pipeline remembers of a deal that was won; None for others, and for stories that cannot be.

    A new fact that is impossible is left out, as it will be when the deal is written.
    """
    own = [fact for fact in facts if fact.kind in room.kinds]
    while any(fact.kind == "won" for fact in own):
        try:
            state = replay(own, [room], max(fact.at for fact in own)).state
        except Refused as refused:
            dropped = culprit([fact for fact in own if fact.id is None], refused)
            if dropped is None:
                return None
            own = [fact for fact in own if fact is not dropped]
        else:
            thread: Thread | None = state.memory.get("pipeline")
            return thread
    return None
