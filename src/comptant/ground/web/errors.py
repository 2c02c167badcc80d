"""Pages that say no: not found, refused, out of date, our fault. Never a traceback, always a next step."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import READING, has_role
from comptant.ground.web.sentences import sentence

log = logging.getLogger("comptant.web")


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """422: what our rules do not allow, in a sentence. HTMX gets a notice, everyone else a page."""
    text = sentence(refusal.code, refusal.facts)
    return _answer(request, 422, _("This cannot be done"), text, coin="declined")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request cannot be read."""
    text = _("The request could not be read. Nothing was recorded.")
    return _answer(request, 400, _("This request makes no sense to us"), text, coin="lost")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known, but not allowed."""
    text = _("Your role in this firm does not allow it. An owner can change your role.")
    return _answer(request, 403, _("This is not for you to do"), text, coin="declined")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or comes from elsewhere."""
    text = _("The form waited too long, or was not sent from here. Nothing was recorded: go back and send it again.")
    return _answer(request, 403, _("This form is out of date"), text, coin="stalled")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words whether it does not exist or belongs to another firm."""
    text = _("The address does not exist, or this file belongs to another firm. Not one euro has moved.")
    return _answer(request, 404, _("This page has vanished"), text, coin="vanished")


def out_of_date(request: HttpRequest, text: str) -> HttpResponse:
    """409: someone else changed it meanwhile; ``text`` says what and who."""
    return _answer(request, 409, _("Someone was faster"), text, coin="stalled")


def sent_before(request: HttpRequest) -> HttpResponse:
    """409: the same form came twice; it acted once, and nothing more was done."""
    text = _("This form was already sent, and what it asked was done once. Look at the page as it is now.")
    return _answer(request, 409, _("Already recorded"), text, coin="cashed")


def our_fault(request: HttpRequest) -> HttpResponse:
    """500: with a reference that the log has too. Nothing of the request is shown."""
    reference = f"{secrets.token_hex(1)}-{secrets.token_hex(2)}".upper()
    route = request.resolver_match.route if request.resolver_match else "?"  # the address itself may hold a secret
    log.error("error page shown, reference %s, %s %s", reference, request.method, route)
    text = _("Nothing was recorded by half. The details are in the log, reference {reference}. Try again in a minute.")
    return _answer(request, 500, _("This one is our fault"), text.format(reference=reference), coin="disputed")


def _answer(request: HttpRequest, status: int, title: str, text: str, *, coin: str) -> HttpResponse:
    context = {"title": title, "text": text, "coin_name": coin, "status": status}
    if getattr(request, "htmx", None):
        context |= {"kind": "risk" if status >= 500 else "warning", "icon_name": "alert"}
        return HttpResponse(render_to_string("web/_notice.html", context), status=status)
    return render(request, "web/refused.html", context | _next_steps(request), status=status)


def _next_steps(request: HttpRequest) -> dict[str, str]:
    """Where one may go from here: to today and the search of the firm one is in, else to the start."""
    firm, member = getattr(request, "firm", None), getattr(request, "member", None)
    if firm is None or member is None or not has_role(member, READING):
        return {}
    return {"today_url": reverse("start", args=[firm.ref]), "search_url": reverse("search", args=[firm.ref])}
