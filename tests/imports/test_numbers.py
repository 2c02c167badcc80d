"""Amounts and days as people write them: read exactly, or refused with what was expected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.doors.imports.canonical import Canonical
from comptant.doors.imports.converters import Column, Formats, converter
from comptant.doors.imports.numbers import NumberFormat, amount_reader
from comptant.doors.imports.refusals import BadValueError
from tests.imports.reading import MONTREAL, PARIS

FRENCH = NumberFormat(decimal=",", thousands=".", symbols=("€",))
DOLLARS = NumberFormat(decimal=".", thousands=",", symbols=("$", "CAD"))


@pytest.mark.parametrize(
    ("text", "form", "amount"),
    [
        ("1234", NumberFormat(), "1234.00"),
        ("1234.5", NumberFormat(), "1234.50"),
        ("1234,56", NumberFormat(), "1234.56"),
        ("0", NumberFormat(), "0.00"),
        ("-0,00", NumberFormat(), "0.00"),
        ("9 600,00", NumberFormat(), "9600.00"),
        ("1\u202f234\u00a0567,8", NumberFormat(), "1234567.80"),
        ("1.234,50 €", FRENCH, "1234.50"),
        ("1.234.567", FRENCH, "1234567.00"),
        ("12,5000", FRENCH, "12.50"),
        ("$22,700.00", DOLLARS, "22700.00"),
        ("CAD 1,000", DOLLARS, "1000.00"),
        ("1'234.50", NumberFormat(decimal=".", thousands="'"), "1234.50"),
        ("99999999999999.99", NumberFormat(), "99999999999999.99"),
        ("00000000000000000001.10", NumberFormat(), "1.10"),
    ],
)
def test_amounts_that_can_be_read_one_way_are_read(text: str, form: NumberFormat, amount: str) -> None:
    assert str(amount_reader(form)(text)) == amount


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("1.234,50", NumberFormat(), "amount_thousands"),
        ("1,234.50", NumberFormat(), "amount_thousands"),
        ("1,234", NumberFormat(), "amount_thousands"),
        ("1.234", NumberFormat(), "amount_thousands"),
        ("1234.567", NumberFormat(), "amount_decimals"),
        ("1.5", FRENCH, "amount_format"),
        ("1.23.456", FRENCH, "amount_format"),
        ("12,345", FRENCH, "amount_decimals"),
        ("12 34", NumberFormat(), "amount"),
        ("-5", NumberFormat(), "amount_negative"),
        ("$-5", DOLLARS, "amount_negative"),
        ("1e5", NumberFormat(), "amount"),
        ("NaN", NumberFormat(), "amount"),
        ("Infinity", NumberFormat(), "amount"),
        ("€12", NumberFormat(), "amount"),
        ("１２", NumberFormat(), "amount"),
        ("100000000000000", NumberFormat(), "amount_too_large"),
        ("9" * 150, NumberFormat(), "amount_too_large"),
        ("=1+1", NumberFormat(), "amount"),
    ],
)
def test_other_amounts_are_refused_by_name(text: str, form: NumberFormat, code: str) -> None:
    with pytest.raises(BadValueError) as caught:
        amount_reader(form)(text)
    assert caught.value.code == code


@given(st.integers(0, 10**16 - 1), st.sampled_from([NumberFormat(), FRENCH, DOLLARS]))
def test_what_a_format_writes_it_reads(cents: int, form: NumberFormat) -> None:
    written = f"{cents // 100:,}".replace(",", form.thousands) + (form.decimal or ".") + f"{cents % 100:02}"
    assert amount_reader(form)(written) == Decimal(cents) / 100


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    for form in (NumberFormat(), FRENCH, DOLLARS):
        try:
            amount = amount_reader(form)(text)
        except BadValueError:
            continue
        assert 0 <= amount < 10**14
        assert amount.as_tuple().exponent == -2


def day(text: str, *formats: str, zone: ZoneInfo = PARIS) -> object:
    return converter(Column("d", "day", blank=None), Formats(zone, formats))(text)


def test_days_are_iso_unless_a_mapping_says_otherwise() -> None:
    assert day(" 2026-01-31 ") == date(2026, 1, 31)
    assert day("31/01/2026", "%d/%m/%Y") == date(2026, 1, 31)
    assert day("2026-01-31", "%d/%m/%Y", "%Y-%m-%d") == date(2026, 1, 31)
    assert day("") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("31/01/2026", "date"), ("20260131", "date"), ("2026-W05-1", "date"), ("2026-02-30", "date_absent"),
     ("1969-12-31", "date_range"), ("2201-01-01", "date_range"), ("0001-01-01T00:00+14:00", "date_range"),
     ("2010-10-14T12:00:00.000Z-0300", "date"), ("tomorrow", "date"), ("2026-01-31T25:00", "date_absent")],
)  # fmt: skip
def test_other_days_are_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(BadValueError) as caught:
        day(text)
    assert caught.value.code == code


def test_a_day_written_as_midnight_stays_that_day_and_a_time_becomes_the_firm_s_day() -> None:
    assert day("2010-10-14T00:00:00.000Z", zone=MONTREAL) == date(2010, 10, 14)
    assert day("2010-10-14T02:00:00Z", zone=MONTREAL) == date(2010, 10, 13)
    assert day("2010-10-14T23:30:00Z", zone=PARIS) == date(2010, 10, 15)


def test_an_instant_is_in_utc_and_bare_days_and_times_are_the_firm_s() -> None:
    read = converter(Column("at", "instant"), Formats(PARIS))
    assert read("2026-07-01") == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert read("2026-07-01 09:30") == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert read("2026-07-01T09:30:00-04:00") == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert read("2026-07-01T09:30:00.250Z") == datetime(2026, 7, 1, 9, 30, 0, 250_000, tzinfo=UTC)


def test_a_cell_the_workbook_typed_is_read_our_way_whatever_the_mapping_says() -> None:
    read = converter(Column("d", "day"), Formats(PARIS, ("%d/%m/%Y",)), may_be_canonical=True)
    assert read(Canonical("2026-01-31")) == read("31/01/2026") == date(2026, 1, 31)
    amount = converter(Column("a", "amount"), Formats(PARIS, (), FRENCH), may_be_canonical=True)
    assert amount("1.234") == 1234
    assert amount(Canonical("1.23")) == Decimal("1.23")


@pytest.mark.parametrize(
    ("kind", "good", "kept", "bad"),
    [
        ("siren", "732 829 320", "732829320", "732829321"),
        ("siret", "732 829 320 00074", "73282932000074", "73282932000075"),
        ("siret", "35600000000048", "35600000000048", "35600000000049"),
        ("vat_number", "FR 44 732829320", "FR44732829320", "FR45732829320"),
        ("bn", "123456782 RT0001", "123456782RT0001", "123456789"),
        ("iban", "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606", "FR1420041010050500013M02607"),
        ("country", "fr", "FR", "UK"),
        ("currency", "cad", "CAD", "KWD"),
        ("email", "ada@lune.example", "ada@lune.example", "ada at lune"),
    ],
)
def test_identifiers_check_themselves(kind: str, good: str, kept: str, bad: str) -> None:
    read = converter(Column("x", kind), Formats(PARIS))
    assert read(good) == kept
    with pytest.raises(BadValueError):
        read(bad)


def test_text_is_trimmed_composed_and_free_of_control_characters() -> None:
    read = converter(Column("x", limit=10), Formats(PARIS))
    assert read(" Cafe\u0301 ") == "Café"
    assert read("a\nb") == "a\nb"
    for bad in ("a\x07b", "x" * 11):
        with pytest.raises(BadValueError):
            read(bad)
    ref = converter(Column("ref", "identifier"), Formats(PARIS))
    assert ref("A\u00a01") == "A 1"
    for bad in ("A\u200b1", "A\n1", "\u202eA1"):
        with pytest.raises(BadValueError):
            ref(bad)
