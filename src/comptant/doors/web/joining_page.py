"""The page of an invitation: who is asked sets a password, or signs in, and is a member."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from comptant.doors.inviting import join
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Invitation, Role, User
from comptant.ground.firms.queries import get_firm
from comptant.ground.mail.links import Found, find_link
from comptant.ground.refusals import Refusal
from comptant.ground.web.errors import refused
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest, client_address

PER_PLACE, WINDOW = 30, 60
BACKEND = "django.contrib.auth.backends.ModelBackend"


class JoiningForm(forms.Form):
    """A name and a password, for someone who has no login yet."""

    person = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    password = forms.CharField(
        label=gettext_lazy("Password"), max_length=1000, strip=False, help_text=gettext_lazy("At least 8 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: object, email: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.email = email

    def clean_password(self) -> str:
        """Long enough, and not one of those everybody tries first."""
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("person", "")))
        return password


@sensitive_post_parameters("password")
@never_cache
def joining(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET shows who asks; POST joins. An unknown or ended link is not there."""
    if not allow(f"join:{client_address(request)}", limit=PER_PLACE, seconds=WINDOW, now=request.now):
        return refused(request, Refusal("too_many_requests", seconds=WINDOW))
    found = find_link("invitation", secret, now=request.now)
    if found is None:
        raise Http404
    with firm_scope(found.firm_id):
        firm, invitation = _opened(found)
    account = User.objects.filter(email=invitation.email).first()
    if account is not None and request.user.pk == account.pk:
        return _signed_in(request, firm, invitation, secret, account)
    if account is not None:
        return redirect(f"{reverse('login')}?{urlencode({'next': reverse('join', args=[secret])})}")
    form = JoiningForm(request.POST or None, initial={"person": invitation.name}, email=invitation.email)
    if request.method != "POST" or not form.is_valid():
        return _page(request, firm, invitation, secret, form)
    return _first_time(request, firm, invitation, form)


def _opened(found: Found) -> tuple[Firm, Invitation]:
    firm = get_firm(found.firm_id)
    invitation = Invitation.objects.filter(firm=firm, id=found.subject_id).first()
    if invitation is None:
        raise Http404
    invitation.firm = firm
    return firm, invitation


def _signed_in(request: VisitorRequest, firm: Firm, invitation: Invitation, secret: str, account: User) -> HttpResponse:
    if request.method != "POST":
        return _page(request, firm, invitation, secret, None)
    return _joined(request, firm, invitation, account)


def _first_time(request: VisitorRequest, firm: Firm, invitation: Invitation, form: JoiningForm) -> HttpResponse:
    """The login is made with the membership, or not at all."""
    said = form.cleaned_data
    try:
        with firm_scope(firm.id):
            user = User.objects.create_user(invitation.email, said["password"], name=said["person"])
            join(invitation, user, at=request.now)
    except Refusal as refusal:
        return refused(request, refusal)
    login(request, user, backend=BACKEND)
    return redirect("start", firm_ref=firm.ref)


def _joined(request: HttpRequest, firm: Firm, invitation: Invitation, user: User) -> HttpResponse:
    try:
        with firm_scope(firm.id):
            join(invitation, user, at=request.now)  # type: ignore[attr-defined]
    except Refusal as refusal:
        return refused(request, refusal)
    return redirect("start", firm_ref=firm.ref)


def _page(
    request: HttpRequest, firm: Firm, invitation: Invitation, secret: str, form: JoiningForm | None
) -> HttpResponse:
    context = {
        "form": form,
        "title": _("Join {firm}").format(firm=firm.name),
        "text": _("As {role}, with {email}.").format(role=Role(invitation.role).label, email=invitation.email),
        "action": reverse("join", args=[secret]),
    }
    response = render(request, "doors/joining.html", context, status=422 if form is not None and form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response
