"""A client: what they have really brought, what they owe, what is thought of them, and everything made with them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.reach import find_party
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web.request import MemberRequest


@require_safe
def client(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET shows the party."""
    party = find_party(request, party_ref)
    screen = Screen.of(request)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context = {"title": party.name, "shell": shell(request, "clients", stocks)}
    return render(request, "clients/client.html", context)
