"""One's own account: name, language, password, keys, what one signs in with. It belongs to a person, not to a firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from comptant.doors.web.entrance import LONGEST_PASSWORD, OWN_NAMES
from comptant.ground.access import second_step
from comptant.ground.access.models import Passkey
from comptant.ground.firms.models import User
from comptant.ground.web.days import plain_day
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest

TRIES, WINDOW = 10, 900
"""Wrong passwords on these pages, and the seconds after which the count starts anew."""


class PersonForm(forms.Form):
    """Who one is on every screen."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your screens"), required=False,
        choices=[("", gettext_lazy("The firm’s")), *OWN_NAMES.items()],
    )  # fmt: skip
    keys = forms.BooleanField(label=gettext_lazy("Single-letter keys act"), required=False)


class PasswordField(forms.CharField):
    """A password: never shown again, never trimmed."""

    def __init__(self, label: Any, autocomplete: str, **more: Any) -> None:
        widget = forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete})
        super().__init__(label=label, max_length=LONGEST_PASSWORD, strip=False, widget=widget, **more)


class ProvenForm(forms.Form):
    """What asks for the password again, so that an open session is not enough."""

    password = PasswordField(gettext_lazy("Your password"), "current-password")

    def __init__(self, request: VisitorRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        """The password of who signs in."""
        user, now = self.request.user, self.request.now
        if not allow(f"own-password:{user.pk}", limit=TRIES, seconds=WINDOW, now=now):
            raise ValidationError(_("Too many tries. Wait a quarter of an hour."))
        password = str(self.cleaned_data["password"])
        if not user.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password


class PasswordForm(ProvenForm):
    """Another password."""

    new = PasswordField(gettext_lazy("New password"), "new-password", help_text=gettext_lazy("At least 8 characters."))

    def clean_new(self) -> str:
        """Long enough, and not one of those everybody tries first."""
        validate_password(str(self.cleaned_data["new"]), self.request.user)  # type: ignore[arg-type]
        return str(self.cleaned_data["new"])


@never_cache
@login_required
def account(request: VisitorRequest) -> HttpResponse:
    """GET shows the account; POST saves name, language and keys."""
    _remember_back(request)
    if request.method != "POST":
        return page(request)
    form = PersonForm(request.POST, auto_id="person-%s")
    if not form.is_valid():
        return page(request, {"person_form": form}, status=422)
    said = form.cleaned_data
    User.objects.filter(pk=me(request).pk).update(
        name=said["name"], language=said["language"], keys_off=not said["keys"]
    )
    with override(said["language"] or None):
        response = acted(request, Done(_("Saved.")), to=reverse("account"))
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


@sensitive_post_parameters("password", "new")
@never_cache
@login_required
@require_POST
def password(request: VisitorRequest) -> HttpResponse:
    """POST changes the password; sessions elsewhere end."""
    form = PasswordForm(request, request.POST, auto_id="password-%s")
    if not form.is_valid():
        return page(request, {"password_form": form}, status=422)
    user = me(request)
    user.set_password(form.cleaned_data["new"])
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    return acted(request, Done(_("Your password is changed. Sessions elsewhere are over.")), to=reverse("account"))


def me(request: HttpRequest) -> User:
    """Who signed in, as the table says now."""
    return User.objects.get(pk=str(request.user.pk))


def page(request: VisitorRequest, more: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page with its forms as they stand; ``more`` holds those that were refused."""
    user = me(request)
    person = {"name": user.name, "language": user.language, "keys": not user.keys_off}
    language, today = request.LANGUAGE_CODE, request.now.date()
    context = {
        "person": user,
        "person_form": PersonForm(initial=person, auto_id="person-%s"),
        "password_form": PasswordForm(request, auto_id="password-%s"),
        "passkey_form": ProvenForm(request, auto_id="passkey-%s"),
        "steps_form": ProvenForm(request, auto_id="steps-%s"),
        "codes_form": ProvenForm(request, auto_id="codes-%s"),
        "has_second_step": second_step.is_asked(user),
        "codes_left": second_step.codes_left(user),
        "passkeys": [
            {
                "id": one.id,
                "name": one.name,
                "made": plain_day(one.made_at.date(), language, today),
                "used": plain_day(one.used_at.date(), language, today) if one.used_at else "",
            }
            for one in Passkey.objects.filter(user=user).order_by("made_at")
        ],
        "back": request.session.get("account_back", reverse("firms")),
        **(more or {}),
    }
    return render(request, "account/account.html", context, status=status)


def _remember_back(request: VisitorRequest) -> None:
    """The firm's page one came from, so that there is a way back to it."""
    back = request.GET.get("back", "")
    if back.startswith("/f/") and url_has_allowed_host_and_scheme(back, None):
        request.session["account_back"] = back[:200]
