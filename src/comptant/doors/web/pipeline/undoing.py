"""Taking back what was said of a deal, from the toast that told it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptant.doors.web import act_words
from comptant.doors.web.pipeline.after import back_to, fragments, told
from comptant.doors.web.reach import find_deal, moment
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.actions import unsay
from comptant.journey.pipeline.models import Standing


@require_POST
def undo(request: MemberRequest, firm_ref: str, deal_ref: str, act_id: UUID) -> HttpResponse:
    """POST takes an act back: it stays in the history, and everything stands as if it had not been said."""
    deal = find_deal(request, deal_ref)
    acts = recorded_acts(request.firm, [deal.id]).get(deal.id, [])
    kind = next((act.kind for act in acts if act.id == act_id), "")
    before = _stages(request, deal.id)
    try:
        unsay(deal, act_id, at=moment(request), by=request.member)
    except Refusal as refusal:
        return told(request, refusal)
    text = _("Taken back: {what}, {party}.").format(what=act_words.title(kind), party=deal.party.name)
    pieces = fragments(request, deal, before | _stages(request, deal.id), lane=True)
    return acted(request, Done(text), to=back_to(request, deal), fragments=pieces)


def _stages(request: MemberRequest, deal_id: UUID) -> set[str]:
    return set(Standing.objects.filter(firm=request.firm, deal=deal_id).values_list("stage", flat=True))
