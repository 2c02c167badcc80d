"""Clients, debtors and prospects: three lists of parties, by name."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from comptant.doors.web import path_page
from comptant.ground.web.request import MemberRequest


@require_safe
def clients(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists the parties."""
    return path_page.path(request, firm_ref)
