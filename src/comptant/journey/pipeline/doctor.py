"""Proves where deals stand: draws every timeline again from its facts and compares. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, drawn
from comptant.ground.journal.doctor import Check
from comptant.ground.journal.replay import Refused
from comptant.ground.journal.rooms import Settled
from comptant.journey.pipeline.desk import STANDING_COLUMNS, standing_rows
from comptant.journey.pipeline.models import Standing

CHUNK = 2_000
"""Deals drawn at a time, so that memory does not grow with the firm."""

SHOWN = 3
"""Deals that a fault names."""


def checks(firm: Firm) -> Iterator[Check]:
    """Two checks, one pass over all deals: the journal's conclusions, and the current-state rows."""
    untold: list[str] = []
    misplaced: list[str] = []
    bench = Bench.open(firm)
    for ids in _chunks(firm):
        found = list(drawn(firm, ids, bench))
        settled = [one for one in found if not isinstance(one, Refused)]
        untold += [f"{one.fact.id} {one.code}" for one in found if isinstance(one, Refused)]
        untold += [str(one.case.head.id) for one in settled if one.difference]
        misplaced += _misplaced(firm, ids, settled)
    yield _check("the journal holds what its facts tell", untold)
    yield _check("deals stand where the journal says", misplaced)


def _chunks(firm: Firm) -> Iterator[Sequence[UUID]]:
    last: UUID | None = None
    deals = Deal.objects.filter(firm=firm).order_by("id").values_list("id", flat=True)
    while ids := list((deals if last is None else deals.filter(id__gt=last))[:CHUNK]):
        last = ids[-1]
        yield ids


def _misplaced(firm: Firm, ids: Sequence[UUID], settled: Sequence[Settled]) -> Iterator[str]:
    """The deals whose current-state row is missing, left over, or other than the one drawn."""
    columns = STANDING_COLUMNS[1:]
    deal = columns.index("deal_id")
    told = {row[deal + 1]: row[1:] for row in standing_rows(firm, settled)}
    kept = {row[deal]: row for row in Standing.objects.filter(firm=firm, deal__in=ids).values_list(*columns)}
    for deal_id in sorted(told.keys() | kept.keys()):
        if told.get(deal_id) != kept.get(deal_id):
            yield f"{deal_id} {_differing(columns, told.get(deal_id), kept.get(deal_id))}"


def _differing(columns: Sequence[str], told: Sequence[object] | None, kept: Sequence[object] | None) -> str:
    if told is None or kept is None:
        return "missing" if kept is None else "left over"
    return ", ".join(name for name, one, other in zip(columns, told, kept, strict=True) if one != other)


def _check(name: str, wrong: Sequence[str]) -> Check:
    return Check(name, not wrong, f"{len(wrong)}: " + "; ".join(wrong[:SHOWN]) if wrong else "")
