"""One shape for every form of a party: a dialog, a page without script, the same form again when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from comptant.doors.web import figures_of
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence


@dataclass(frozen=True, slots=True)
class Dialog:
    """What surrounds a form. ``about`` says which field a refusal is told beside; the others are told above all."""

    title: str
    verb: str
    back: str
    text: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    is_risk: bool = False


def page_of_party(request: MemberRequest, party: Party) -> str:
    """The address of a party's page."""
    return reverse("client", args=[request.firm.ref, party.ref])


def answered(
    request: MemberRequest,
    form: forms.Form,
    dialog: Dialog,
    act: Callable[[dict[str, Any]], tuple[str, str]],
) -> HttpResponse:
    """GET shows the form; POST acts. ``act`` takes what was typed; its sentence is told at the address it names."""
    if form.is_bound and form.is_valid():
        try:
            text, to = act(form.cleaned_data)
        except Refusal as refusal:
            beside = dialog.about.get(refusal.code)
            form.add_error(beside if beside in form.fields else None, sentence(refusal.code, refusal.facts))
        else:
            return acted(request, Done(text), to=to)
    return shown(request, form, dialog)


def shown(request: MemberRequest, form: forms.Form, dialog: Dialog) -> HttpResponse:
    """The dialog, with what is wrong beside each field."""
    screen = Screen.of(request)
    context: dict[str, Any] = {
        "title": dialog.title, "said": dialog, "form": form, "dialog": "clients/_form_dialog.html",
        "action": request.path,
    }  # fmt: skip
    if not request.htmx:
        stocks = figures_of.today(request.firm, request.today, screen.home)
        context["shell"] = shell(request, "clients", stocks)
    status = 422 if form.is_bound and form.errors else 200
    return answer(request, "clients/_form_dialog.html", context, page="web/dialog.html", status=status)
