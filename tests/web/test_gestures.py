"""A form acts once, however often it is sent; its word is given back when it was refused, and cleared after a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict

from comptant.ground.web.gestures import claim, forget_forms
from comptant.ground.web.models import SentForm
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db


def sent(house: House, who: str, word: str, at: datetime) -> Any:
    """A request with that form."""
    return SimpleNamespace(firm=house.firm, member=house.people[who], now=at, POST=QueryDict(f"once={word}"))


def test_a_form_acts_once() -> None:
    house = atelier_lune()
    with house.open():
        first = sent(house, "Ada", "abc", house.at(MONDAY))
        assert claim(first)
        assert not claim(first)
        assert claim(sent(house, "Bilal", "abc", house.at(MONDAY))), "another person's word is another word"
        assert claim(sent(house, "Ada", "", house.at(MONDAY)))
        assert claim(sent(house, "Ada", "", house.at(MONDAY))), "a form without a word may always act"


def test_a_refused_form_gives_its_word_back() -> None:
    house = atelier_lune()
    with house.open():
        with transaction.atomic():
            assert claim(sent(house, "Ada", "abc", house.at(MONDAY)))
            transaction.set_rollback(True)
        assert claim(sent(house, "Ada", "abc", house.at(MONDAY)))


def test_words_are_cleared_after_a_day() -> None:
    house = atelier_lune()
    with house.open():
        claim(sent(house, "Ada", "old", house.at(MONDAY)))
        claim(sent(house, "Ada", "new", house.at(MONDAY) + timedelta(hours=20)))
        assert forget_forms(house.firm, house.at(MONDAY) + timedelta(hours=25)) == 1
        assert SentForm.objects.get().key == "new"
