"""A closure declared late draws the stalls of the past again."""

from datetime import date

import pytest

from comptant.ground.journal.doctor import checks
from comptant.journey.pipeline import doctor as pipeline
from comptant.journey.pipeline.actions import declare_closure
from comptant.journey.pipeline.models import Standing
from tests.world import atelier_lune

pytestmark = pytest.mark.django_db


def test_a_closure_of_the_past_moves_the_stall() -> None:
    house = atelier_lune(today=date(2026, 7, 27))
    with house.open():
        deal = house.opens("Audit", date(2026, 7, 27), "1000")
    house.sleeps_until(date(2026, 9, 15))
    with house.open():
        assert Standing.objects.get(deal=deal).stalled_on == date(2026, 8, 11)
        declare_closure(house.firm, date(2026, 8, 3), date(2026, 8, 21))
        after = Standing.objects.get(deal=deal)
        assert (after.stalled_on, after.stall_rule) == (date(2026, 8, 31), "silence")
        assert all(check.ok for check in (*checks(house.firm), *pipeline.checks(house.firm)))
