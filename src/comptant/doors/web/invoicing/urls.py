"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web import path_page
from comptant.ground.web.roles import READING, only

of_firm: list[URLPattern] = [path("invoices/", only(READING)(path_page.path), name="invoices")]
