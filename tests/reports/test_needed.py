"""How many prospects the goal takes: the same as the portfolio of the pipeline report says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from comptant.outlook.reports.pipelines import needed, pipeline
from tests.world import MONDAY, atelier_lune

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("won", [0, 1, 3])
def test_it_is_what_the_portfolio_says(won: int) -> None:
    house, today = atelier_lune(), MONDAY + timedelta(days=3)
    with house.open():
        for n in range(4):
            deal = house.opens(f"D-{n}", MONDAY, "100.00")
            if n < won:
                house.says(deal, "won", today, amount="100.00")
            else:
                house.says(deal, "lost", today)
        said = pipeline(house.firm, today)[0].portfolio
        assert needed(house.firm, today) == (said.goal, said.needed, said.by)
