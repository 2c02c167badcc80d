"""Presenting an offer, then sending it: two dialogs, each of which is a page of its own without script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.client_page import without_nul
from comptant.doors.web.offers import words
from comptant.doors.web.offers.editor_page import must_be_current
from comptant.doors.web.offers.editor_view import mark_of
from comptant.doors.web.offers.found import find_offer
from comptant.doors.web.reach import moment
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.typed_days import read_day
from comptant.ground.firms.models import Role
from comptant.ground.parties.models import Contact
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.offers import queries
from comptant.journey.offers.actions import present_offer, send_offer
from comptant.journey.offers.models import Offer, OfferKind
from comptant.journey.offers.rules.drafts import has_deposit
from comptant.journey.pipeline.actions import say
from comptant.journey.prospects.actions import may_commit, override_limit

TO_FIELD = ("email_needed", "bad_address")
EXPOSED = ("over_limit", "red_party")
LONGEST = 300

Said = dict[str, str]


@require_http_methods(["GET", "POST"])
def presentations(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """GET asks how, when and with whom; POST says it was presented, or that the client accepted a meeting for it."""
    found = find_offer(request, offer_id)
    if request.method != "POST":
        return _present_dialog(request, found, {"how": "in_person", "on": request.today.isoformat()}, {})
    said = _said(request, "how", "on", "with_whom", "act")
    errors: Said = {}
    try:
        done = _presented(request, found, said)
    except ValueError:
        errors["on"] = sentence("bad_day", {"day": said["on"][:40]})
    except Refusal as refusal:
        errors["how" if refusal.code == "unknown_manner" else "on"] = sentence(refusal.code, refusal.facts)
    if errors:
        return _present_dialog(request, found, said, errors)
    return acted(request, done, to=reverse("offer", args=[firm_ref, found.id]))


def _presented(request: MemberRequest, found: Offer, said: Said) -> Done:
    """What was said is recorded. Raises ValueError when the day is none, and the refusals of the rooms."""
    on, screen = read_day(said["on"]), Screen.of(request)
    if said["act"] == "agreed" and on >= request.today:
        details = {"meeting_on": on.isoformat(), "with": said["with_whom"], "offer": found.number}
        say(found.deal, "meeting_accepted", details, at=moment(request), by=request.member)
        return Done(_("The client expects you on {day}. Silence waits until then.").format(day=screen.long(on)))
    if on > request.today:
        raise Refusal("ahead_of_today", day=on)
    present_offer(found, how=said["how"], on=on, with_whom=said["with_whom"], at=moment(request), by=request.member)
    return Done(_("Offer {number} was presented on {day}.").format(number=found.number, day=screen.plain(on)))


def _present_dialog(request: MemberRequest, found: Offer, said: Said, errors: Said) -> HttpResponse:
    context = {
        "title": _("Present offer {number}").format(number=found.number), "number": found.number, "said": said,
        "errors": errors, "manners": [(key, words.MANNERS[key]) for key in ("video", "in_person", "phone")],
        "action": reverse("offer-presentations", args=[request.firm.ref, found.id]),
        "preview": reverse("offer-preview", args=[request.firm.ref, found.id]),
        "may_agree": found.kind == OfferKind.SALE,
    }  # fmt: skip
    return _dialog(request, "offers/_present_dialog.html", found, context, errors)


@require_http_methods(["GET", "POST"])
def sending(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """GET asks to whom, and names the amount; POST seals and sends. Beyond a limit, an owner may say why they go on."""
    found = find_offer(request, offer_id)
    if request.method != "POST":
        return _send_dialog(request, found, {"to": found.deal.party.email}, _exposure(found))
    said = _said(request, "to", "reason", "written")
    must_be_current(found, said["written"])
    try:
        if said["reason"]:
            override_limit(found.deal, reason=said["reason"], at=moment(request), by=request.member)
        sent = send_offer(found, to=said["to"], at=moment(request), by=request.member)
    except Refusal as refusal:
        return _send_dialog(request, found, said, refusal, status=422)
    done = _("Offer {number} is sealed and sent to {to}: {amount}.").format(
        number=sent.number, to=sent.sent_to, amount=_gross(request, sent)
    )
    return acted(request, Done(done), to=reverse("offer", args=[firm_ref, found.id]))


def _exposure(found: Offer) -> Refusal | None:
    """Why the client's limit or light would refuse it, told before anything is typed."""
    try:
        parts = queries.parts_drafted(found)
        may_commit(found.deal, found.net + found.tax, has_deposit=has_deposit(parts))
    except Refusal as refusal:
        return refusal
    return None


def _send_dialog(
    request: MemberRequest, found: Offer, said: Said, refusal: Refusal | None, status: int = 200
) -> HttpResponse:
    contacts = Contact.objects.filter(firm=request.firm, party=found.deal.party).exclude(email="")
    told = sentence(refusal.code, refusal.facts) if refusal else ""
    is_exposed = refusal is not None and refusal.code in EXPOSED
    is_address = refusal is not None and refusal.code in TO_FIELD
    context = {
        "title": _("Seal and send offer {number}").format(number=found.number), "number": found.number,
        "version": found.version, "said": said, "amount": _gross(request, found), "party": found.deal.party.name,
        "addresses": list(contacts.values_list("email", "name")[:20]), "error": "" if is_address else told,
        "to_error": told if is_address else "", "is_exposed": is_exposed,
        "may_override": is_exposed and request.member.role == Role.OWNER,
        "is_presented": found.presented_on is not None,
        "decision": Screen.of(request).long(found.decision_on) if found.decision_on else "",
        "action": reverse("offer-sending", args=[request.firm.ref, found.id]),
        "present": reverse("offer-presentations", args=[request.firm.ref, found.id]),
        "written": mark_of(found, queries.lines_of(found), queries.parts_drafted(found)),
    }  # fmt: skip
    return _dialog(request, "offers/_send_dialog.html", found, context, {"": told} if status == 422 else {})


def _dialog(request: MemberRequest, template: str, found: Offer, context: dict[str, Any], errors: Said) -> HttpResponse:
    context |= {
        "dialog": template, "back": reverse("offer", args=[request.firm.ref, found.id]),
        "shell": shell(request, "offers"),
    }  # fmt: skip
    return answer(request, template, context, page="web/dialog.html", status=422 if errors else 200)


def _said(request: MemberRequest, *names: str) -> Said:
    form = without_nul(request.POST)
    return {name: form.get(name, "").strip()[:LONGEST] for name in names}


def _gross(request: MemberRequest, found: Offer) -> str:
    amount = Screen.of(request).amount(found.net + found.tax, found.deal.currency)
    return _("{amount} inc VAT").format(amount=amount)
