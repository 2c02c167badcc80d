"""Reads of the pipeline's rules and of where deals stand."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm
from comptant.journey.pipeline.models import Closure, Threshold
from comptant.journey.pipeline.models import Stage as StageRow
from comptant.journey.pipeline.rules import Stage


def stages_of(firm: Firm) -> dict[str, Stage]:
    """The firm's stages by key, in order."""
    rows = StageRow.objects.filter(firm=firm).order_by("position")
    return {row.key: Stage(row.key, row.kind, row.position, row.declared_days) for row in rows}


def thresholds_of(firm: Firm, known_at: datetime | None = None) -> dict[str, list[tuple[date, int]]]:
    """By stage, the thresholds recorded by ``known_at`` (today's when None): (from this first of month on, days)."""
    rows = Threshold.objects.filter(firm=firm, replaced_at=None)
    if known_at is not None:
        held = Q(replaced_at=None) | Q(replaced_at__gt=known_at)
        rows = Threshold.objects.filter(held, firm=firm, known_from__lte=known_at)
    found: dict[str, list[tuple[date, int]]] = {}
    for stage, from_on, days in rows.order_by("from_on").values_list("stage", "from_on", "days"):
        found.setdefault(stage, []).append((from_on, days))
    return found


def closures_of(firm: Firm, known_at: datetime | None = None) -> list[tuple[date, date]]:
    """The closures declared by ``known_at`` (all when None), first and last day included."""
    rows = Closure.objects.filter(firm=firm)
    if known_at is not None:
        rows = rows.filter(known_from__lte=known_at)
    return list(rows.order_by("first_on").values_list("first_on", "last_on"))


_RULES = """
SELECT 'stage', key, kind, position, declared_days, NULL::date, NULL::date FROM pipeline_stage WHERE firm_id = %(firm)s
UNION ALL
SELECT 'threshold', stage, '', days, 0, from_on, NULL FROM pipeline_threshold
WHERE firm_id = %(firm)s AND replaced_at IS NULL
UNION ALL
SELECT 'closure', '', '', 0, 0, first_on, last_on FROM pipeline_closure WHERE firm_id = %(firm)s
"""

Rules = tuple[dict[str, Stage], dict[str, list[tuple[date, int]]], list[tuple[date, date]]]


def rules_of(firm: Firm) -> Rules:
    """Stages, thresholds and closures as they hold today, each as above, in one statement."""
    stages: list[Stage] = []
    thresholds: dict[str, list[tuple[date, int]]] = {}
    closures: list[tuple[date, date]] = []
    with prepared_cursor() as cursor:
        cursor.execute(_RULES, {"firm": firm.id})
        for what, key, kind, number, declared, first_on, last_on in cursor.fetchall():
            if what == "stage":
                stages.append(Stage(key, kind, number, declared))
            elif what == "threshold":
                thresholds.setdefault(key, []).append((first_on, number))
            else:
                closures.append((first_on, last_on))
    for days in thresholds.values():
        days.sort()
    return (
        {stage.key: stage for stage in sorted(stages, key=lambda stage: stage.position)},
        thresholds,
        sorted(closures),
    )
