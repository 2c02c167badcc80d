"""What the rules were, as known at an instant: thresholds put right and closures declared later do not show then."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from comptant.ground.database.scope import firm_scope
from comptant.journey.pipeline.actions import declare_closure
from comptant.journey.pipeline.models import Threshold
from comptant.journey.pipeline.queries import closures_of, thresholds_of
from comptant.journey.pipeline.thresholds import write_thresholds
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)  # type: ignore[no-any-return]


@pytest.fixture
def house() -> House:
    return atelier_lune()


def test_thresholds_put_right_are_kept_for_what_was_known(house: House) -> None:
    before = _now()
    with firm_scope(house.firm.id):
        assert write_thresholds(house.firm, {}, MARCH, APRIL) is False  # as declared: nothing changes
    declared = _now()
    with firm_scope(house.firm.id):
        assert write_thresholds(house.firm, {("contacted", date(2026, 3, 1)): {40: 20}}, MARCH, APRIL) is True
    with firm_scope(house.firm.id):
        assert thresholds_of(house.firm)["contacted"] == [(MARCH, 14), (APRIL, 40)]
        assert thresholds_of(house.firm, declared)["contacted"] == [(MARCH, 14), (APRIL, 14)]
        assert thresholds_of(house.firm, before) == {}
        assert write_thresholds(house.firm, {("contacted", date(2026, 3, 1)): {40: 20}}, MARCH, APRIL) is False
        assert Threshold.objects.filter(firm=house.firm, stage="contacted").count() == 3


def test_a_closure_counts_from_the_instant_it_was_declared(house: House) -> None:
    before = _now()
    with firm_scope(house.firm.id):
        declare_closure(house.firm, date(2026, 8, 3), date(2026, 8, 21))
    with firm_scope(house.firm.id):
        assert closures_of(house.firm, before) == []
        assert closures_of(house.firm, _now()) == closures_of(house.firm) == [(date(2026, 8, 3), date(2026, 8, 21))]
