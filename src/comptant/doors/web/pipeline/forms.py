"""What the forms of a deal read: amounts and days as people write them, or a sentence that says what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comptant.doors.imports.numbers import NumberFormat, amount_reader
from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.typed_days import must_be_lived
from comptant.ground.refusals import Refusal
from comptant.ground.web.sentences import sentence

LARGEST = Decimal(10) ** 14
CHANNELS = [("phone", _("Phone")), ("email", _("E-mail")), ("meeting", _("Meeting"))]
DAY_ERRORS = {
    "invalid": _("This is no day. Choose one, or write it as 2026-01-31."),
    "required": _("A day is needed."),
}
_read = amount_reader(NumberFormat(symbols=("€", "$")))


class AmountField(forms.Field):
    """An amount as a person writes it, to the cent: ``24 000``, ``24000,50``. Below zero only where it may be."""

    def __init__(self, *, may_fall: bool = False, **more: Any) -> None:
        self.may_fall = may_fall
        shape = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "40"}
        super().__init__(widget=forms.TextInput(attrs=shape), **more)

    def to_python(self, value: Any) -> Any:
        """The amount; None when blank."""
        said = str(value or "").replace("\x00", "?").strip()[:40]
        if not said:
            return None
        sign, digits = (-1, said[1:].strip()) if said[0] in "-−" and self.may_fall else (1, said)
        try:
            amount = sign * _read(digits)
        except BadValueError:
            amount = LARGEST
        if abs(amount) >= LARGEST:
            raise ValidationError(
                _("“%(said)s” is no amount. Write one alone, such as 24 000 or 1234.50."), params={"said": said}
            )
        return amount


class DayField(forms.DateField):
    """A day, chosen or written."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages=DAY_ERRORS,
            validators=[must_be_lived],
            **more,
        )


class DealForm(forms.Form):
    """A form of a deal. ``refuse`` puts what a rule said beside the field it is about."""

    at_fault: Mapping[str, str] = {}
    """The field each refusal is about; the others stand above the form."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("auto_id", "act-%s")
        super().__init__(*args, **more)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs["class"] = "input"

    def refuse(self, refusal: Refusal) -> None:
        """What the rules said no to, beside its field."""
        self.add_error(self.at_fault.get(refusal.code), sentence(refusal.code, refusal.facts))


class EstimateForm(DealForm):
    """What the deal may bring."""

    at_fault = {"bad_amount": "amount"}
    amount = AmountField(label=_("Amount hoped for, ex VAT"), required=False, help_text=_("Blank: it counts for 0."))


class MeetingForm(DealForm):
    """A meeting the client accepted."""

    at_fault = {"meeting_before_acceptance": "meeting_on", "bad_day": "meeting_on"}
    meeting_on = DayField(label=_("Day of the meeting"), help_text=_("Silence does not count until then."))


class NoteForm(DealForm):
    """A few words."""

    note = forms.CharField(
        label=_("What was said"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(DealForm):
    """The day on which the client answers, agreed with them."""

    at_fault = dict.fromkeys(("decision_moved_too_often", "decision_date_needed", "bad_day"), "decision_on")
    decision_on = DayField(label=_("Yes or no by"), help_text=_("Agreed with the client. It may move twice."))
    agreed_with = forms.CharField(label=_("Agreed with, optional"), required=False, max_length=200)


class HoldForm(DealForm):
    """When the deal wakes, and what will have changed by then."""

    at_fault = {"wake_not_after": "wake_on", "already_extended": "wake_on", "bad_day": "wake_on"}
    wake_on = DayField(label=_("Wakes up on"))
    reason = forms.CharField(
        label=_("What will have changed"), max_length=2000,
        error_messages={"required": _("Say what will have changed by then.")},
    )  # fmt: skip


class ReactivationForm(DealForm):
    """To which stage a closed deal comes back."""

    at_fault = {"unknown_stage": "stage"}
    stage = forms.ChoiceField(label=_("Back to the stage"))

    def __init__(self, *args: Any, stages: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]


class FactForm(DealForm):
    """Something that happened: a sign of the client, or a contact from our side."""

    at_fault = {"ahead_of_today": "on"}
    who = forms.ChoiceField(
        label=_("Who"), choices=[("client", _("The client said or did")), ("us", _("We said or did"))]
    )
    channel = forms.ChoiceField(label=_("How"), choices=CHANNELS)
    on = DayField(label=_("When"), required=False)
    note = forms.CharField(
        label=_("Add a fact"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what was said or done.")},
    )  # fmt: skip


class CostForm(DealForm):
    """What the deal cost us."""

    at_fault = {"bad_amount": "amount", "bad_day": "on"}
    label = forms.CharField(label=_("What for"), max_length=200, error_messages={"required": _("Say what it was for.")})
    amount = AmountField(
        label=_("Amount ex VAT"), may_fall=True, help_text=_("Below zero when some of it came back."),
        error_messages={"required": _("An amount is needed.")},
    )  # fmt: skip
    on = DayField(label=_("When"))
