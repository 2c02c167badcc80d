"""Atelier Lune, able to invoice, with a deal under way."""

from collections.abc import Iterator

import pytest

from comptant.ground.deals.models import Deal
from tests.invoices.billing import able_to_bill
from tests.world import MONDAY, House, atelier_lune


@pytest.fixture
def house(db: None) -> Iterator[House]:
    lune = atelier_lune()
    with lune.open():
        yield able_to_bill(lune)


@pytest.fixture
def deal(house: House) -> Deal:
    return house.opens("valmont", MONDAY, "10000")
