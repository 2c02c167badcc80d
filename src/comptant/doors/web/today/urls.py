"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.today import forecast_page, today_page
from comptant.ground.web.roles import READING, only

reads = only(READING)

of_firm: list[URLPattern] = [
    path("acts/<path:action_key>/postponement/", reads(today_page.postponement), name="act-postponement"),
    path("acts/<path:action_key>/return/", reads(today_page.returned), name="act-return"),
    path("changes/<uuid:act_id>/", reads(today_page.changes), name="today-changes"),
    path("digest/", reads(today_page.digest), name="digest"),
    path("watch/", reads(today_page.watch), name="watch"),
    path("forecast/", reads(forecast_page.forecast), name="forecast"),
]
