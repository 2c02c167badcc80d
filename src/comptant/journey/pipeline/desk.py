"""The room as the journal meets it: its rules for a firm, and where each deal stands after a settling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from comptant.ground.database.bulk import Part, insert_rows
from comptant.ground.firms.models import Firm
from comptant.ground.journal.replay import Crossing
from comptant.ground.journal.rooms import DealHead, Settled
from comptant.journey.pipeline.queries import closures_of, rules_of, stages_of, thresholds_of
from comptant.journey.pipeline.rules import PipelineRoom, Thread

STANDING = """
firm_id deal_id place stage furthest_stage net has_amount seller_id source presented opened_on last_move_on
count_from_on restarted_on suspensions stage_changed_at decision_on decision_set_at decision_moves wake_on hold_reason
stalled_on stall_rule next_on next_rule next_at next_details signed_on closed_on competitor reason
"""
STANDING_COLUMNS = tuple(STANDING.split())
_KEPT = {"firm_id", "deal_id"}
REPLACE = " ON CONFLICT (firm_id, deal_id) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in STANDING_COLUMNS if column not in _KEPT
)


class PipelineDesk:
    """Registered by the application's configuration."""

    name = "pipeline"
    kinds: Collection[str] = tuple(PipelineRoom.kinds)

    def open(self, firm: Firm) -> Callable[[DealHead], PipelineRoom]:
        """The firm's rules, one room for each country its clients live in."""
        return room_by_country(firm)

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """Write where the settled deals stand; deals made by an invoice alone stand nowhere here."""
        known = REPLACE if any(one.case.recorded for one in settled) else ""
        insert_rows("pipeline_standing", STANDING_COLUMNS, standing_rows(firm, settled), known)

    def first_rows(self, firm: Firm, settled: Settled) -> Part:
        """Where a deal stands that has just been opened."""
        return "pipeline_standing", STANDING_COLUMNS, standing_rows(firm, [settled])


def room_by_country(firm: Firm, known_at: datetime | None = None) -> Callable[[DealHead], PipelineRoom]:
    """The room for each deal's country, made once each; with the rules of today, or those known at an instant."""
    if known_at is None:
        stages, thresholds, closures = rules_of(firm)
    else:
        stages, thresholds, closures = stages_of(firm), thresholds_of(firm, known_at), closures_of(firm, known_at)
    rooms: dict[str, PipelineRoom] = {}

    def room(head: DealHead) -> PipelineRoom:
        if head.country not in rooms:
            rooms[head.country] = PipelineRoom(firm.tz, head.country, stages, thresholds, closures)
        return rooms[head.country]

    return room


def standing_rows(firm: Firm, settled: Sequence[Settled]) -> list[tuple[Any, ...]]:
    """The current-state rows of the deals that were ever hoped for, in the order of STANDING_COLUMNS."""
    return [
        _row(firm, one.case.head.id, thread, _opened_details(one))
        for one in settled
        if (thread := one.timeline.state.memory.get("pipeline")) is not None
    ]


def _opened_details(one: Settled) -> Mapping[str, Any]:
    """What the opening said: seller and source among it."""
    return next(entry.details for entry in one.timeline.entries if entry.kind == "opened")


def _row(firm: Firm, deal_id: UUID, thread: Thread, opened: Mapping[str, Any]) -> tuple[Any, ...]:
    seller = opened.get("seller")
    suspended = [day for ends in thread.suspensions for day in ends]
    return (
        firm.id, deal_id, thread.place, thread.stage, thread.furthest_stage, thread.net,
        thread.has_amount, UUID(seller) if seller else None, opened.get("source") or "", thread.presented,
        thread.opened_on, thread.last_move_on, thread.count_from_on, thread.restarted_on, suspended,
        thread.stage_changed_at, thread.decision_on, thread.decision_set_at, thread.decision_moves,
        thread.wake_on, thread.hold_reason, thread.stalled_on, thread.stall_rule,
        *next_columns(firm, thread.ahead), thread.signed_on, thread.closed_on, thread.competitor, thread.reason,
    )  # fmt: skip


def next_columns(firm: Firm, ahead: Crossing | None) -> tuple[Any, ...]:
    """(next_on, next_rule, next_at, next_details) of a crossing ahead, or of none."""
    if ahead is None:
        return None, "", None, None
    rule = ahead.details.get("rule", "wake")
    return firm.day(ahead.at), rule, ahead.at, dict(ahead.details)
