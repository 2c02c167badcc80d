"""What is typed of a party. Each field says what was found and what was expected; the rooms say the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comptant.doors.imports.numbers import AS_WE_WRITE, amount_reader
from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.typed_days import must_be_lived
from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import PartyKind
from comptant.ground.web.sentences import sentence
from comptant.ground.web.typography import NBSP
from comptant.journey.prospects.models import Light
from comptant.journey.recovery.models import Proceedings

read_amount = amount_reader(AS_WE_WRITE)
LARGEST = Decimal(10) ** 14
LANGUAGES = [
    ("", _("that of the firm")), ("fr", _("French")), ("fr-ca", _("French of Québec")), ("en", _("English")),
]  # fmt: skip
SHORT = {"class": "input"}


class AmountField(forms.CharField):
    """An amount above zero or zero, written as people write it: spaces between thousands, comma or point."""

    widget = forms.TextInput(attrs={"class": "input amount", "inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, is_positive: bool = False, **more: Any) -> None:
        super().__init__(max_length=40, **more)
        self.is_positive = is_positive

    def clean(self, value: Any) -> Any:
        """The amount in cents; None when nothing was typed and nothing need be."""
        said = super().clean(value)
        if not said:
            return None
        try:
            amount = read_amount(said.replace("€", "").replace("$", "").strip(f" {NBSP}"))
        except BadValueError:
            raise ValidationError(sentence("bad_amount", {"amount": said})) from None
        if amount >= LARGEST or (self.is_positive and not amount):
            raise ValidationError(sentence("bad_amount", {"amount": said}))
        return amount


class DayField(forms.DateField):
    """A day, as the browser's own field sends it."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, validators=[must_be_lived], **more)

    def to_python(self, value: Any) -> Any:
        """The day; what was found is told when it is none."""
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(sentence("bad_day", {"day": str(value)[:40]})) from None


def short(label: Any, longest: int, *, required: bool = False, **more: Any) -> forms.CharField:
    """One line of text."""
    attrs = {**SHORT, **more.pop("attrs", {})}
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=forms.TextInput(attrs=attrs), **more
    )


def words(label: Any, longest: int = 2000, *, required: bool = True, **more: Any) -> forms.CharField:
    """A few lines of text."""
    widget = forms.Textarea(attrs={"class": "input", "rows": 3})
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, **more)


def choice(label: Any, choices: Sequence[tuple[str, Any]], **more: Any) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.Select(attrs=SHORT), **more)


def email(label: Any) -> forms.EmailField:
    """An address, or nothing."""
    widget = forms.EmailInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.EmailField(label=label, max_length=254, required=False, widget=widget)


class IdentityForm(forms.Form):
    """Who a party is, where they are, how and when they pay. What the other country asks for is left out."""

    name = short(_("Name"), 300, required=True)
    kind = choice(_("What it is"), PartyKind.choices)
    siren = short(_("SIREN"), 20)
    siret = short(_("SIRET"), 30)
    bn = short(_("Business number"), 15)
    vat_number = short(_("VAT number"), 20)
    email = email(_("E-mail"))
    phone = short(_("Phone"), 40)
    street = forms.CharField(
        label=_("Street"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 2}),
    )  # fmt: skip
    postcode = short(_("Postcode"), 20)
    city = short(_("City"), 120)
    country = short(_("Country"), 2, help_text=_("Two letters, such as FR or CA."))
    language = choice(_("Language of what we send them"), LANGUAGES, required=False)
    terms_days = forms.IntegerField(
        label=_("Days to pay"), min_value=0, max_value=365, required=False,
        widget=forms.NumberInput(attrs={"class": "input amount", "inputmode": "numeric"}),
        help_text=_("Calendar days from the invoice; empty: the firm’s terms."),
    )  # fmt: skip
    iban = short(_("IBAN"), 34)
    tags = short(_("Labels"), 600, help_text=_("Separated by commas."))

    def __init__(self, firm: Firm, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        is_canadian = firm.country == "CA"
        for name in ("siren", "siret", "vat_number") if is_canadian else ("bn",):
            if not self.initial.get(name):
                del self.fields[name]

    def clean_country(self) -> str:
        """Two capitals."""
        said = str(self.cleaned_data["country"]).upper()
        if said and not re.fullmatch(r"[A-Z]{2}", said):
            raise ValidationError(_("“{said}” is no country: two letters are expected, such as FR.").format(said=said))
        return said

    def clean_siren(self) -> str:
        """Nine digits."""
        return _digits(self.cleaned_data["siren"], 9)

    def clean_siret(self) -> str:
        """Fourteen digits."""
        return _digits(self.cleaned_data["siret"], 14)

    def clean_tags(self) -> list[str]:
        """Each once, in their order."""
        said = [tag.strip() for tag in str(self.cleaned_data["tags"]).split(",") if tag.strip()]
        if any(len(tag) > 60 for tag in said) or len(said) > 50:
            raise ValidationError(_("A label has at most 60 letters, a party at most 50 labels."))
        return list(dict.fromkeys(said))


def _digits(said: str, length: int) -> str:
    text = re.sub(r"\s", "", said)
    if text and not (text.isascii() and text.isdigit() and len(text) == length):
        raise ValidationError(_("“{said}” was found, {length} digits are expected.").format(said=said, length=length))
    return text


class NewPartyForm(IdentityForm):
    """The same, for a party that is not here yet: a name is enough."""

    field_order = ("name", "kind", "email", "phone")


class AssessmentForm(forms.Form):
    """Whether a party can pay, and why."""

    light = forms.ChoiceField(
        label=_("Can they pay?"), choices=Light.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a light: green, amber or red.")},
    )  # fmt: skip
    reason = words(_("Why"), help_text=_("A fact with its date. It is dated and signed with your name."))
    credit_limit = AmountField(label=_("Credit limit, inc VAT"), required=False, help_text=_("Empty: no limit."))
    terms = short(_("What to ask of them"), 300, help_text=_("Such as: deposit 40% at signature."))


class ContactForm(forms.Form):
    """A person at a party."""

    name = short(_("Name"), 200, required=True)
    function = short(_("Function"), 120)
    email = email(_("E-mail"))
    phone = short(_("Phone"), 40)


class CreditUseForm(forms.Form):
    """Money held for a party pays an invoice."""

    invoice = choice(_("Invoice to pay"), ())
    amount = AmountField(
        label=_("Amount, inc VAT"), required=False, is_positive=True, help_text=_("Empty: all that is possible.")
    )


class RefundForm(forms.Form):
    """Money held for a party is given back."""

    source = choice(_("What is given back"), ())
    amount = AmountField(label=_("Amount, inc VAT"), is_positive=True)
    label = short(_("Wording"), 120)


class InsolvencyForm(forms.Form):
    """A judgment opened proceedings against a debtor."""

    kind = choice(_("Proceedings"), Proceedings.choices)
    judged_on = DayField(label=_("Day of the judgment"))
    published_on = DayField(
        label=_("Day of its publication"), help_text=_("In the BODACC in France; of the trustee’s notice in Canada.")
    )
    court = short(_("Court"), 200)
    trustee = short(_("To whom the claim goes"), 300)
    notice = short(_("Number of the notice"), 120)


class OverrideForm(forms.Form):
    """Which deal may pass the limit or the light, and why: an owner's word."""

    deal = choice(_("Deal"), ())
    reason = words(_("Why you go on"))
