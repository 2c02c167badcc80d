"""What is kept about a firm is dropped as soon as its journal grows, whoever wrote last."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from comptant.ground.journal.freshness import version
from comptant.ground.journal.rollup import roll_all
from tests.world import MONDAY, atelier_lune


@pytest.mark.django_db
def test_the_version_changes_with_every_act_also_after_the_clock() -> None:
    house, seen = atelier_lune(), []
    with house.open():
        for number in range(6):
            house.opens(f"D-{number}", MONDAY, "100.00")
    house.sleeps_until(MONDAY + timedelta(days=40))
    for number in range(6):
        with house.open():
            seen.append(version(house.firm))
            house.opens(f"E-{number}", MONDAY + timedelta(days=39), "100.00")
            roll_all(house.firm)
            seen.append(version(house.firm))
    assert len(set(seen)) == 7


@pytest.mark.django_db
def test_ids_are_in_time_order_whoever_made_them() -> None:
    house = atelier_lune()
    with house.open():
        for number in range(6):
            house.opens(f"D-{number}", MONDAY, "100.00")
    house.sleeps_until(date(2026, 12, 31))
    with house.open(), connection.cursor() as cursor:
        for table in ("journal_act", "journal_posting", "journal_balance", "journal_flowrollup"):
            cursor.execute(f"SELECT DISTINCT substr(id::text, 15, 1) FROM {table} WHERE firm_id = %s", [house.firm.id])
            assert cursor.fetchall() == [("7",)], table
