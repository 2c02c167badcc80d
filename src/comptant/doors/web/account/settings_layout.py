"""What the pages of the settings share: their list, their fields, how a refused form comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptant.doors.web import figures_of
from comptant.doors.web.shell import shell
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence

PAGES = (
    ("settings", gettext_lazy("Firm and taxes")),
    ("settings-stages", gettext_lazy("Stages and closures")),
    ("settings-reminders", gettext_lazy("Reminders")),
    ("settings-bank", gettext_lazy("Bank")),
    ("settings-team", gettext_lazy("Team and roles")),
    ("settings-tokens", gettext_lazy("API tokens")),
)


class SettingForm(forms.Form):
    """A form whose fields look like the others' of the product."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "input")

    def refuse(self, refusal: Refusal, field: str | None = None) -> None:
        """What our rules said, beside the field it is about."""
        self.add_error(field if field in self.fields else None, sentence(refusal.code, refusal.facts))


def page(
    request: MemberRequest, template: str, context: Mapping[str, Any], here: str, status: int = 200
) -> HttpResponse:
    """A page of the settings, among the others."""
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    pages = [
        {"name": str(name), "url": reverse(route, args=[request.firm.ref]), "is_here": route == here}
        for route, name in PAGES
    ]
    told = {"shell": shell(request, "settings", stocks), "pages": pages, "title": _("Settings"), **context}
    return render(request, f"account/{template}.html", told, status=status)
