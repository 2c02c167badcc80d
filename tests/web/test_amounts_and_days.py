"""Amounts, shares and days in the three languages of the screens: the design's own examples."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from comptant.ground.web import days, figures
from comptant.ground.web.typography import typo

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("value", "currency", "language", "home", "written"),
    [
        ("1234.50", "EUR", "fr", "EUR", "1 234,50 €"),
        ("1234.50", "CAD", "fr-ca", "CAD", "1 234,50 $"),
        ("18400", "CAD", "fr", "EUR", "18 400 $ CA"),
        ("1234.50", "EUR", "en", "EUR", "€1,234.50"),
        ("1234.50", "CAD", "en", "CAD", "$1,234.50"),
        ("1234.50", "CAD", "en", "EUR", "CA$1,234.50"),
        ("1234.50", "USD", "fr", "EUR", "1 234,50 $ US"),
        ("-14420", "EUR", "fr", "EUR", "−14 420 €"),
        ("-14420", "EUR", "en", "EUR", "−€14,420"),
        ("1234", "CHF", "en", "EUR", "CHF 1,234"),
        ("0", "EUR", "fr", "EUR", "0 €"),
        ("99999999999999.99", "EUR", "fr", "EUR", "99 999 999 999 999,99 €"),
    ],
)
def test_an_amount_is_written_as_its_reader_writes_it(
    value: str, currency: str, language: str, home: str, written: str
) -> None:
    assert figures.amount(Decimal(value), currency, language, home).replace("\xa0", " ") == written


def test_nothing_in_an_amount_can_break_at_the_end_of_a_line() -> None:
    for language in ("fr", "fr-ca", "en"):
        assert " " not in figures.amount(Decimal("1234567.89"), "CAD", language, "EUR")


def test_cents_are_hidden_or_forced_when_asked() -> None:
    assert figures.amount(Decimal("10.50"), "EUR", "fr", cents=False) == "11\xa0€"
    assert figures.amount(Decimal("10"), "EUR", "fr", cents=True) == "10,00\xa0€"


@pytest.mark.parametrize(
    ("day", "language", "short", "long"),
    [
        (date(2026, 11, 27), "fr", "27 nov.", "vendredi 27 novembre"),
        (date(2026, 11, 27), "fr-ca", "27 nov.", "vendredi 27 novembre"),
        (date(2026, 11, 27), "en", "27 Nov", "Friday 27 November"),
        (date(2026, 12, 1), "fr", "1er déc.", "mardi 1er décembre"),
        (date(2025, 12, 1), "fr", "1er déc. 2025", "lundi 1er décembre 2025"),
        (date(2027, 1, 4), "en", "4 Jan 2027", "Monday 4 January 2027"),
    ],
)
def test_a_day_has_its_year_only_when_it_is_not_this_one(day: date, language: str, short: str, long: str) -> None:
    assert days.short_day(day, language, TODAY).replace("\xa0", " ") == short
    assert days.long_day(day, language, TODAY).replace("\xa0", " ") == long


def test_hours() -> None:
    assert days.clock_time(datetime(2026, 11, 24, 9, 31), "fr") == "9\xa0h\xa031"
    assert days.clock_time(datetime(2026, 11, 24, 18, 0), "fr-ca") == "18\xa0h"
    assert days.clock_time(datetime(2026, 11, 24, 9, 31), "en") == "9:31"


@pytest.mark.parametrize(
    ("language", "text", "spaced"),
    [
        ("fr", "Oui ou non ?", "Oui ou non\xa0?"),
        ("fr", "« oui » ; 42 % : 3 €", "«\xa0oui\xa0»\xa0; 42\xa0%\xa0: 3\xa0€"),
        ("fr-ca", "Oui ou non ? Non ; 42 % : 3 $", "Oui ou non? Non; 42\xa0%\xa0: 3\xa0$"),
        ("en", "Yes or no ?", "Yes or no ?"),
    ],
)
def test_spaces_follow_the_language(language: str, text: str, spaced: str) -> None:
    assert typo(text, language) == spaced
    assert typo(spaced, language) == spaced


@pytest.mark.parametrize(("language", "written"), [("fr", "1 234 € 24 nov. Espéré"), ("en", "€1,234 24 Nov Hoped for")])
def test_filters_speak_the_language_of_the_screen(language: str, written: str) -> None:
    template = Template("{% load comptant %}{{ net|whole:'EUR' }} {{ day|short_day:today }} {{ 'hoped'|state_name }}")
    with translation.override(language):
        text = template.render(Context({"net": Decimal("1234.40"), "day": TODAY, "today": TODAY}))
    assert text.replace("\xa0", " ") == written
