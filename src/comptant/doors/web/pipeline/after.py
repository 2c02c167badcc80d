"""What an act changes on the page it was done from: the board's columns, the list's row, or the page again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from comptant.doors.web import figures_of
from comptant.doors.web.deal_lines import written_row
from comptant.doors.web.deal_rows import row_of
from comptant.doors.web.pipeline import board_rows, board_view
from comptant.doors.web.pipeline.board_view import Board
from comptant.doors.web.pipeline.odds import odds_of
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import line_again
from comptant.ground.deals.models import Deal
from comptant.ground.refusals import Refusal
from comptant.ground.web.errors import refused
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.models import Stage


def back_to(request: MemberRequest, deal: Deal) -> str:
    """Where the person was, within their firm; else the deal."""
    usual = reverse("deal", args=[request.firm.ref, deal.ref])
    asked = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return usual
    parts = urlsplit(asked)
    at = _name_of(parts.path)
    if at not in ("pipeline", "deals", "deal", "start", "path") or not parts.path.startswith(f"/f/{request.firm.ref}/"):
        return usual
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _name_of(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def fragments(request: MemberRequest, deal: Deal, stages: Collection[str], *, lane: bool = False) -> list[str] | None:
    """The pieces that changed, out of band; None where the whole page is better shown again.

    ``stages`` are the columns the deal left or came to; ``lane``: it waits, or did.
    """
    if not getattr(request, "htmx", None):
        return None
    parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    here = _name_of(parts.path)
    if here == "pipeline":
        return [*_of_board(request, parts.query, stages, lane), line_again(request)]
    if here == "deals":
        return [*_of_list(request, deal), line_again(request)]
    return None


def _of_board(request: MemberRequest, query: str, stages: Collection[str], lane: bool) -> list[str]:
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    board = Board.of(request, board_view.read_asked(asked))
    changed = [stage for stage in board.stages if stage.key in stages]
    cards = board_rows.cards(board.narrowing, changed)
    shared = board_view.common(board) | {"oob": True}
    pieces = [
        _written(request, "pipeline/_column.html", shared | {"column": board_view.column(board, stage, cards)})
        for stage in changed
    ]
    if lane:
        waiting = board_rows.waiting(board.narrowing, board.stages)
        pieces.append(_written(request, "pipeline/_lane.html", shared | {"lane": board_view.lane(board, waiting)}))
    return [*pieces, _written(request, "pipeline/_head.html", shared | {"head": board_view.head(board)})]


def _of_list(request: MemberRequest, deal: Deal) -> list[str]:
    row = row_of(request.firm, deal)
    if row is None:
        return []
    stages = dict(Stage.objects.filter(firm=request.firm).values_list("key", "name"))
    screen = Screen.of(request)
    odds = odds_of(request.firm, request.today, figures_of.today(request.firm, request.today, screen.home))
    return [f"<template>{written_row(screen, row, stages, odds, may_act=True, oob=True)}</template>"]


def _written(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context, request)


def told(request: MemberRequest, refusal: Refusal) -> HttpResponse:
    """422 for a gesture without a form of its own: HTMX puts the reason where everybody sees and hears it."""
    response = refused(request, refusal)
    response["HX-Retarget"] = "#announce"
    response["HX-Reswap"] = "innerHTML"
    return response
