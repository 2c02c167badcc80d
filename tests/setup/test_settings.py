"""Production refuses to start on development's values."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LONG = "x" * 50
SAFE = {"COMPTANT_ENV": "production", "COMPTANT_SECRET_KEY": LONG, "COMPTANT_HOSTS": "comptant.example"}


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMPTANT", "DATABASE_URL"))}
    script = "from comptant import settings; print(settings.DEBUG, settings.SESSION_COOKIE_SECURE)"
    full = {**kept, "COMPTANT_HOME": "/tmp/comptant-nowhere", **environment}
    return subprocess.run([sys.executable, "-c", script], env=full, capture_output=True, text=True, check=False)


def test_development_starts_on_nothing_and_shows_no_inside():
    assert load().stdout == "False False\n"


def test_production_starts_on_its_own_values():
    assert load(**SAFE).stdout == "False True\n"


@pytest.mark.parametrize("name", ["COMPTANT_SECRET_KEY", "COMPTANT_HOSTS"])
def test_production_asks_for_what_is_missing(name):
    assert f"{name} must be set" in load(**{**SAFE, name: ""}).stderr


@pytest.mark.parametrize(
    ("value", "said"),
    [({"COMPTANT_SECRET_KEY": "short"}, "50 characters"), ({"COMPTANT_DEBUG": "1"}, "must be 0 in production")],
)
def test_production_refuses_what_is_unsafe(value, said):
    assert said in load(**{**SAFE, **value}).stderr


def test_a_flag_is_one_or_zero():
    assert "COMPTANT_DEBUG must be 1 or 0" in load(COMPTANT_DEBUG="maybe").stderr


def test_no_folder_is_made_by_looking_at_the_settings():
    load()
    assert not os.path.exists("/tmp/comptant-nowhere")
