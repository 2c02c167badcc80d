"""Sums of many batches become one row a day, and say what they said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from comptant.ground.database.scope import firm_scope
from comptant.ground.journal.doctor import checks
from comptant.ground.journal.rollup import merge_batches
from comptant.ground.journal.sums import sums
from tests.world import MONDAY, atelier_lune

ROWS = "SELECT count(*), count(DISTINCT (occurred_on, currency, source, target, source_stage, target_stage))"


@pytest.mark.django_db
def test_batches_of_a_day_become_one() -> None:
    lune = atelier_lune()
    with lune.open():
        for number in range(3):
            deal = lune.opens(f"D{number}", MONDAY, "1000.00")
            lune.says(deal, "stage", MONDAY + timedelta(days=1), stage="discovery")
            lune.says(deal, "estimate", MONDAY + timedelta(days=2), amount="900.00")
    with firm_scope(lune.firm.id), connection.cursor() as cursor:
        days = [MONDAY + timedelta(days=n) for n in range(4)]
        before = [(sums(lune.firm, day).flows, sums(lune.firm, day).deals) for day in days]
        cursor.execute(f"{ROWS} FROM journal_flowrollup")
        rows, kinds = cursor.fetchone()
        assert rows > kinds
        merge_batches(lune.firm)
        cursor.execute(f"{ROWS} FROM journal_flowrollup")
        assert cursor.fetchone() == (kinds, kinds)
        assert [(sums(lune.firm, day).flows, sums(lune.firm, day).deals) for day in days] == before
        merge_batches(lune.firm)
        assert [check.name for check in checks(lune.firm) if not check.ok] == []
