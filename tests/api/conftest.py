"""Callers for every test of the API."""

from __future__ import annotations

import pytest

from comptant.doors.api.middleware import by_stranger, by_token
from tests.api.calling import Caller, caller
from tests.world import House, atelier_lune


@pytest.fixture(autouse=True)
def _rested() -> None:
    by_stranger.forget()
    by_token.forget()


@pytest.fixture
def lune(db: None) -> House:
    return atelier_lune()


@pytest.fixture
def ada(lune: House) -> Caller:
    """The owner's program."""
    return caller(lune, "Ada")


@pytest.fixture
def bilal(lune: House) -> Caller:
    """A seller's."""
    return caller(lune, "Bilal")
