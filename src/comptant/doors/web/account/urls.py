"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web import path_page
from comptant.ground.web.roles import OWNING, READING, only

of_firm: list[URLPattern] = [
    path("settings/", only(OWNING)(path_page.path), name="settings"),
    path("search/", only(READING)(path_page.path), name="search"),
]
