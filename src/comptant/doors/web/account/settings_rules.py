"""Settings: stages and closures, reminders, what a match may differ by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptant.doors.web.account.settings_layout import SettingForm, page
from comptant.doors.web.screen import Screen
from comptant.doors.web.typed_days import must_be_lived
from comptant.ground.refusals import Refusal
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.payments.queries import tolerance_of
from comptant.journey.payments.tolerating import tolerate
from comptant.journey.pipeline.actions import change_stage, declare_closure
from comptant.journey.pipeline.models import Stage
from comptant.journey.pipeline.queries import closures_of
from comptant.journey.recovery.models import Channel
from comptant.journey.recovery.policies import lay_policy
from comptant.journey.recovery.queries import policies_of
from comptant.journey.recovery.rules.dunning import Policy, Step

HUNDRED = Decimal(100)


class StageForm(SettingForm):
    """A stage's name and the silence it allows."""

    name = forms.CharField(label=gettext_lazy("Stage"), max_length=80)
    declared_days = forms.IntegerField(label=gettext_lazy("Days without a sign"), min_value=1, max_value=365)


class ClosureForm(SettingForm):
    """Days on which the firm is closed."""

    first_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}), validators=[must_be_lived]
    )
    last_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}), validators=[must_be_lived]
    )

    def clean(self) -> None:
        """The last day is not before the first, and a closure lasts a year at most."""
        first, last = self.cleaned_data.get("first_on"), self.cleaned_data.get("last_on")
        if first and last and not 0 <= (last - first).days <= 366:
            self.add_error("last_on", _("The last day comes on the first or after it, within a year."))


class StepForm(SettingForm):
    """One reminder: when, how, and whether somebody reads it before it leaves."""

    days = forms.IntegerField(label=gettext_lazy("Days after the due date"), min_value=-60, max_value=365)
    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=Channel.choices)
    automatic = forms.ChoiceField(
        label=gettext_lazy("Leaves"),
        choices=[("", gettext_lazy("after approval")), ("on", gettext_lazy("by itself"))], required=False,
    )  # fmt: skip


class GapForm(SettingForm):
    """The quiet between two reminders."""

    gap_days = forms.IntegerField(
        label=gettext_lazy("Days at least between two reminders of one invoice"), min_value=1, max_value=90
    )


class ToleranceForm(SettingForm):
    """What a match may differ by."""

    confidence = forms.DecimalField(
        label=gettext_lazy("Posts by itself from a confidence of (%)"), min_value=50, max_value=100,
        decimal_places=1, localize=True,
    )  # fmt: skip
    cents = forms.DecimalField(
        label=gettext_lazy("A difference up to this is a rounding"), min_value=0, max_value=99, decimal_places=2,
        localize=True,
    )  # fmt: skip
    fee_limit = forms.DecimalField(
        label=gettext_lazy("At most this may be missing as the bank’s fee"), min_value=0, max_value=9999,
        decimal_places=2, localize=True,
    )  # fmt: skip


def stages(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the stages and the closures."""
    return _stages(request)


@require_POST
def stage(request: MemberRequest, firm_ref: str, stage_key: str) -> HttpResponse:
    """POST names a stage and says how long it may be silent."""
    if not Stage.objects.filter(firm=request.firm, key=stage_key[:40].replace("\x00", "")).exists():
        raise Http404
    form = StageForm(request.POST, prefix=stage_key)
    if not form.is_valid():
        return _stages(request, {stage_key: form}, status=422)
    said = form.cleaned_data
    change_stage(request.firm, stage_key, name=said["name"], declared_days=said["declared_days"])
    return acted(request, Done(_("Saved.")), to=reverse("settings-stages", args=[request.firm.ref]))


@require_POST
def closures(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """POST declares days on which the firm is closed."""
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _stages(request, closing=form, status=422)
    first, last = form.cleaned_data["first_on"], form.cleaned_data["last_on"]
    declare_closure(request.firm, first, last)
    screen = Screen.of(request)
    text = _("Closed from {first} to {last}: silence does not count these days.")
    done = Done(text.format(first=screen.plain(first), last=screen.plain(last)))
    return acted(request, done, to=reverse("settings-stages", args=[request.firm.ref]))


def _stages(
    request: MemberRequest, refused: dict[str, StageForm] | None = None, closing: ClosureForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    screen, rows = Screen.of(request), []
    for one in Stage.objects.filter(firm=request.firm).order_by("position"):
        held = {"name": one.name, "declared_days": one.declared_days}
        form = (refused or {}).get(one.key) or StageForm(initial=held, prefix=one.key)
        rows.append(
            {"form": form, "url": reverse("settings-stage", args=[request.firm.ref, one.key]), "name": one.name}
        )
    closed = [(screen.plain(first), screen.plain(last)) for first, last in reversed(closures_of(request.firm)[-20:])]
    context = {"rows": rows, "closures": closed, "closing": closing or ClosureForm()}
    return page(request, "settings_stages", context, "settings-stages", status)


def reminders(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows when clients are reminded; POST says it anew, for everybody that no tag sets apart."""
    held = policies_of(request.firm)[0]
    said: Any = request.POST if request.method == "POST" else None
    gap = GapForm(said, initial={"gap_days": held.gap_days})
    steps = [
        StepForm(said, prefix=str(one.level), initial={
            "days": one.days, "channel": one.channel, "automatic": "on" if one.is_automatic else "",
        })
        for one in held.steps
    ]  # fmt: skip
    if said is None:
        return _reminders(request, gap, steps)
    if not all([gap.is_valid(), *(step.is_valid() for step in steps)]):
        return _reminders(request, gap, steps, 422)
    laid = tuple(_step(one.level, form.cleaned_data) for one, form in zip(held.steps, steps, strict=True))
    try:
        lay_policy(request.firm, Policy(held.name, "", laid, gap.cleaned_data["gap_days"]))
    except Refusal as refusal:
        late = next(form for form in steps if form.cleaned_data["days"] == refusal.facts["after"])
        late.refuse(refusal, "days")
        return _reminders(request, gap, steps, 422)
    text = _("Saved. Letters that are ready already stay as they are.")
    return acted(request, Done(text), to=reverse("settings-reminders", args=[request.firm.ref]))


def _step(level: int, said: dict[str, Any]) -> Step:
    return Step(level, said["days"], said["channel"], bool(said["automatic"]))


def _reminders(request: MemberRequest, gap: GapForm, steps: list[StepForm], status: int = 200) -> HttpResponse:
    others = [policy for policy in policies_of(request.firm) if policy.tag]
    context = {"gap": gap, "steps": list(enumerate(steps, start=1)), "others": others}
    return page(request, "settings_reminders", context, "settings-reminders", status)


def bank(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows what a match may differ by; POST says it."""
    held = tolerance_of(request.firm)
    usual = {"confidence": held.threshold * HUNDRED, "cents": held.cents, "fee_limit": held.fee_limit}
    form = ToleranceForm(request.POST if request.method == "POST" else None, initial=usual)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        confidence = said["confidence"] / HUNDRED
        tolerate(request.firm, threshold=confidence, cents=said["cents"], fee_limit=said["fee_limit"])
        return acted(request, Done(_("Saved.")), to=reverse("settings-bank", args=[request.firm.ref]))
    return page(request, "settings_bank", {"form": form}, "settings-bank", 422 if form.errors else 200)
