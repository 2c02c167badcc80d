"""Addresses of this place below ``/f/<ref>/``: the longer ones first, since a party's ref may hold slashes."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.clients import client_page, clients_page
from comptant.ground.web.roles import READING, only

of_firm: list[URLPattern] = [
    path("clients/", only(READING)(clients_page.clients), name="clients"),
    path("clients/<path:party_ref>/", only(READING)(client_page.client), name="client"),
]
"""Clients and prospects, one by one."""
