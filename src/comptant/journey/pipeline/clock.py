"""The pipeline's crossings: deals that stall, deals that wake, and the thresholds of each month.

``cross`` posts what is due up to a day and may run twice without harm. Stalls are one statement; waking restarts a
count, so those deals are settled one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction

from comptant.ground.database.bulk import literal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, load_cases, settle
from comptant.ground.journal.clock import CrossingSource, post_many
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import write_tally
from comptant.journey.pipeline.desk import next_columns
from comptant.journey.pipeline.models import Standing, Threshold
from comptant.journey.pipeline.queries import closures_of, stages_of, thresholds_of
from comptant.journey.pipeline.rules import PipelineRoom, Thread

STALLS = CrossingSource(
    kind="stalled",
    source="hoped",
    target="stalled",
    select="""
      SELECT s.deal_id, s.next_at AS occurred_at, s.next_on AS occurred_on, s.stage, s.net, 0::numeric AS tax,
             s.next_details AS details, s.id AS row_id, s.next_rule
      FROM pipeline_standing s JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
      WHERE s.firm_id = %(firm)s AND s.next_on <= %(until)s AND s.place = 'hoped'
      ORDER BY s.deal_id""",
    lock="FOR UPDATE OF d, s",
    update="""
      UPDATE pipeline_standing s SET place = 'stalled', stalled_on = n.occurred_on, stall_rule = n.next_rule,
        next_on = NULL, next_rule = '', next_at = NULL, next_details = NULL
      FROM numbered n WHERE s.firm_id = %(firm)s AND s.id = n.row_id""",
)

CHUNK = 2_000


def cross(firm: Firm, until: date) -> int:
    """Post every stall and wake due up to and including ``until``; how many."""
    crossed = 0
    while True:
        stalled = post_many(firm, STALLS, {"until": until})
        woken = _wake(firm, until)
        crossed += stalled + woken
        if not woken:
            return crossed


def _wake(firm: Firm, until: date) -> int:
    """Settle the deals whose wake date has come: they wake, and may stall again by ``until``."""
    bench, tally, woken = Bench.open(firm), Tally(), 0
    while ids := list(
        Standing.objects.filter(firm=firm, place="waiting", next_on__lte=until)
        .order_by("deal_id")
        .values_list("deal_id", flat=True)[:CHUNK]
    ):
        settle(firm, load_cases(firm, dict.fromkeys(ids, ())), bench=bench, tally=tally)
        woken += len(ids)
    if woken:
        write_tally(firm, tally)
    return woken


def draw_again(firm: Firm, bench: Bench | None = None, tally: Tally | None = None) -> int:
    """Draw the clock's conclusions anew on every deal ever hoped for; how many acts that took.

    For what changes the past: thresholds of past months, a closure declared late.
    """
    bench, sums, written = bench or Bench.open(firm), tally if tally is not None else Tally(), 0
    ids: list[UUID] = []
    while True:
        rows = Standing.objects.filter(firm=firm).order_by("deal_id")
        rows = rows.filter(deal_id__gt=ids[-1]) if ids else rows
        ids = list(rows.values_list("deal_id", flat=True)[:CHUNK])
        if not ids:
            break
        written += len(settle(firm, load_cases(firm, dict.fromkeys(ids, ())), bench=bench, tally=sums))
    if tally is None:
        write_tally(firm, sums)
    return written


def changed_thresholds(firm: Firm, month: date) -> set[str]:
    """The stages whose threshold recorded for ``month`` differs from the one before it."""
    stages, changed = stages_of(firm), set()
    for stage, steps in thresholds_of(firm).items():
        before = [days for from_on, days in steps if from_on < month]
        now = [days for from_on, days in steps if from_on == month]
        if now and stage in stages and now[0] != (before[-1] if before else stages[stage].declared_days):
            changed.add(stage)
    return changed


@transaction.atomic
def redate(firm: Firm, stages: set[str] | None = None) -> int:
    """Work out anew when each hoped deal of these stages (all when None) will stall; how many days changed.

    For a new threshold or a new closure: what lies ahead moves, what has stalled stays.
    """
    rooms: dict[str, PipelineRoom] = {}
    laid = (stages_of(firm), thresholds_of(firm), closures_of(firm))
    changed: list[tuple[object, ...]] = []
    rows = Standing.objects.filter(firm=firm, place="hoped").select_related("deal__party")
    if stages is not None:
        rows = rows.filter(stage__in=sorted(stages))
    for row in rows.iterator(chunk_size=CHUNK):
        country = row.deal.party.country or firm.country
        if country not in rooms:
            rooms[country] = PipelineRoom(firm.tz, country, *laid)
        ahead = next_columns(firm, rooms[country].crossing(thread_of(rooms[country], row, firm)))
        if ahead != (row.next_on, row.next_rule, row.next_at, row.next_details):
            changed.append((row.id, *ahead))
    for start in range(0, len(changed), 1000):
        _write_next(firm, changed[start : start + 1000])
    return len(changed)


def thread_of(room: PipelineRoom, row: Standing, firm: Firm) -> Thread:
    """The part of a thread that its next stall depends on, from its current-state row."""
    pairs: Iterator[date] = iter(row.suspensions)
    return Thread(
        rule=room.rule,
        place=row.place,
        stage=row.stage,
        furthest_stage=row.furthest_stage,
        opened_on=row.opened_on,
        stage_changed_at=row.stage_changed_at,
        stage_changed_on=firm.day(row.stage_changed_at),
        last_move_on=row.last_move_on,
        count_from_on=row.count_from_on,
        net=row.net,
        restarted_on=row.restarted_on,
        suspensions=tuple(zip(pairs, pairs, strict=True)),
        decision_on=row.decision_on,
        decision_set_at=row.decision_set_at,
        decision_set_on=firm.day(row.decision_set_at) if row.decision_set_at else None,
        wake_on=row.wake_on,
    )


def _write_next(firm: Firm, rows: list[tuple[object, ...]]) -> None:
    values = ",".join("(" + ",".join(literal(value) for value in row) + ")" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pipeline_standing s SET next_on = v.day::date, next_rule = v.rule, next_at = v.at::timestamptz,"
            f" next_details = v.details::jsonb FROM (VALUES {values}) v(id, day, rule, at, details)"
            f" WHERE s.firm_id = {firm.id} AND s.id = v.id::uuid",
            None,
        )


def month_starts(after: date, until: date) -> list[date]:
    """The firsts of month in (after, until].

    >>> month_starts(date(2026, 1, 1), date(2026, 3, 15))
    [datetime.date(2026, 2, 1), datetime.date(2026, 3, 1)]
    """
    found, day = [], after.replace(day=1)
    while (day := (day + timedelta(days=32)).replace(day=1)) <= until:
        found.append(day)
    return found


def latest_threshold_month(firm: Firm) -> date | None:
    """The last first of month whose thresholds are recorded."""
    return (
        Threshold.objects.filter(firm=firm, replaced_at=None)
        .order_by("-from_on")
        .values_list("from_on", flat=True)
        .first()
    )
