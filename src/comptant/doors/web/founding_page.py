"""Founding a firm: by someone who signs in already, or, once, by the first person of an installation."""

from __future__ import annotations

from django import forms
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from comptant.doors.founding import found_once, is_house_open, is_key_ours, open_house, waiting_firms
from comptant.doors.web.entrance import is_plain, let_in
from comptant.ground.firms.models import User

PLACES = [("FR", _("France, in euros")), ("CA", _("Québec, in Canadian dollars"))]


class FirmForm(forms.Form):
    """A name and a place; the rest follows from the place."""

    name = forms.CharField(label=_("Name of the firm"), max_length=200)
    place = forms.ChoiceField(label=_("Where it is"), choices=PLACES)


class FirstAccountForm(FirmForm):
    """The same, with the login of its owner."""

    person = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("Password"), max_length=1000, strip=False, help_text=_("At least 8 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    field_order = ("person", "email", "password", "name", "place")

    def clean_email(self) -> str:
        """Nobody signs in with it yet."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Someone signs in with this e-mail already."))
        return email

    def clean_password(self) -> str:
        """Long enough, and not one of those everybody tries first."""
        password = str(self.cleaned_data["password"])
        said = self.cleaned_data
        validate_password(password, User(email=said.get("email", ""), name=said.get("person", "")))
        return password


@login_required
def new_firm(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST founds the firm, owned by who asks."""
    form = FirmForm(request.POST or None)
    if form.is_valid():
        owner = User.objects.get(pk=str(request.user.pk))
        firm = found_once(form.cleaned_data["name"], form.cleaned_data["place"], _language(form), owner)
        return redirect("start", firm_ref=firm.ref)
    return _page(request, form, _("A new firm"), reverse("new-firm"))


@sensitive_post_parameters("password")
@never_cache
def first_account(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows the form; POST makes the first account and its firm, and signs in. Any other time: 404."""
    if not is_key_ours(key):
        raise Http404
    if not is_house_open():
        return _sent_twice(request)
    form, title = FirstAccountForm(request.POST or None), _("Your account and your firm")
    if waiting_firms():
        title = _("Your account")
        del form.fields["name"], form.fields["place"]
    if not form.is_valid():
        return _page(request, form, title, reverse("first-account", args=[key]))
    said = form.cleaned_data
    name, place = said.get("name", ""), said.get("place", "FR")
    opened = open_house(said["person"], said["email"], said["password"], name, place, _language(form))
    if opened is None:
        return _sent_twice(request)
    owner, firm = opened
    login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("start", firm_ref=firm.ref)


def _sent_twice(request: HttpRequest) -> HttpResponse:
    """The house is closed: 404, but for who has just opened it with this very form and pressed twice."""
    email, password = request.POST.get("email", "").strip().lower(), request.POST.get("password", "")
    owner = authenticate(request, email=email, password=password) if is_plain(email, password) else None
    if owner is None:
        raise Http404
    return let_in(request, owner, reverse("firms"))


def _language(form: FirmForm) -> str:
    """Québec speaks its own French; elsewhere the language of the screen."""
    language = (get_language() or "fr").lower()
    return "fr-ca" if form.cleaned_data.get("place") == "CA" and language.startswith("fr") else language


def _page(request: HttpRequest, form: FirmForm, title: object, action: str) -> HttpResponse:
    back = reverse("firms") if request.user.is_authenticated else ""
    context = {"form": form, "title": title, "action": action, "back": back}
    return render(request, "doors/founding.html", context, status=422 if form.errors else 200)
