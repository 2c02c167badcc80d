"""What can be done on a deal from its page, for who may act; and what it has really brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.deal_view import DealFile
from comptant.doors.web.path_view import Stock
from comptant.doors.web.pipeline import deal_acts
from comptant.doors.web.pipeline.forms import FactForm
from comptant.doors.web.pipeline.odds import odds_of
from comptant.doors.web.screen import Screen
from comptant.ground.journal.acts import CLOSED, OPEN
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import RECOVERING, SELLING, has_role
from comptant.ground.web.typography import one_stop
from comptant.journey.pipeline.models import Cost
from comptant.outlook.reports.margins import margins

COSTS_SHOWN = 20


def acting(request: MemberRequest, file: DealFile, stocks: Mapping[str, Stock]) -> dict[str, Any]:
    """The buttons and forms of the page; none for who only reads."""
    may_act = has_role(request.member, SELLING)
    place = file.standing.place if file.standing else ""
    here = [request.firm.ref, file.deal.ref]
    shown = {
        "may_act": may_act,
        "is_open": place in OPEN,
        "is_waiting": place == "waiting",
        "member_id": request.member.id,
        "firm_ref": request.firm.ref,
        "deal": file.deal,
        "seen": max((act.seq for act in file.acts), default=0),
        "offers_url": _offers_url(here),
        "acts": _acts(here, place) if may_act else [],
        "fact_form": FactForm(initial={"on": request.today}) if may_act and place else None,
        "fact_lead": deal_acts.FACT_LEAD,
        "cost_url": reverse("deal-costs", args=here) if has_role(request.member, RECOVERING) else "",
    }
    screen = Screen.of(request)
    return shown | {"promise": promised(screen, file), "chance": _chance(request, file, stocks)} | _margin(screen, file)


def _chance(request: MemberRequest, file: DealFile, stocks: Mapping[str, Stock]) -> str:
    """The firm's own rate at the stage, with the counts it comes from."""
    if file.standing is None or file.standing.place != "hoped":
        return ""
    found = odds_of(request.firm, request.today, stocks).get(file.standing.stage)
    if found is None:
        return ""
    screen = Screen.of(request)
    if not found.ended:
        return _("Chance at this stage: {rate}. A mark, not your rate yet.").format(rate=found.text)
    text = ngettext(
        "Chance at this stage: {rate}. {won} of {ended} deal that came this far was signed.",
        "Chance at this stage: {rate}. {won} of {ended} deals that came this far were signed.",
        found.ended,
    )
    return text.format(rate=found.text, won=screen.number(found.won), ended=screen.number(found.ended))


def _offers_url(here: list[str]) -> str:
    """The deal's offers, where that place is."""
    try:
        return reverse("deal-offers", args=here)
    except NoReverseMatch:
        return ""


def _acts(here: list[str], place: str) -> list[dict[str, Any]]:
    """The acts that make sense where the deal stands."""
    wanted = []
    if place in OPEN:
        wanted = [deal_acts.ESTIMATE, deal_acts.DECISION, deal_acts.MEETING, deal_acts.MAYBE, deal_acts.HOLD]
    elif place in CLOSED:
        wanted = [deal_acts.REACTIVATION]
    names = {deal_acts.MEETING: _("Meeting accepted"), deal_acts.MAYBE: _("A maybe")}
    if place == "waiting":
        names[deal_acts.HOLD] = _("Extend the hold")
    return [{"name": names.get(act, act.title), "url": reverse(act.route, args=here)} for act in wanted]


def _margin(screen: Screen, file: DealFile) -> dict[str, Any]:
    """Cash in less costs; below zero until the client has paid."""
    currency = file.deal.currency
    [found] = margins(file.deal.firm, [file.deal.id])
    rows = Cost.objects.filter(firm=file.deal.firm, deal=file.deal).order_by("-on", "-id")[:COSTS_SHOWN]
    costs = [
        {"day": screen.short(cost.on), "label": cost.label, "amount": screen.amount(cost.amount, currency)}
        for cost in rows
    ]
    return {
        "costs": costs,
        "margin": {
            "cashed": screen.amount(found.cashed, currency),
            "costs": screen.amount(-found.costs, currency),
            "margin": screen.amount(found.margin, currency),
            "is_loss": found.margin < 0,
        },
    }


def promised(screen: Screen, file: DealFile) -> dict[str, str] | None:
    """The promise on top of the history: the answer expected, or the day it wakes."""
    standing = file.standing
    if standing is None:
        return None
    if standing.place == "waiting" and standing.wake_on:
        return _promise(screen, standing.wake_on, _("Wakes up"), standing.hold_reason)
    if standing.place == "hoped" and standing.decision_on and standing.decision_on >= screen.today:
        text = _("Without an answer, the deal leaves the total.")
        if standing.next_on and standing.next_rule == "decision_date":
            out = screen.short(standing.next_on)
            text = one_stop(_("Without an answer, the deal leaves the total from {day}.").format(day=out))
        return _promise(screen, standing.decision_on, _("Answer expected, yes or no"), text)
    return None


def _promise(screen: Screen, on: date, title: str, text: str) -> dict[str, str]:
    return {"day": screen.short(on), "iso": on.isoformat(), "title": title, "text": text}
