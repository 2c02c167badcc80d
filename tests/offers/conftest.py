"""Atelier Lune with a deal under way."""

from collections.abc import Iterator

import pytest

from comptant.ground.deals.models import Deal
from tests.offers.selling import identified
from tests.world import MONDAY, House, atelier_lune


@pytest.fixture
def house(db: None) -> Iterator[House]:
    lune = atelier_lune()
    with lune.open():
        yield identified(lune)


@pytest.fixture
def deal(house: House) -> Deal:
    return house.opens("marchetti", MONDAY, "17700")
