"""Settings: the team, its roles, invitations; tokens of the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from comptant.doors.inviting import invite, withdraw
from comptant.doors.web.account.settings_layout import SettingForm, page
from comptant.doors.web.screen import Screen
from comptant.doors.web.typed_days import must_be_lived
from comptant.ground.firms import joining
from comptant.ground.firms.models import ApiToken, Invitation, Member, Role
from comptant.ground.firms.tokens import SCOPES, make_token, revoke_token
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence

MOST = 100

MAY: dict[Role, Any] = {
    Role.OWNER: gettext_lazy("everything; goes beyond a limit, with a reason"),
    Role.MANAGER: gettext_lazy("everything but the settings; coaches, assigns dated actions"),
    Role.SELLER: gettext_lazy("their own deals, offers and reminders"),
    Role.STAFF: gettext_lazy("notes extra requests, nothing else"),
    Role.ACCOUNTANT: gettext_lazy("invoices, bank, exports; matches"),
    Role.MENTOR: gettext_lazy("reads and comments"),
}


class InvitationForm(SettingForm):
    """Whom to ask, and as what."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.SELLER)


class TokenForm(SettingForm):
    """What a program may do in the member's name."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=120)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple, initial=["read"],
    )  # fmt: skip
    expires_on = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        validators=[must_be_lived], help_text=gettext_lazy("Empty: until it is revoked."),
    )  # fmt: skip


def team(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows who is in the firm and who is asked."""
    return _team(request)


@require_POST
def role(request: MemberRequest, firm_ref: str, member_id: UUID) -> HttpResponse:
    """POST gives a member another role; the last owner keeps theirs."""
    member, wanted = _member(request, member_id), request.POST.get("role", "")
    if wanted not in Role.values:
        raise Http404
    try:
        joining.change_role(member, Role(wanted))
    except Refusal as refusal:
        return _team(request, refusal=refusal)
    done = Done(_("{name} is now: {role}.").format(name=member.name, role=Role(wanted).label))
    return acted(request, done, to=_back(request))


@require_POST
def leaving(request: MemberRequest, firm_ref: str, member_id: UUID) -> HttpResponse:
    """POST lets a member go: no login, no token of theirs opens the firm; what they did stays."""
    member = _member(request, member_id)
    try:
        joining.remove_member(member, at=request.now)
    except Refusal as refusal:
        return _team(request, refusal=refusal)
    text = _("{name} no longer gets in. What they did stays.").format(name=member.name)
    return acted(request, Done(text), to=reverse("firms") if member.id == request.member.id else _back(request))


@require_POST
def invitations(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """POST asks someone to join, by a letter whose link is good for seven days."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            invite(request.firm, said["email"], Role(said["role"]), said["name"], at=request.now, by=request.member)
        except Refusal as refusal:
            form.refuse(refusal, "email")
        else:
            text = _("{email} is asked to join, by a letter good for seven days.").format(email=said["email"])
            return acted(request, Done(text), to=_back(request))
    return _team(request, form)


@require_POST
def withdrawal(request: MemberRequest, firm_ref: str, invitation_id: UUID) -> HttpResponse:
    """POST takes an invitation back."""
    found = Invitation.objects.filter(firm=request.firm, id=invitation_id).first()
    if found is None:
        raise Http404
    found.firm = request.firm
    withdraw(found, at=request.now)
    text = _("The invitation of {email} is withdrawn.").format(email=found.email)
    return acted(request, Done(text), to=_back(request))


def _member(request: MemberRequest, member_id: UUID) -> Member:
    found: Member | None = Member.objects.filter(firm=request.firm, id=member_id).first()
    if found is None:
        raise Http404
    found.firm = request.firm
    return found


def _back(request: MemberRequest) -> str:
    return reverse("settings-team", args=[request.firm.ref])


def _team(request: MemberRequest, form: InvitationForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    screen, ref = Screen.of(request), request.firm.ref
    people = Member.objects.filter(firm=request.firm, is_active=True).order_by("name")[:MOST]
    waiting = joining.waiting(request.firm).filter(expires_at__gt=request.now).order_by("-id")[:MOST]
    form = form or InvitationForm()
    context = {
        "form": form,
        "refused": _told(refusal),
        "roles": [(role.value, role.label, MAY[role]) for role in Role],
        "people": [
            {
                "name": one.name,
                "role": one.role,
                "signs_in": one.user_id is not None,
                "may": MAY[Role(one.role)],
                "role_url": reverse("settings-role", args=[ref, one.id]),
                "leaving_url": reverse("settings-leaving", args=[ref, one.id]),
            }
            for one in people
        ],
        "waiting": [
            {
                "email": one.email,
                "role": Role(one.role).label,
                "until": screen.plain(request.firm.day(one.expires_at)),
                "url": reverse("settings-withdrawal", args=[ref, one.id]),
            }
            for one in waiting
        ],
    }
    return page(request, "settings_team", context, "settings-team", 422 if refusal or form.errors else 200)


def _told(refusal: Refusal | None) -> str:
    return sentence(refusal.code, refusal.facts) if refusal else ""


@never_cache
def tokens(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists the tokens; POST makes one, whose secret is shown this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        until = request.firm.midnight(said["expires_on"]) if said["expires_on"] else None
        try:
            _, secret = make_token(
                request.member, name=said["name"], scopes=said["scopes"], at=request.now, expires_at=until
            )
            form = TokenForm()
        except Refusal as refusal:
            form.refuse(refusal, "expires_on")
    return _tokens(request, form, secret)


@require_POST
def revocation(request: MemberRequest, firm_ref: str, token_id: UUID) -> HttpResponse:
    """POST revokes a token: it opens nothing any more."""
    found = ApiToken.objects.filter(firm=request.firm, id=token_id).first()
    if found is None:
        raise Http404
    found.firm = request.firm
    revoke_token(found, at=request.now)
    text = _("The token “{name}” opens nothing any more.").format(name=found.name)
    return acted(request, Done(text), to=reverse("settings-tokens", args=[request.firm.ref]))


def _tokens(request: MemberRequest, form: TokenForm, secret: str) -> HttpResponse:
    screen = Screen.of(request)
    held = ApiToken.objects.filter(firm=request.firm).select_related("member").order_by("-id")[:MOST]
    rows = [
        {
            "name": one.name,
            "member": one.member.name,
            "scopes": ", ".join(one.scopes),
            "made": screen.plain(request.firm.day(one.created_at)),
            "until": screen.plain(request.firm.day(one.expires_at)) if one.expires_at else "",
            "is_over": bool(one.revoked_at) or (one.expires_at is not None and one.expires_at <= request.now),
            "url": reverse("settings-token-revocation", args=[request.firm.ref, one.id]),
        }
        for one in held
    ]
    context = {"form": form, "rows": rows, "secret": secret}
    return page(request, "settings_tokens", context, "settings-tokens", 422 if form.errors else 200)
