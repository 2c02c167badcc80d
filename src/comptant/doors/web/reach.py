"""How a page reaches what its address names: the firm's own, and a seller's own; otherwise 404, telling nothing."""

from __future__ import annotations

from datetime import date, datetime

from django.http import Http404
from django.utils.translation import gettext as _

from comptant.doors.web import act_words
from comptant.doors.web.typed_days import is_lived
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import OutOfDate
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import sees_own_alone
from comptant.journey.pipeline.models import Standing


def moment(request: MemberRequest) -> datetime:
    """The instant at which what is done happens: now; in a demonstration the same hour of its fixed today."""
    firm = request.firm
    if firm.fixed_today is None:
        return request.now
    return datetime.combine(firm.fixed_today, request.now.astimezone(firm.tz).time(), tzinfo=firm.tz)


def happened(request: MemberRequest, said: date | None) -> datetime:
    """The instant a form names by its day; today is now. Raises Refusal bad_day, ahead_of_today."""
    if said is None or said == request.today:
        return moment(request)
    if not is_lived(said):
        raise Refusal("bad_day", day=said)
    if said > request.today:
        raise Refusal("ahead_of_today", day=said)
    return request.firm.midnight(said)


def find_deal(request: MemberRequest, ref: str) -> Deal:
    """The deal of that ref."""
    if "\x00" in ref:
        raise Http404
    deal: Deal | None = Deal.objects.filter(firm=request.firm, ref=ref).select_related("party").first()
    if deal is None:
        raise Http404
    own = Standing.objects.filter(firm=request.firm, deal=deal, seller=request.member)
    if sees_own_alone(request.member) and not own.exists():
        raise Http404
    deal.firm = deal.party.firm = request.firm
    return deal


def find_party(request: MemberRequest, ref: str) -> Party:
    """The party of that ref."""
    if "\x00" in ref:
        raise Http404
    party: Party | None = Party.objects.filter(firm=request.firm, ref=ref).first()
    if party is None:
        raise Http404
    party.firm = request.firm
    return party


def must_be_fresh(request: MemberRequest, deal: Deal) -> None:
    """Raises OutOfDate when someone else said something of the deal after the page was made: its form says ``seen``."""
    seen = request.POST.get("seen", "")
    if not seen.isdecimal() or len(seen) > 9:
        return
    later = [
        act
        for act in recorded_acts(request.firm, [deal.id]).get(deal.id, [])
        if act.seq > int(seen) and not act.is_clock and act.by not in (None, request.member.id)
    ]
    if later:
        act = later[-1]
        who = Member.objects.filter(firm=request.firm, id=act.by).values_list("name", flat=True).first() or ""
        raise OutOfDate(
            _("{who} recorded “{what}” on {deal} while you were writing. Nothing of yours was recorded.").format(
                who=who, what=act_words.title(act.kind), deal=deal.title or deal.ref
            )
        )
