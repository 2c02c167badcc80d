"""“The client answered”, in one tap: recorded at once, changed or taken back from the toast, kept while offline."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptant.doors.web.pipeline.after import back_to, fragments, told
from comptant.doors.web.reach import find_deal, moment
from comptant.doors.web.screen import Screen
from comptant.ground.deals.models import Deal
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.actions import say, unsay
from comptant.journey.pipeline.models import Standing

CHANNELS = ("phone", "email", "meeting")


@require_POST
def buyer_moves(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """POST records that the client answered: ``channel`` else their usual one, at ``occurred_at`` else now."""
    deal = find_deal(request, deal_ref)
    asked = request.POST.get("channel", "")
    channel = asked if asked in CHANNELS else usual_channel(deal)
    at = _occurred(request)
    note = request.POST.get("note", "").replace("\x00", "").strip()[:2000]
    try:
        act = say(deal, "buyer_move", {"channel": channel, "note": note}, at=at, by=request.member)
    except Refusal as refusal:
        return told(request, refusal)
    return _told(request, deal, act, channel, at)


@require_POST
def channel(request: MemberRequest, firm_ref: str, deal_ref: str, act_id: UUID) -> HttpResponse:
    """POST says by which ``channel`` the client had answered: the act is taken back and said again, at its own hour."""
    deal = find_deal(request, deal_ref)
    asked = request.POST.get("channel", "")
    acts = effective(recorded_acts(request.firm, [deal.id]).get(deal.id, []))
    said = next((act for act in acts if act.id == act_id and act.kind == "buyer_move"), None)
    if asked not in CHANNELS:
        raise Http404
    if said is None:
        return told(request, Refusal("nothing_to_undo"))
    try:
        unsay(deal, act_id, at=moment(request), by=request.member)
        act = say(deal, "buyer_move", {**said.details, "channel": asked}, at=said.at, by=request.member)
    except Refusal as refusal:
        return told(request, refusal)
    return _told(request, deal, act, asked, said.at)


def usual_channel(deal: Deal) -> str:
    """How the client answered last; by telephone when they never did."""
    acts = effective(recorded_acts(deal.firm, [deal.id]).get(deal.id, []))
    known = (act.details.get("channel") for act in reversed(acts) if act.kind == "buyer_move")
    return next((channel for channel in known if channel in CHANNELS), "phone")


def _occurred(request: MemberRequest) -> datetime:
    """When it happened, as the device says that kept it; never ahead of now. A demonstration has its own day."""
    said, now = request.POST.get("occurred_at", ""), moment(request)
    if not said or request.firm.fixed_today is not None:
        return now
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return now
    return min(at, now) if at.tzinfo is not None and at.year > 1 else now


def channel_word(channel: str) -> str:
    """By which channel, within a sentence."""
    return {"phone": _("by phone"), "email": _("by e-mail"), "meeting": _("in a meeting")}[channel]


def _told(request: MemberRequest, deal: Deal, act: UUID, channel: str, at: datetime) -> HttpResponse:
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    screen, names = Screen.of(request), {"phone": _("Phone"), "email": _("E-mail"), "meeting": _("Meeting")}
    text = _("{party} answered, {channel}, noted at {hour}.").format(
        party=deal.party.name, channel=channel_word(channel), hour=screen.hour(at.astimezone(request.firm.tz))
    )
    undo = reverse("deal-act-undo", args=[request.firm.ref, deal.ref, act])
    stages, is_waiting = ({standing.stage}, standing.place == "waiting") if standing else (set(), False)
    pieces = fragments(request, deal, stages, lane=is_waiting)
    if pieces is None:
        return acted(request, Done(text, undo), to=back_to(request, deal))
    context = {
        "text": text,
        "undo": undo,
        "change": reverse("deal-act-channel", args=[request.firm.ref, deal.ref, act]),
        "others": [(key, name) for key, name in names.items() if key != channel],
    }
    toast = render_to_string("pipeline/_toast_answered.html", context, request)
    return HttpResponse("".join((*pieces, toast)))
