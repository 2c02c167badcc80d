"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.pipeline import answered, board_page, closing_page, deal_acts, moving, new_deal_page, undoing
from comptant.ground.web.roles import READING, RECOVERING, SELLING, only

sells = only(SELLING)

of_firm: list[URLPattern] = [
    path("pipeline/", only(READING)(board_page.board), name="pipeline"),
    path("deals/new/", sells(new_deal_page.new_deal), name="new-deal"),
    path("deals/<path:deal_ref>/stage/", sells(moving.stage), name="deal-stage"),
    path("deals/<path:deal_ref>/buyer-moves/", sells(answered.buyer_moves), name="deal-buyer-moves"),
    path("deals/<path:deal_ref>/acts/<uuid:act_id>/undo/", sells(undoing.undo), name="deal-act-undo"),
    path("deals/<path:deal_ref>/acts/<uuid:act_id>/channel/", sells(answered.channel), name="deal-act-channel"),
    path("deals/<path:deal_ref>/closing/", sells(closing_page.closing), name="deal-closing"),
    path("deals/<path:deal_ref>/declining/", sells(closing_page.declining), name="deal-declining"),
    path("deals/<path:deal_ref>/wake/", sells(deal_acts.wake), name="deal-wake"),
    path("deals/<path:deal_ref>/facts/", sells(deal_acts.facts), name="deal-facts"),
    path("deals/<path:deal_ref>/costs/", only(RECOVERING)(deal_acts.costs), name="deal-costs"),
    *(
        path(f"deals/<path:deal_ref>/{act.noun}/", sells(deal_acts.view_of(act)), name=act.route)
        for act in deal_acts.GESTURES
    ),
]
