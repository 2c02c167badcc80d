"""Settings: who the firm is on its documents, and its taxes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptant.doors.web.account.settings_layout import SettingForm, page
from comptant.ground.firms.describing import CHECKS, describe, described
from comptant.ground.firms.models import Firm, Identity
from comptant.ground.mail.actions import checked
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence

_LABELS: dict[str, Any] = {
    "legal_name": gettext_lazy("Legal name"),
    "legal_form": gettext_lazy("Legal form"),
    "capital": gettext_lazy("Share capital"),
    "street": gettext_lazy("Street"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"),
    "siren": gettext_lazy("SIREN"),
    "siret": gettext_lazy("SIRET"),
    "register": gettext_lazy("Register, such as RCS Lyon"),
    "vat_number": gettext_lazy("VAT number"),
    "neq": gettext_lazy("NEQ"),
    "gst_number": gettext_lazy("GST number"),
    "qst_number": gettext_lazy("QST number"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"),
    "iban": gettext_lazy("IBAN"),
    "bic": gettext_lazy("BIC"),
    "terms_days": gettext_lazy("Days to pay"),
    "penalty_rate": gettext_lazy("Late payment, percent a year"),
    "early_discount": gettext_lazy("Discount for early payment, in words"),
}
_FRENCH = ("capital", "siren", "siret", "register", "vat_number", "iban", "bic")
_QUEBEC = ("neq", "gst_number", "qst_number")
_GROUPS = (
    (gettext_lazy("Who you are"), ("legal_name", "legal_form", "capital", "email", "phone")),
    (gettext_lazy("Where you are"), ("street", "postcode", "city")),
    (gettext_lazy("Numbers and taxes"), ("siren", "siret", "register", "vat_number", *_QUEBEC)),
    (gettext_lazy("Being paid"), ("iban", "bic", "terms_days", "penalty_rate", "early_discount")),
)


class IdentityForm(SettingForm):
    """What the law wants on documents; only what the firm's country asks for."""

    is_vat_exempt = forms.BooleanField(label=gettext_lazy("VAT does not apply (CGI 293 B)"), required=False)
    vat_on_debits_from = forms.DateField(
        label=gettext_lazy("VAT due when invoiced, from"), required=False,
        help_text=gettext_lazy("Empty: due when paid, as for services."), input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    terms_end_of_month = forms.BooleanField(label=gettext_lazy("Then to the end of the month"), required=False)

    def __init__(self, firm: Firm, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in named_in(firm):
            self.fields[name] = forms.CharField(
                label=_LABELS[name], required=name == "terms_days", max_length=_longest(name),
                widget=forms.TextInput(attrs={"class": "input"}),
            )  # fmt: skip
        if firm.country != "FR":
            del self.fields["is_vat_exempt"], self.fields["vat_on_debits_from"]

    def clean_email(self) -> str:
        """The address that replies come to; none is fine."""
        said: str = self.cleaned_data["email"]
        try:
            return checked(said) if said else ""
        except Refusal as refusal:
            raise ValidationError(sentence(refusal.code, refusal.facts)) from None


def _longest(name: str) -> int:
    """As much as the table holds; what has check digits may be typed in groups."""
    held = getattr(Identity._meta.get_field(name), "max_length", None) or 20
    return held + 20 if name in CHECKS else held


def named_in(firm: Firm) -> list[str]:
    """The fields in words that a firm of that country has."""
    others = _QUEBEC if firm.country == "FR" else _FRENCH
    return [name for name in _LABELS if name not in others]


def identity(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows who the firm is; POST says it, each number checked by its check digits."""
    if request.method != "POST":
        return _page(request, _form(request))
    form = _form(request, request.POST)
    if form.is_valid():
        try:
            describe(request.firm, **_said(form.cleaned_data))
        except Refusal as refusal:
            form.refuse(refusal, str(refusal.facts.get("field", "")))
        else:
            return acted(request, Done(_("Saved.")), to=reverse("settings", args=[request.firm.ref]))
    return _page(request, form, 422)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """What is typed; a SIRET alone tells the SIREN."""
    return {name: value for name, value in fields.items() if name != "siren" or value or not fields.get("siret")}


def _form(request: MemberRequest, said: Any = None) -> IdentityForm:
    who = described(request.firm)
    held = {name: getattr(who, name) for name in (*_LABELS, *IdentityForm.declared_fields)}
    held["penalty_rate"] = "" if who.penalty_rate is None else f"{who.penalty_rate.normalize():f}"
    return IdentityForm(request.firm, said, initial=held)


def _page(request: MemberRequest, form: IdentityForm, status: int = 200) -> HttpResponse:
    groups = [(name, [form[field] for field in fields if field in form.fields]) for name, fields in _GROUPS]
    context = {"form": form, "groups": groups}
    return page(request, "settings_firm", context, "settings", status)
