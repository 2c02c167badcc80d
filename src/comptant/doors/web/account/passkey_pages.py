"""Passkeys: adding one to an account, signing in with it, removing it. Their questions and answers are JSON."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from comptant.doors.web.account.account_page import ProvenForm, me
from comptant.doors.web.entrance import BACKEND, after_signing_in, safe_next
from comptant.ground.access import passkeys
from comptant.ground.access.models import Passkey
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest, client_address
from comptant.ground.web.sentences import sentence

PER_PLACE, WINDOW = 30, 60
MAKING, ASKING = "passkey_making", "passkey_asking"
LONGEST = 20_000


class PasskeyForm(ProvenForm):
    """A name for the key, and the password."""

    name = forms.CharField(label=gettext_lazy("Name of the device"), max_length=80)


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_POST
def new_passkey(request: VisitorRequest) -> HttpResponse:
    """POST, with the password, answers what a device needs to make a key."""
    form = PasskeyForm(request, request.POST)
    if not form.is_valid():
        return _refused(str(next(iter(form.errors.values()))[0]))
    try:
        asked = passkeys.ask_for_a_new_key(me(request), site_of(request))
    except Refusal as refusal:
        return _refused(sentence(refusal.code, refusal.facts))
    request.session[MAKING] = {"challenge": asked.challenge, "name": form.cleaned_data["name"]}
    return JsonResponse(asked.options)


@never_cache
@login_required
@require_POST
def own_passkeys(request: VisitorRequest) -> HttpResponse:
    """POST keeps the key that a device has made."""
    asked = request.session.pop(MAKING, None)
    try:
        answer = _read(request)
        if asked is None:
            raise Refusal("passkey_refused")
        user = me(request)
        made = passkeys.add(user, answer, asked["name"], asked["challenge"], site_of(request), at=request.now)
    except Refusal as refusal:
        return _refused(sentence(refusal.code, refusal.facts))
    messages.success(request, _("The passkey “{name}” opens your account.").format(name=made.name))
    return JsonResponse({"to": reverse("account")})


@never_cache
@login_required
@require_POST
def passkey_removal(request: VisitorRequest, passkey_id: UUID) -> HttpResponse:
    """POST removes the key: it opens nothing any more."""
    key = Passkey.objects.filter(user=me(request), id=passkey_id).first()
    if key is None:
        raise Http404
    key.delete()
    text = _("The passkey “{name}” opens nothing any more.").format(name=key.name)
    return acted(request, Done(text), to=reverse("account"))


@never_cache
@require_POST
def passkey_question(request: VisitorRequest) -> HttpResponse:
    """POST answers what a device needs to say whose key it holds."""
    if not allow(f"passkey:{client_address(request)}", limit=PER_PLACE, seconds=WINDOW, now=request.now):
        return _refused(sentence("too_many_requests", {"seconds": WINDOW}), 429)
    asked = passkeys.ask_who_it_is(site_of(request))
    request.session[ASKING] = asked.challenge
    return JsonResponse(asked.options)


@never_cache
@require_POST
def passkey_answer(request: VisitorRequest) -> HttpResponse:
    """POST opens the session of who holds the key."""
    challenge = request.session.pop(ASKING, "")
    try:
        if not challenge:
            raise Refusal("passkey_refused")
        user = passkeys.who_is_it(_read(request), challenge, site_of(request), at=request.now)
    except Refusal as refusal:
        return _refused(sentence(refusal.code, refusal.facts))
    login(request, user, backend=BACKEND)
    return JsonResponse({"to": after_signing_in(request, safe_next(request))})


def site_of(request: VisitorRequest) -> passkeys.Site:
    """The site as the browser knows it: ALLOWED_HOSTS has checked its name."""
    host = request.get_host()
    return passkeys.Site(host.rsplit(":", 1)[0] if not host.endswith("]") else host, f"{request.scheme}://{host}")


def _read(request: VisitorRequest) -> dict[str, Any]:
    """The JSON of the request. Raises Refusal passkey_refused when it is none."""
    try:
        said = json.loads(request.body[:LONGEST])
    except ValueError as error:
        raise Refusal("passkey_refused") from error
    if not isinstance(said, dict):
        raise Refusal("passkey_refused")
    return said


def _refused(text: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)
