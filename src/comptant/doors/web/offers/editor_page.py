"""The page of an offer: written while it is a draft, saved as it is typed; read once it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comptant.doors.web import client_view, figures_of
from comptant.doors.web.client_page import without_nul
from comptant.doors.web.offers import editor_view as view
from comptant.doors.web.offers import words
from comptant.doors.web.offers.found import find_offer
from comptant.doors.web.offers.typed import Typed, blank, draft_of, read_typed, refuse, typed_of, without
from comptant.doors.web.reach import find_deal, moment
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.documents.models import Document
from comptant.ground.documents.queries import read
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, OutOfDate, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role
from comptant.journey.offers import paper, queries
from comptant.journey.offers.actions import draft_offer, revise_offer
from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.validity import DRAFT

_REMOVED = re.compile(r"remove-(line|part|benefit)-([0-9]{1,3})")
_ADDED = re.compile(r"add-(line|part|benefit)")


@require_safe
def offer(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """GET shows the offer: a form while it may be changed, its text otherwise."""
    found = find_offer(request, offer_id)
    return render(request, "offers/offer.html", page_of(request, found))


@require_POST
def draft(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """POST saves what is typed; ``act`` also adds or takes away a row. Typed on, it is saved without a word lost."""
    found = find_offer(request, offer_id)
    form = without_nul(request.POST)
    must_be_current(found, form.get("written", ""))
    typed, act = read_typed(form), form.get("act", "")
    changed = change_rows(typed, act, found.deal.firm.country, Screen.of(request).language)
    saved = save(typed, Screen.of(request).language, lambda said: revise_offer(
        found, at=moment(request), by=request.member, **said
    ))  # fmt: skip
    if act == "typing" and request.htmx:
        return _autosaved(request, saved or found, typed, bool(saved))
    if saved and not changed:
        done = Done(_("Offer {number} is saved.").format(number=found.number))
        return acted(request, done, to=reverse("offer", args=[firm_ref, found.id]))
    context = page_of(request, saved or found, typed, is_saved=bool(saved))
    if changed and changed.startswith("add-"):
        typed.errors.clear()
        context["form"] = view.form_of(typed, context["sums"] if saved else {}, changed.removeprefix("add-"))
    template = "offers/_form.html" if request.htmx else "offers/offer.html"
    return render(request, template, context, status=422 if typed.errors else 200)


@require_http_methods(["GET", "POST"])
def new_offer(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows an empty offer of the deal; POST begins it."""
    deal, language = find_deal(request, deal_ref), Screen.of(request).language
    form = without_nul(request.POST)
    typed = read_typed(form) if request.method == "POST" else Typed({"title": deal.title})
    if request.method != "POST":
        typed.rows["line"] = [blank("line", deal.firm.country, language)]
        return render(request, "offers/offer.html", beginning(request, deal, typed))
    changed = change_rows(typed, form.get("act", ""), deal.firm.country, language)
    if changed:
        context = beginning(request, deal, typed)
        if changed.startswith("add-"):
            context["form"] = view.form_of(typed, {}, changed.removeprefix("add-"))
        return render(request, "offers/_form.html" if request.htmx else "offers/offer.html", context)
    begun = save(typed, language, lambda said: draft_offer(deal, at=moment(request), by=request.member, **said))
    if begun:
        done = Done(_("Offer {number} is begun.").format(number=begun.number))
        return acted(request, done, to=reverse("offer", args=[firm_ref, begun.id]))
    if not typed.rows["line"]:
        typed.rows["line"] = [blank("line", deal.firm.country, language)]
    template = "offers/_form.html" if request.htmx else "offers/offer.html"
    return render(request, template, beginning(request, deal, typed), status=422)


@require_POST
def versions(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """POST begins the next version of what was sent; the one at the client's can be answered meanwhile."""
    found = find_offer(request, offer_id)
    following = revise_offer(found, at=moment(request), by=request.member)
    done = Done(_("Version {version} is begun.").format(version=following.version))
    return acted(request, done, to=reverse("offer", args=[firm_ref, following.id]))


@require_safe
def pdf(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """The PDF that was sent, to the byte; of a draft, as it would be."""
    found = find_offer(request, offer_id)
    if found.document_id is not None:
        return as_file(read(request.firm, found.document_id))
    response = HttpResponse(paper.offer_pdf(found, at=moment(request)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}-v{found.version}.pdf"'
    return response


@require_safe
def preview(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """The client's page as it is or will be, to look at or to show while presenting: nothing can be answered on it."""
    found = find_offer(request, offer_id)
    with translation.override(queries.language_for(found.deal.party, found.deal.firm)):
        context = {
            "offer": client_view.preview_of(found, now=moment(request)), "secret": "", "error": "", "said": {},
            "back": reverse("offer", args=[firm_ref, found.id]),
        }  # fmt: skip
        return render(request, "doors/offer.html", context)


def as_file(document: Document) -> HttpResponse:
    """The bytes of a document, to keep and not to run."""
    response = HttpResponse(bytes(document.content), content_type=document.media_type)
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_. ") else "_" for sign in document.name)
    kind = "inline" if document.media_type == "application/pdf" else "attachment"
    response["Content-Disposition"] = f'{kind}; filename="{safe}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def must_be_current(found: Offer, written: str) -> None:
    """Raises OutOfDate when the version was sent or changed after the form was made."""
    if found.sent_at is not None:
        text = _("Version {version} of offer {number} was sent meanwhile. Begin the next version to change it.")
        raise OutOfDate(text.format(version=found.version, number=found.number))
    if written and written != view.mark_of(found, queries.lines_of(found), queries.parts_drafted(found)):
        text = _("Offer {number} was changed elsewhere while you were writing. Nothing of this form was recorded.")
        raise OutOfDate(text.format(number=found.number))


def change_rows(typed: Typed, act: str, country: str, language: str) -> str:
    """Add or take away the row that a button names; what it did comes back, or nothing."""
    if added := _ADDED.fullmatch(act):
        typed.rows[added[1]].append(blank(added[1], country, language))
        return act
    if removed := _REMOVED.fullmatch(act):
        typed.rows[removed[1]] = without(typed.rows[removed[1]], int(removed[2]))
        return act
    return ""


def save(typed: Typed, language: str, write: Callable[[dict[str, Any]], Offer]) -> Offer | None:
    """What the action wrote, when all that is typed can be read and the room takes it; else the errors are told."""
    said = draft_of(typed, language)
    if typed.errors:
        return None
    try:
        return write(said)
    except Refusal as refusal:
        refuse(typed, refusal)
        return None


def page_of(
    request: MemberRequest, found: Offer, typed: Typed | None = None, *, is_saved: bool = True
) -> dict[str, Any]:
    """The context of the page; ``typed`` stands in its form when it differs from what is kept."""
    screen, sells = Screen.of(request), has_role(request.member, SELLING)
    found.deal.firm = request.firm
    versions = queries.versions_of(found)
    states = queries.states_of([*versions], request.today)
    lines, parts = queries.lines_of(found), queries.parts_drafted(found)
    sums, state = view.sums_of(screen, found, lines, parts), states[found.id]
    is_form = state == DRAFT and sells
    place = queries.place_of(found.deal)
    context = {
        "title": found.number, "number": found.number, "version": found.version, "place": place or "hoped",
        "state_words": words.state_words(found, state), "is_form": is_form, "sells": sells,
        "deal": {"name": found.deal.party.name, "url": reverse("deal", args=[screen.firm_ref, found.deal.ref])},
        "list_url": reverse("deal-offers", args=[screen.firm_ref, found.deal.ref]),
        "lede": view.lede_of(screen, found, versions, states), "offer": found, "sums": sums,
        "notice": view.notice_of(screen, found, state, versions, states),
        "answer": view.answer_of(screen, found, state), "tools": view.tools_of(request, found, state, versions),
        "margin": view.margin_of(screen, found, lines) if sells else None,
        "checks": view.checks_of(found, lines, parts, request.today) if is_form else [],
        "presented": view.presentations(screen, versions),
        "versions": view.versions_shown(screen, versions, states, found),
        "sealed": view.fingerprint(versions), "sees_costs": sells,
    }  # fmt: skip
    if is_form:
        shown = typed or typed_of(found, screen.language, queries.as_drafted(lines), parts)
        context["form"] = view.form_of(shown, sums if is_saved else {})
        context["written"] = view.mark_of(found, lines, parts)
        context["save_url"] = reverse("offer-draft", args=[screen.firm_ref, found.id])
    else:
        context |= view.text_of(screen, found, lines, parts, sums, sells)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    return context | {"shell": shell(request, "offers", stocks, [place] if place else [])}


def beginning(request: MemberRequest, deal: Any, typed: Typed) -> dict[str, Any]:
    """The context of an offer that is not yet begun."""
    screen = Screen.of(request)
    place = queries.place_of(deal) or "hoped"
    stocks = figures_of.today(request.firm, request.today, screen.home)
    return {
        "title": _("New offer"), "place": place, "is_form": True, "is_new": True, "sells": True,
        "deal": {"name": deal.party.name, "url": reverse("deal", args=[screen.firm_ref, deal.ref])},
        "list_url": reverse("deal-offers", args=[screen.firm_ref, deal.ref]), "lede": deal.title or deal.ref,
        "form": view.form_of(typed, {}), "sums": {}, "tools": {},
        "save_url": reverse("deal-new-offer", args=[screen.firm_ref, deal.ref]),
        "shell": shell(request, "offers", stocks, [place]),
    }  # fmt: skip


def _autosaved(request: MemberRequest, saved: Offer, typed: Typed, is_saved: bool) -> HttpResponse:
    """A sentence for the status, and out of band the figures that what was typed moved."""
    screen = Screen.of(request)
    saved.deal.firm = request.firm
    lines, parts = queries.lines_of(saved), queries.parts_drafted(saved)
    sums = view.sums_of(screen, saved, lines, parts)
    context = {
        "is_saved": is_saved, "hour": screen.hour(_local(request)), "error": next(iter(typed.errors.values()), ""),
        "form": view.form_of(typed, sums if is_saved else {}), "sums": sums,
        "written": view.mark_of(saved, lines, parts),
        "margin": view.margin_of(screen, saved, lines),
        "checks": view.checks_of(saved, lines, parts, request.today), "oob": True,
    }  # fmt: skip
    return render(request, "offers/_autosaved.html", context)


def _local(request: MemberRequest) -> datetime:
    return request.now.astimezone(request.firm.tz)
