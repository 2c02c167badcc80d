"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.offers import (
    agreement_page,
    editor_page,
    extras_page,
    offers_page,
    outside_page,
    presenting_page,
)
from comptant.ground.web.roles import ASKING, READING, SELLING, only

reads, sells, asks = only(READING), only(SELLING), only(ASKING)

of_firm: list[URLPattern] = [
    path("offers/", reads(offers_page.offers), name="offers"),
    path("offers/<uuid:offer_id>/", reads(editor_page.offer), name="offer"),
    path("offers/<uuid:offer_id>/draft/", sells(editor_page.draft), name="offer-draft"),
    path("offers/<uuid:offer_id>/versions/", sells(editor_page.versions), name="offer-versions"),
    path("offers/<uuid:offer_id>/presentations/", sells(presenting_page.presentations), name="offer-presentations"),
    path("offers/<uuid:offer_id>/sending/", sells(presenting_page.sending), name="offer-sending"),
    path("offers/<uuid:offer_id>/pdf/", reads(editor_page.pdf), name="offer-pdf"),
    path("offers/<uuid:offer_id>/preview/", reads(editor_page.preview), name="offer-preview"),
    path("deals/<path:deal_ref>/offers/new/", sells(editor_page.new_offer), name="deal-new-offer"),
    path("deals/<path:deal_ref>/offers/", reads(offers_page.of_deal), name="deal-offers"),
    path("deals/<path:deal_ref>/agreements/", sells(outside_page.of_deal), name="deal-agreements"),
    path("agreements/<uuid:agreement_id>/", reads(agreement_page.agreement), name="agreement"),
    path("agreements/<uuid:agreement_id>/proof/", reads(agreement_page.proof), name="agreement-proof"),
    path("agreements/<uuid:agreement_id>/ending/", sells(agreement_page.ending), name="agreement-ending"),
    path("milestones/<uuid:milestone_id>/delivery/", sells(agreement_page.delivery), name="milestone-delivery"),
    path("extra-requests/", asks(extras_page.extras), name="extra-requests"),
    path("extra-requests/<uuid:offer_id>/acceptance/", sells(outside_page.of_extra), name="extra-acceptance"),
]
