"""A deal: where it stands, what can be done about it, and everything that happened to it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.deal_view import deal_context, read_file
from comptant.doors.web.pipeline.deal_acting import acting
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone


@require_safe
def deal(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows the deal; ``?corrected=1`` also what was taken back."""
    screen = Screen.of(request)
    file = read_file(request.firm, deal_ref)
    if sees_own_alone(request.member) and (file.standing is None or file.standing.seller_id != request.member.id):
        raise Http404
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context = deal_context(screen, file, with_corrected=request.GET.get("corrected") == "1")
    context |= acting(request, file, stocks)
    context["shell"] = shell(request, "pipeline", stocks, [context["place"]])
    return render(request, "doors/deal.html", context)
