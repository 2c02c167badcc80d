"""Atelier Lune with a deal under way."""

from collections.abc import Iterator

import pytest

from comptant.ground.deals.models import Deal
from comptant.journey.offers.doctor import checks
from tests.offers.selling import identified
from tests.world import MONDAY, House, atelier_lune


@pytest.fixture
def house(db: None) -> Iterator[House]:
    """Whatever a test did with it, the doctor finds nothing wrong with its offers afterwards."""
    lune = atelier_lune()
    with lune.open():
        yield identified(lune)
        assert [check for check in checks(lune.firm) if not check.ok] == []


@pytest.fixture
def deal(house: House) -> Deal:
    return house.opens("marchetti", MONDAY, "17700")
