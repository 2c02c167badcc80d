"""The page of whoever was sent an offer: no account, a link that is theirs alone, two answers and no maybe.

Works without a script. Accepting takes two steps: the order is shown with its total, then confirmed (C. civ. 1127-2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptant.doors.web import client_view
from comptant.ground.refusals import Refusal
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest, client_address, valid_address
from comptant.ground.web.sentences import sentence
from comptant.journey.offers.actions import note_opening
from comptant.journey.offers.by_link import code_by_link, decline_by_link, open_link, reopen_by_link, sign_by_link
from comptant.journey.offers.queries import language_for

PAGES_A_MINUTE = 60
CODES_AN_HOUR = 20
TYPED_AT_MOST = 2000

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Neither kept, nor indexed, nor asked too often from one place; what was typed holds nothing no table could."""

    def guarded(request: VisitorRequest, secret: str) -> HttpResponse:
        if not allow(f"offer:{client_address(request)}", limit=PAGES_A_MINUTE, seconds=60, now=request.now):
            return _finished(_too_often(request), "")
        request.GET, request.POST = without_nul(request.GET), without_nul(request.POST)  # type: ignore[assignment]
        return _finished(view(request, secret), "")

    return guarded


def without_nul(typed: QueryDict) -> QueryDict:
    """What was typed, but for NUL, which nobody types and no table holds.

    >>> without_nul(QueryDict("name=a%00b&name=c")).getlist("name")
    ['ab', 'c']
    """
    kept = QueryDict(mutable=True, encoding=typed.encoding)
    for name, values in typed.lists():
        kept.setlist(name.replace("\0", ""), [str(value).replace("\0", "") for value in values])
    return kept


@require_GET
@public
def offer(request: VisitorRequest, secret: str) -> HttpResponse:
    """The offer and its two answers; once answered, the receipt; after its date, to be read only."""
    with open_link(secret, now=request.now) as found:
        note_opening(found, at=request.now)
    return _page(request, secret, "choose")


@require_POST
@public
def code(request: VisitorRequest, secret: str) -> HttpResponse:
    """The first step of a yes: a code leaves by e-mail, and the order is shown again with what is taken."""
    if not allow(f"offer-code:{secret}", limit=CODES_AN_HOUR, seconds=3600, now=request.now):
        return _too_often(request)
    options = request.POST.getlist("option")
    query = f"?{urlencode({'option': options}, doseq=True)}" if options else ""
    try:
        code_by_link(secret, options=options, now=request.now)
    except Refusal as refusal:
        if refusal.code != "code_too_soon":  # the code sent a moment ago is still good
            return _page(request, secret, "choose", refusal=refusal)
    return redirect(reverse("offer-acceptance", args=[secret]) + query)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@public
def acceptance(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET shows the order and asks for name, function and code; POST signs it."""
    if request.method == "GET":
        return _page(request, secret, "sign", options=request.GET.getlist("option"))
    said = {field: request.POST.get(field, "")[:TYPED_AT_MOST] for field in ("name", "function", "code")}
    options = request.POST.getlist("option")
    try:
        sign_by_link(
            secret, **said, consents=request.POST.get("consent") == "yes", options=options, ip=valid_address(request),
            user_agent=request.headers.get("User-Agent", ""), now=request.now,
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, secret, "sign", options=options, refusal=refusal, said=said)
    return redirect("offer-page", secret=secret)


@require_http_methods(["GET", "POST"])
@public
def refusal(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET asks why in one word; POST declines."""
    if request.method == "GET":
        return _page(request, secret, "decline")
    said = {"why": request.POST.get("why", ""), "comment": request.POST.get("comment", "")[:TYPED_AT_MOST]}
    try:
        decline_by_link(secret, **said, now=request.now)
    except Refusal as refused:
        return _page(request, secret, "decline", refusal=refused, said=said)
    return redirect("offer-page", secret=secret)


@require_POST
@public
def reopening(request: VisitorRequest, secret: str) -> HttpResponse:
    """After the date, the client asks for the offer again: the seller is told."""
    try:
        reopen_by_link(secret, now=request.now)
    except Refusal as refused:
        return _page(request, secret, "choose", refusal=refused)
    return redirect("offer-page", secret=secret)


@require_GET
@public
def paper(request: VisitorRequest, secret: str) -> HttpResponse:
    """The document itself, to the byte."""
    with open_link(secret, now=request.now) as found:
        response = HttpResponse(bytes(found.document.content), content_type=found.document.media_type)
        response["Content-Disposition"] = f'inline; filename="{found.document.name}"'
    return response


def _page(
    request: VisitorRequest,
    secret: str,
    step: str,
    *,
    options: list[str] | None = None,
    refusal: Refusal | None = None,
    said: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page at a step, in the client's language; a refusal is told where it arose."""
    with open_link(secret, now=request.now) as found:
        language = language_for(found.deal.party, found.deal.firm)
        with translation.override(language):
            view = client_view.view_of(found, step, options or [], now=request.now)
            error = sentence(refusal.code, refusal.facts) if refusal else ""
            context: dict[str, Any] = {
                "offer": view, "secret": secret, "error": error, "said": said or {}, "refused": refusal,
            }  # fmt: skip
            response = render(request, "doors/offer.html", context, status=422 if refusal else 200)
    return _finished(response, language)


def _finished(response: HttpResponse, language: str) -> HttpResponse:
    add_never_cache_headers(response)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    if language:
        response["Content-Language"] = language
    return response


def _too_often(request: VisitorRequest) -> HttpResponse:
    context = {
        "title": _("Too many requests"), "text": _("Wait a minute, then open the page again."), "coin_name": "waiting",
        "status": 429,
    }  # fmt: skip
    response = render(request, "web/refused.html", context, status=429)
    response["Retry-After"] = "60"
    return response
