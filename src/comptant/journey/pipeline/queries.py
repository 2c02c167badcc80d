"""Reads of the pipeline's rules and of where deals stand."""

from __future__ import annotations

from datetime import date

from comptant.ground.firms.models import Firm
from comptant.journey.pipeline.models import Closure, Threshold
from comptant.journey.pipeline.models import Stage as StageRow
from comptant.journey.pipeline.rules import Stage


def stages_of(firm: Firm) -> dict[str, Stage]:
    """The firm's stages by key, in order."""
    rows = StageRow.objects.filter(firm=firm).order_by("position")
    return {row.key: Stage(row.key, row.kind, row.position, row.declared_days) for row in rows}


def thresholds_of(firm: Firm) -> dict[str, list[tuple[date, int]]]:
    """By stage, the recorded thresholds: (from this first of month on, days), oldest first."""
    rows = Threshold.objects.filter(firm=firm).order_by("from_on").values_list("stage", "from_on", "days")
    found: dict[str, list[tuple[date, int]]] = {}
    for stage, from_on, days in rows:
        found.setdefault(stage, []).append((from_on, days))
    return found


def closures_of(firm: Firm) -> list[tuple[date, date]]:
    """The firm's declared closures, first and last day included."""
    return list(Closure.objects.filter(firm=firm).order_by("first_on").values_list("first_on", "last_on"))
