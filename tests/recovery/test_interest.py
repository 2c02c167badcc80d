"""Interest, indemnity and what is claimed: by the rule and by the journal, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.ground.refusals import Refusal
from comptant.journey.recovery.models import PenaltyTerms
from comptant.journey.recovery.queries import claim_on
from comptant.journey.recovery.rules.interest import Claim, Movement, claim, points
from comptant.journey.recovery.rules.rates import HALF_YEARS, french_stretches, stretches_of
from tests.recovery.late import DUE, invoiced, pays, tell
from tests.world import House, atelier_lune

SILENT = french_stretches(None)
GROSS, FORTY = Decimal("12000.00"), Decimal("40.00")
PAID_ON = date(2026, 9, 15)


@pytest.fixture
def house(db: None) -> House:
    return atelier_lune(today=date(2026, 11, 24))


def test_e5_interest_is_rounded_once_and_survives_the_payment_of_the_principal() -> None:
    found = claim(GROSS, DUE, PAID_ON, SILENT, movements=[Movement(PAID_ON, GROSS)], indemnity=FORTY)
    assert (found.principal, found.interest, found.total) == (0, Decimal("557.57"), Decimal("597.57"))
    assert (
        claim(GROSS, DUE, date(2026, 11, 24), SILENT, movements=[Movement(PAID_ON, GROSS)]).interest == found.interest
    )


@pytest.mark.parametrize(
    ("interest_first", "principal", "interest", "total", "imputed"),
    [(True, "6284.43", "143.04", "6467.47", "284.43"), (False, "6000.00", "421.00", "6461.00", "0.00")],
)
def test_e6_a_part_payment_goes_to_the_interest_or_to_the_principal(
    interest_first: bool, principal: str, interest: str, total: str, imputed: str
) -> None:
    received = [Movement(date(2026, 7, 10), Decimal("6000.00"))]
    found = claim(GROSS, DUE, PAID_ON, SILENT, movements=received, interest_first=interest_first, indemnity=FORTY)
    assert found == Claim(Decimal(principal), Decimal(interest), FORTY, (Decimal(imputed),))
    assert found.total == Decimal(total)


def test_e13_in_quebec_the_rate_is_agreed_by_the_year_or_five_percent_and_there_is_no_indemnity() -> None:
    owed, due, paid = Decimal("1437.19"), date(2026, 6, 1), date(2026, 7, 16)
    assert claim(owed, due, paid, stretches_of("CA", Decimal(12))).interest == Decimal("21.26")
    assert claim(owed, due, paid, stretches_of("CA", None)).interest == Decimal("8.86")


def test_an_agreed_rate_below_the_floor_gives_the_floor_and_silence_never_does() -> None:
    year_2024 = (date(2024, 1, 1), date(2024, 6, 30))
    assert points(*year_2024, french_stretches(Decimal(3))) == Decimal("15.21") * 182
    assert points(*year_2024, SILENT) == Decimal("14.50") * 182
    assert points(*year_2024, french_stretches(Decimal(20))) == Decimal(20) * 182


def test_a_rate_that_is_not_known_is_not_guessed() -> None:
    assert claim(GROSS, DUE, date(2026, 12, 31), SILENT).interest == Decimal("993.78")
    with pytest.raises(Refusal) as refused:
        claim(GROSS, DUE, date(2027, 1, 1), SILENT)
    assert refused.value.facts == {"day": date(2027, 1, 1)}
    with pytest.raises(Refusal):
        claim(GROSS, date(2020, 12, 1), date(2021, 1, 5), SILENT)
    # Paid before the unknown half-year: nothing bears interest in it, but the day is still asked of nobody.
    paid = [Movement(date(2026, 12, 30), GROSS)]
    assert claim(GROSS, DUE, date(2027, 2, 1), SILENT, movements=paid).interest > 0


def test_on_time_costs_nothing_and_a_day_late_costs_a_day() -> None:
    assert claim(GROSS, DUE, DUE, SILENT, indemnity=FORTY).total == GROSS
    on_time = [Movement(DUE, GROSS)]
    assert claim(GROSS, DUE, PAID_ON, SILENT, movements=on_time, indemnity=FORTY).total == 0
    late = claim(GROSS, DUE, DUE + timedelta(days=1), SILENT, indemnity=FORTY)
    assert (late.interest, late.indemnity) == (Decimal("3.99"), FORTY)


def test_a_judgment_stops_interest_and_forbids_the_indemnity_of_what_falls_due_later() -> None:
    judged = date(2026, 6, 30)
    before = claim(GROSS, DUE, PAID_ON, SILENT, indemnity=FORTY, stops_on=judged)
    assert (before.interest, before.indemnity) == (Decimal("243.67"), FORTY)
    after = claim(GROSS, date(2026, 7, 31), PAID_ON, SILENT, indemnity=FORTY, stops_on=judged)
    assert (after.interest, after.indemnity) == (0, 0)


@given(
    due=st.dates(date(2021, 1, 1), date(2026, 6, 30)),
    late=st.integers(0, 180),
    cents=st.integers(1, 10**9),
    rate=st.none() | st.decimals(0, 30, places=2),
)
def test_interest_is_the_sum_of_its_days(due: date, late: int, cents: int, rate: Decimal | None) -> None:
    """Against the slow way: each day by itself, at the rate of its half-year, rounded once."""
    until, owed = due + timedelta(days=late), Decimal(cents) / 100
    rates = {(s.first_on.year, s.first_on.month > 6): s.rate for s in french_stretches(rate)}
    exact = sum(
        (owed * rates[(day.year, day.month > 6)] / 36500 for day in (due + timedelta(days=n + 1) for n in range(late))),
        Decimal(0),
    )
    assert abs(claim(owed, due, until, french_stretches(rate)).interest - exact) <= Decimal("0.005001")


def test_the_table_has_no_hole() -> None:
    years = sorted(HALF_YEARS)
    assert years == [(year, half) for year in range(2021, 2027) for half in (1, 2)]


def test_the_journal_tells_the_same_claim(house: House) -> None:
    with house.open():
        invoice = invoiced(house)
        pays(house, invoice, date(2026, 7, 10), "6000.00")
        found = claim_on(invoice, PAID_ON)
        assert (found.principal, found.interest, found.indemnity) == (Decimal("6000.00"), Decimal("421.00"), FORTY)
        PenaltyTerms.objects.create(firm=house.firm, from_on=date(2026, 1, 1), rate=None, imputation="interest")
        assert claim_on(invoice, PAID_ON).total == Decimal("6467.47")


def test_what_is_contested_bears_nothing_while_it_is(house: House) -> None:
    with house.open():
        invoice = invoiced(house)
        tell(house, invoice, "disputed", date(2026, 5, 10), amount="6000.00", dispute="", category="quality")
        half = claim_on(invoice, PAID_ON)
        assert (half.principal, half.interest) == (Decimal("6000.00"), Decimal("278.79"))
        tell(house, invoice, "dispute_settled", date(2026, 8, 1), dispute="", outcome="upheld")
        assert claim_on(invoice, PAID_ON).interest == Decimal("557.57")


def test_a_credit_note_lowers_the_debt_from_its_day_and_a_bounce_raises_it_again(house: House) -> None:
    with house.open():
        invoice = invoiced(house)
        tell(house, invoice, "credited", date(2026, 7, 1), credit_note=str(invoice.id), net="10000.00", tax="2000.00")
        assert claim_on(invoice, PAID_ON).interest == Decimal("243.67")
        other = invoiced(house, "F-2")
        pays(house, other, date(2026, 6, 30), "12000.00")
        tell(house, other, "bounced", date(2026, 7, 10), payment="x", amount="12000.00")
        # 61 days at 12.15, then the 67 days after the bounce at 12.40.
        assert claim_on(other, PAID_ON).interest == Decimal("516.81")


def test_a_consumer_in_france_owes_neither_indemnity_nor_interest_without_a_formal_notice(house: House) -> None:
    with house.open():
        party = house.clients["mercure"]
        party.kind = "person"
        party.save()
        found = claim_on(invoiced(house), PAID_ON)
        assert found == Claim(GROSS, Decimal("0.00"), Decimal("0.00"))
