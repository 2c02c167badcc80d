"""What was agreed: its proof, its milestones, the act that makes each one payable, and its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.client_page import without_nul
from comptant.doors.web.offers.agreement_view import agreement_shown
from comptant.doors.web.offers.editor_page import as_file
from comptant.doors.web.offers.found import find_agreement, find_milestone
from comptant.doors.web.reach import moment
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.typed_days import read_day
from comptant.ground.documents.queries import read
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.offers.actions import deliver, end_agreement
from comptant.journey.offers.models import Agreement

LONGEST_REASON = 2000


@require_safe
def agreement(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET shows what was agreed."""
    found = find_agreement(request, agreement_id)
    screen = Screen.of(request)
    context = agreement_shown(screen, found, request.member)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context["shell"] = shell(request, "offers", stocks, ["signed", "billable"])
    return render(request, "offers/agreement.html", context)


@require_safe
def proof(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET gives the document that proves it, to the byte."""
    found = find_agreement(request, agreement_id)
    if found.document_id is None:
        raise Http404
    return as_file(read(request.firm, found.document_id))


@require_http_methods(["GET", "POST"])
def delivery(request: MemberRequest, firm_ref: str, milestone_id: UUID) -> HttpResponse:
    """GET asks on which day the milestone was accepted; POST says so: its part may be invoiced."""
    found = find_milestone(request, milestone_id)
    screen, owner = Screen.of(request), found.agreement
    amount = screen.amount(found.net, owner.deal.currency)
    said, error = without_nul(request.POST).get("on", request.today.isoformat())[:40], ""
    if request.method == "POST":
        try:
            on = read_day(said)
            if on > request.today:
                raise Refusal("ahead_of_today", day=on)
            deliver(found, on=on, at=moment(request), by=request.member)
        except ValueError:
            error = sentence("bad_day", {"day": said})
        except Refusal as refusal:
            error = sentence(refusal.code, refusal.facts)
        else:
            done = Done(_("“{title}” is accepted: {amount} may be invoiced.").format(title=found.title, amount=amount))
            return acted(request, done, to=_address(request, owner))
    context = {
        "title": _("Delivered and accepted"), "milestone": found.title, "amount": amount, "said": said, "error": error,
        "action": reverse("milestone-delivery", args=[firm_ref, found.id]),
    }  # fmt: skip
    return _dialog(request, "offers/_delivery_dialog.html", owner, context, error)


@require_http_methods(["GET", "POST"])
def ending(request: MemberRequest, firm_ref: str, agreement_id: UUID) -> HttpResponse:
    """GET asks why, and names what will not be invoiced; POST ends the agreement."""
    found = find_agreement(request, agreement_id)
    left = agreement_shown(Screen.of(request), found, request.member)["left"]
    reason, error = without_nul(request.POST).get("reason", "").strip()[:LONGEST_REASON], ""
    if request.method == "POST":
        try:
            end_agreement(found, reason=reason, at=moment(request), by=request.member)
        except Refusal as refusal:
            error = sentence(refusal.code, refusal.facts)
        else:
            done = Done(_("The agreement has ended: {amount} will not be invoiced.").format(amount=left))
            return acted(request, done, to=_address(request, found))
    context = {
        "title": _("End the agreement"), "name": found.title, "left": left, "reason": reason, "error": error,
        "action": reverse("agreement-ending", args=[firm_ref, found.id]),
    }  # fmt: skip
    return _dialog(request, "offers/_ending_dialog.html", found, context, error)


def _address(request: MemberRequest, found: Agreement) -> str:
    return reverse("agreement", args=[request.firm.ref, found.id])


def _dialog(
    request: MemberRequest, template: str, found: Agreement, context: dict[str, Any], error: str
) -> HttpResponse:
    context |= {"dialog": template, "back": _address(request, found), "shell": shell(request, "offers")}
    return answer(request, template, context, page="web/dialog.html", status=422 if error else 200)
