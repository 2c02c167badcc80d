"""The deals in hand at the end of a day, told in two ways that agree: from where they stand now, or from their acts.

What stands now is one row a deal, read in chunks. A past day, or what was known then, is told again from the acts
that held: the clock's conclusions are taken as recorded, never drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db import connection

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import OPEN, Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.history import OpenDeal, open_deals
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.replay import Crossing, State
from comptant.ground.journal.rooms import DealHead
from comptant.journey.pipeline.desk import room_by_country
from comptant.journey.pipeline.models import Standing
from comptant.journey.pipeline.rules import KINDS, PipelineRoom, Thread

CHUNK = 2_000
CONCLUSIONS = frozenset({"stalled", "woken"})

_LATER = """
SELECT EXISTS (SELECT FROM journal_posting WHERE firm_id = %(firm)s AND occurred_on > %(as_of)s)
    OR EXISTS (SELECT FROM pipeline_standing WHERE firm_id = %(firm)s
               AND (last_move_on > %(as_of)s OR stage_changed_at >= %(end)s OR decision_set_at >= %(end)s))
"""


@dataclass(frozen=True, slots=True)
class InHand:
    """A deal hoped for, stalled or waiting at the end of the day; amounts are net."""

    ref: str
    title: str
    currency: str
    account: str
    stage: str
    net: Decimal
    last_move_on: date
    days_silent: int
    threshold_days: int
    stall_rule: str
    stalled_on: date | None
    decision_on: date | None
    wake_on: date | None


def in_hand(firm: Firm, as_of: date, known_at: datetime | None = None) -> Iterator[InHand]:
    """The deals in hand at the end of ``as_of``, in no order."""
    if known_at is None and stands_now(firm, as_of):
        return standing_now(firm, as_of)
    return told_again(firm, as_of, known_at)


def stands_now(firm: Firm, as_of: date) -> bool:
    """Whether where deals stand now is where they stood at the end of ``as_of``: nothing was said of a later day."""
    if firm.clock_on is None or as_of < firm.clock_on:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LATER, {"firm": firm.id, "as_of": as_of, "end": _end(firm, as_of)})
        return not cursor.fetchone()[0]


def standing_now(firm: Firm, as_of: date) -> Iterator[InHand]:
    """From the current-state rows; what waits is told again, since they do not keep the day its silence stopped."""
    room_of = room_by_country(firm)
    fields = (
        "deal_id", "deal__ref", "deal__title", "deal__currency", "deal__party__country", "place", "stage", "net",
        "last_move_on", "count_from_on", "suspensions", "stall_rule", "stalled_on", "decision_on", "wake_on",
    )  # fmt: skip
    waiting: list[OpenDeal] = []
    rows = Standing.objects.filter(firm=firm, place__in=sorted(OPEN)).values_list(*fields)
    for row in rows.iterator(chunk_size=CHUNK):
        (
            deal_id, ref, title, currency, country, place, stage, net,
            last_move_on, count_from_on, suspensions, stall_rule, stalled_on, decision_on, wake_on,
        ) = row  # fmt: skip
        if place == "waiting":
            waiting.append(OpenDeal(deal_id, place, net))
            continue
        rule = room_of(DealHead(deal_id, currency, country or firm.country)).rule
        ranges = tuple(zip(suspensions[::2], suspensions[1::2], strict=True))
        yield InHand(
            ref, title, currency, place, stage, net, last_move_on, rule.silence(count_from_on, as_of, ranges),
            rule.threshold(stage, as_of), stall_rule, stalled_on, decision_on, wake_on,
        )  # fmt: skip
    yield from _told(firm, waiting, as_of, None)


def told_again(firm: Firm, as_of: date, known_at: datetime | None = None) -> Iterator[InHand]:
    """From the acts that held at the end of ``as_of``, as known today or at ``known_at``."""
    return _told(firm, open_deals(firm, as_of, known_at), as_of, known_at)


def _told(firm: Firm, deals: Sequence[OpenDeal], as_of: date, known_at: datetime | None) -> Iterator[InHand]:
    room_of, end, remaining = room_by_country(firm, known_at), _end(firm, as_of), iter(deals)
    while chunk := list(islice(remaining, CHUNK)):
        ids = [deal.deal_id for deal in chunk]
        heads, names, stories = deal_heads(firm, ids), _names(firm, ids), recorded_acts(firm, ids, known_at)
        for deal in chunk:
            thread = retold(stories[deal.deal_id], room_of(heads[deal.deal_id]), end)
            if thread is not None:
                yield _line(deal, names, heads[deal.deal_id].currency, thread, as_of)


def retold(acts: Sequence[Recorded], room: PipelineRoom, end: datetime) -> Thread | None:
    """What the pipeline remembered of a deal before ``end``, from the acts it holds; None if it was never opened."""
    state = State()
    for act in effective(acts):
        if act.at >= end:
            break
        if act.is_clock and act.kind in CONCLUSIONS:
            room.cross(state, Crossing(act.at, act.kind, act.details))
        elif act.kind in KINDS:
            room.record(state, act.as_fact(routed=True))
    thread: Thread | None = state.memory.get(PipelineRoom.name)
    return thread


def _line(deal: OpenDeal, names: Mapping[UUID, tuple[str, str]], currency: str, thread: Thread, as_of: date) -> InHand:
    return InHand(
        *names[deal.deal_id], currency, deal.account, thread.stage, deal.net, thread.last_move_on,
        thread.days_silent(as_of), thread.threshold(as_of), thread.stall_rule, thread.stalled_on,
        thread.decision_on, thread.wake_on,
    )  # fmt: skip


def _names(firm: Firm, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    rows = Deal.objects.filter(firm=firm, id__in=ids).values_list("id", "ref", "title")
    return {deal_id: (ref, title) for deal_id, ref, title in rows}


def _end(firm: Firm, day: date) -> datetime:
    """The first instant after a day, in the firm's zone."""
    return firm.midnight(day + timedelta(days=1))
