"""Real margin: cash in, net, less costs; below zero until the client has paid. A penalty is no sale."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.models import Act
from comptant.ground.refusals import Refusal
from comptant.journey.pipeline.actions import add_cost
from comptant.outlook.reports.queries import margins
from tests import world
from tests.journey_value.telling import F1, invoiced, told
from tests.journey_value.test_random_journeys import document

pytestmark = pytest.mark.django_db
COST_ON = date(2026, 3, 3)


@pytest.fixture
def house() -> Iterator[world.House]:
    with world.atelier_lune().open() as house:
        yield house


def sale(house: world.House, ref: str, cost: str | None) -> tuple[object, list[Fact]]:
    """A deal invoiced 10 000 + 2 000; half of it paid in April, and a penalty; it cost something in March."""
    deal = house.opens(ref, date(2026, 3, 2), amount="10000.00")
    facts = [
        invoiced(10_000, 2_000, F1), told("paid", 4, 20, F1, amount=6_000),
        told("penalty_paid", 4, 21, F1, amount=40, what="indemnity"),
    ]  # fmt: skip
    if cost:
        add_cost(deal, amount=Decimal(cost), on=COST_ON, label="Traduction", at=house.at(COST_ON), by=ada(house))
    return deal, facts


def ada(house: world.House):
    return house.people["Ada"]


def test_a_sale_has_only_cost_money_until_the_cash_is_in(house: world.House) -> None:
    deal, facts = sale(house, "D-1", "1200.50")
    document(house.firm, deal, facts[0])
    record(house.firm, {deal.id: facts})
    (before,) = margins(house.firm, [deal.id], as_of=date(2026, 4, 19))
    assert (before.cashed, before.costs, before.margin) == (0, Decimal("1200.50"), Decimal("-1200.50"))
    (after,) = margins(house.firm, [deal.id])
    assert after.document() == {
        "deal": "D-1", "currency": "EUR", "cashed": "5000.00", "costs": "1200.50", "margin": "3799.50",
    }  # fmt: skip
    assert margins(house.firm, [deal.id], as_of=date(2026, 3, 2))[0].costs == 0


def test_of_a_client_all_deals_add_up_and_what_bounced_was_never_in(house: world.House) -> None:
    deal, facts = sale(house, "D-1", "100.00")
    house.opens("D-2", date(2026, 3, 2))
    document(house.firm, deal, facts[0])
    record(house.firm, {deal.id: [*facts, told("bounced", 4, 25, F1, amount=3_000)]})
    (client,) = margins(house.firm, party_ids=[deal.party_id])
    assert client.document() == {
        "party": "mercure", "currency": "EUR", "cashed": "2500.00", "costs": "100.00", "margin": "2400.00",
    }  # fmt: skip
    assert margins(house.firm, party_ids=[house.clients["boreal"].id]) == []


def test_costs_of_other_days_of_other_firms_and_of_nothing(house: world.House) -> None:
    deal = house.opens("D-1", date(2026, 3, 2))
    for amount, on, code in (
        ("0", COST_ON, "bad_amount"),
        ("1.005", COST_ON, "bad_amount"),
        ("5", date(2026, 4, 1), "bad_day"),
    ):
        with pytest.raises(Refusal) as refusal:
            add_cost(deal, amount=Decimal(amount), on=on, label="x", at=house.at(COST_ON), by=ada(house))
        assert refusal.value.code == code
    add_cost(deal, amount=Decimal("-5.00"), on=COST_ON, label="Remise", at=house.at(COST_ON), by=ada(house))
    assert margins(house.firm, [deal.id])[0].costs == -5
    assert Act.objects.filter(deal=deal, kind="cost").count() == 1
    with pytest.raises(ValueError):
        margins(house.firm)
