"""No log holds what opens an offer or a letter."""

from __future__ import annotations

import logging.config
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from comptant.ground.mail.links import PATHS
from comptant.ground.web.secrets import without_secrets

SECRET = "iYcV0bXk3m8z-Vq1hD2_tA0c9KfZr7uWnQpL4sGxEjM"


@pytest.mark.parametrize("path", PATHS.values())
def test_every_kind_of_link_is_left_out(path: str) -> None:
    assert SECRET not in without_secrets(f"Not Found: /{path}/{SECRET}/refusal/")


@pytest.mark.django_db
def test_the_log_of_a_refused_request_does_not_open_it(tmp_path: Path) -> None:
    usual: dict[str, Any] = settings.LOGGING
    file = usual["handlers"]["file"] | {"folder": str(tmp_path)}
    try:
        logging.config.dictConfig(usual | {"handlers": usual["handlers"] | {"file": file}})
        Client().get(f"/o/{SECRET}/")
        Client().get(f"/api/v1/public/offers/{SECRET}")
    finally:
        logging.config.dictConfig(usual)
    written = (tmp_path / "comptant.log").read_text(encoding="utf-8")
    assert "/o/.../" in written
    assert SECRET not in written
