"""Moving a deal to another stage: by its menu, by dragging, by the keyboard. One address for all."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.pipeline.after import back_to, fragments, told
from comptant.doors.web.reach import find_deal, moment, must_be_fresh
from comptant.doors.web.shell import shell
from comptant.ground.deals.models import Deal
from comptant.ground.journal.acts import OPEN
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, OutOfDate, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.actions import say
from comptant.journey.pipeline.models import Stage, Standing


@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows the stages as a menu; POST moves the deal to ``stage``, from the stage it ``was`` in."""
    deal = find_deal(request, deal_ref)
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    stages = list(Stage.objects.filter(firm=request.firm).order_by("position"))
    if request.method != "POST":
        return _menu(request, deal, standing, stages)
    must_be_fresh(request, deal)
    names = {row.key: row.name for row in stages}
    before = standing.stage if standing else ""
    _must_stand_where_seen(request, deal, before, names)
    wanted = request.POST.get("stage", "").replace("\x00", "")[:40]
    if wanted not in names:
        return told(request, Refusal("unknown_stage", stage=wanted))
    if wanted == before:
        text = _("{deal} is already in “{stage}”.").format(deal=deal.title or deal.ref, stage=names[before])
        return acted(request, Done(text), to=back_to(request, deal), fragments=fragments(request, deal, {before}))
    try:
        act = say(deal, "stage", {"stage": wanted}, at=moment(request), by=request.member)
    except Refusal as refusal:
        return told(request, refusal)
    text = _("{party}: from “{before}” to “{after}”.").format(
        party=deal.party.name, before=names.get(before, before), after=names[wanted]
    )
    undo = reverse("deal-act-undo", args=[firm_ref, deal.ref, act])
    pieces = fragments(request, deal, {before, wanted}, lane=standing is not None and standing.place == "waiting")
    return acted(request, Done(text, undo), to=back_to(request, deal), fragments=pieces)


def _must_stand_where_seen(request: MemberRequest, deal: Deal, stage: str, names: dict[str, str]) -> None:
    """A card dragged from a column the deal has left meanwhile moves nothing: someone else was faster."""
    was = request.POST.get("was", "")
    if was and was != stage:
        raise OutOfDate(
            _("{deal} was moved to “{stage}” meanwhile. Nothing of yours was recorded.").format(
                deal=deal.title or deal.ref, stage=names.get(stage, stage)
            )
        )


def _menu(request: MemberRequest, deal: Deal, standing: Standing | None, stages: list[Stage]) -> HttpResponse:
    here = standing.stage if standing else ""
    is_open = standing is not None and standing.place in OPEN
    context = {
        "title": _("Move {party}").format(party=deal.party.name),
        "dialog": "pipeline/_stage_dialog.html",
        "deal": deal,
        "firm_ref": request.firm.ref,
        "was": here,
        "is_open": is_open,
        "is_waiting": standing is not None and standing.place == "waiting",
        "stages": [{"key": row.key, "name": row.name, "is_here": row.key == here} for row in stages],
        "back": reverse("deal", args=[request.firm.ref, deal.ref]),
        "shell": shell(request, "pipeline"),
    }
    return answer(request, "pipeline/_stage_dialog.html", context, page="web/dialog.html")
