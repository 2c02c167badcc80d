"""Addresses of this place: those below ``/f/<ref>/``, and those of who signs in."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web import path_page
from comptant.doors.web.account import account_page, keys_page, search_page
from comptant.ground.web.roles import OWNING, READING, only

reads, owns = only(READING), only(OWNING)

of_firm: list[URLPattern] = [
    path("settings/", owns(path_page.path), name="settings"),
    path("search/", reads(search_page.search), name="search"),
    path("keys/", reads(keys_page.keys), name="keys"),
]

of_person: list[URLPattern] = [
    path("account/", account_page.account, name="account"),
]
