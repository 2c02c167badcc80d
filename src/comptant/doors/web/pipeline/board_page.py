"""The board: deals by stage, what stalls beside its reason, what waits by its day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.pipeline.board_view import BRIEF_CARDS, Board, page_context, read_asked
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest


@require_safe
def board(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the board. With many live deals the list comes first, unless the board is asked for."""
    found = Board.of(request, read_asked(request.GET))
    if request.GET.get("view") != "board" and not found.asked.is_narrow and found.count("hoped") > BRIEF_CARDS:
        return redirect("deals", firm_ref=firm_ref)
    context = page_context(found)
    stocks = figures_of.today(request.firm, request.today, Screen.of(request).home)
    context["shell"] = shell(request, "pipeline", stocks, ["hoped"])
    return answer(request, "pipeline/_board.html", context)
