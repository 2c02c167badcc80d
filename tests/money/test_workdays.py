"""Working days of France, Québec and others."""

from datetime import date, timedelta

import pytest

from comptant.ground.money.workdays import is_working_day, next_working_day, working_day_after

FRANCE_2026 = "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"
QUEBEC_2026 = "01-01 04-03 05-18 06-24 07-01 09-07 10-12 12-25"


@pytest.mark.parametrize(("country", "off"), [("FR", FRANCE_2026), ("CA", QUEBEC_2026), ("CA-QC", QUEBEC_2026)])
def test_every_day_of_a_year(country: str, off: str) -> None:
    holidays = {date.fromisoformat(f"2026-{day}") for day in off.split()}
    day = date(2026, 1, 1)
    while day.year == 2026:
        assert is_working_day(day, country) == (day.weekday() < 5 and day not in holidays), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("country", "day", "on_or_after", "after"),
    [
        ("FR", "2026-08-14", "2026-08-14", "2026-08-17"),
        ("FR", "2026-08-15", "2026-08-17", "2026-08-17"),
        ("FR", "2026-12-31", "2026-12-31", "2027-01-04"),
        ("CA", "2026-06-24", "2026-06-25", "2026-06-25"),
        ("FR", "2022-12-31", "2023-01-02", "2023-01-02"),
        ("FR-57", "2026-04-03", "2026-04-07", "2026-04-07"),
        ("CA-ON", "2026-06-24", "2026-06-24", "2026-06-25"),
        ("XX", "2026-12-25", "2026-12-25", "2026-12-28"),
        ("", "2026-01-01", "2026-01-01", "2026-01-02"),
        ("ZZ-9", "2026-01-03", "2026-01-05", "2026-01-05"),
    ],
)
def test_next_working_days(country: str, day: str, on_or_after: str, after: str) -> None:
    assert next_working_day(date.fromisoformat(day), country) == date.fromisoformat(on_or_after)
    assert working_day_after(date.fromisoformat(day), country) == date.fromisoformat(after)


def test_the_ends_of_the_calendar() -> None:
    assert next_working_day(date(1, 1, 1), "XX") == date(1, 1, 1)
    assert next_working_day(date(9999, 12, 31), "FR") == date(9999, 12, 31)
