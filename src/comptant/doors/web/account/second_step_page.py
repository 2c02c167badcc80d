"""The second step of signing in: laying it, asking for it, taking it away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import segno
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from comptant.doors.web.account.account_page import ProvenForm, me, page
from comptant.doors.web.entrance import BACKEND, PENDING, after_signing_in
from comptant.ground.access import second_step
from comptant.ground.firms.models import User
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest
from comptant.ground.web.sentences import sentence

TRIES, WINDOW = 5, 900
GOOD_FOR = timedelta(minutes=5)
"""How long after the password its code may come."""


class CodeForm(forms.Form):
    """Six digits, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=20,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "one-time-code", "autofocus": True}),
    )  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_steps(request: VisitorRequest) -> HttpResponse:
    """GET shows the picture to scan; POST confirms it with its first code, and shows the recovery codes once."""
    user = me(request)
    if second_step.is_asked(user):
        return redirect("account")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _knock(request, user)
            codes = second_step.confirm(user, form.cleaned_data["code"], at=request.now)
        except Refusal as refusal:
            form.add_error("code", sentence(refusal.code, refusal.facts))
        else:
            return _told(request, codes)
    secret = second_step.begin(user, at=request.now)
    address = second_step.address_for(user, secret)
    picture = segno.make(address, error="m", micro=False).svg_inline(scale=5, border=2, svgclass="qr", lineclass=None)
    context = {
        "form": form,
        "picture": mark_safe(picture),  # noqa: S308 - made here from our own address
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "address": address,
    }
    return render(request, "account/second_step.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_POST
def removal(request: VisitorRequest) -> HttpResponse:
    """POST takes the second step away, with the password."""
    form = ProvenForm(request, request.POST, auto_id="steps-%s")
    if not form.is_valid():
        return page(request, {"steps_form": form}, status=422)
    second_step.end(me(request))
    return acted(request, Done(_("The second step is off: your password is enough again.")), to=reverse("account"))


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_POST
def recovery_codes(request: VisitorRequest) -> HttpResponse:
    """POST makes new recovery codes, with the password, and shows them once."""
    user = me(request)
    form = ProvenForm(request, request.POST, auto_id="codes-%s")
    if not form.is_valid() or not second_step.is_asked(user):
        return page(request, {"codes_form": form}, status=422)
    return _told(request, second_step.new_recovery_codes(user))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: VisitorRequest) -> HttpResponse:
    """GET asks for the code of who has just given their password; POST opens the session."""
    user = _who_waits(request)
    if user is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _knock(request, user)
            second_step.check(user, form.cleaned_data["code"], at=request.now)
        except Refusal as refusal:
            form.add_error("code", sentence(refusal.code, refusal.facts))
        else:
            wanted = request.session.pop(PENDING)["next"]
            login(request, user, backend=BACKEND)
            return redirect(after_signing_in(request, wanted))
    return render(request, "account/code.html", {"form": form}, status=422 if form.errors else 200)


def _who_waits(request: VisitorRequest) -> User | None:
    """Who gave their password less than five minutes ago, in this very browser, and has it still."""
    waits: dict[str, Any] | None = request.session.get(PENDING)
    if not waits or datetime.fromisoformat(waits["at"]) + GOOD_FOR < request.now:
        return None
    found: User | None = User.objects.filter(pk=waits["user"], is_active=True).first()
    return found if found and constant_time_compare(waits.get("proof", ""), found.get_session_auth_hash()) else None


def _knock(request: VisitorRequest, user: User) -> None:
    """Raises Refusal too_many_requests after five codes in a quarter of an hour, right or wrong."""
    if not allow(f"second-step:{user.pk}", limit=TRIES, seconds=WINDOW, now=request.now):
        raise Refusal("too_many_requests", seconds=WINDOW)


def _told(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "account/recovery_codes.html", {"codes": codes})
