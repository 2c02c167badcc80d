"""How a deal ended: three outcomes of the client, each with its own detail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comptant.doors.web.pipeline.forms import AmountField, DayField, DealForm
from comptant.journey.offers.rules.totals import USUAL

REASONS_LOST = [
    ("", _("Not said")), ("price", _("Price")), ("reference", _("A reference in the trade")),
    ("relation", _("An existing relation")), ("delay", _("Time to deliver")),
]  # fmt: skip
REASONS_VANISHED = [
    ("", _("Not said")), ("silence", _("No answer")), ("nothing", _("Decided to change nothing")),
    ("cheap", _("The problem does not cost enough")), ("nobody", _("Nobody to decide")), ("budget", _("No budget")),
]  # fmt: skip
PROOFS = [("scanned", _("Scanned signature")), ("purchase_order", _("Purchase order"))]
NO_PROOF = _("No proof, no “won”. Until it’s signed, it isn’t signed.")


class ClosingForm(DealForm):
    """The closing dialog. A won deal wants its proof, its amount and the rate of its tax."""

    at_fault = {
        "proof_needed": "file", "document_too_large": "file", "bad_amount": "net", "ahead_of_today": "on",
        "bad_day": "on",
        "agreement_other_amount": "net", "bad_share": "net",
    }  # fmt: skip

    outcome = forms.ChoiceField(choices=[(key, key) for key in ("won", "lost", "vanished")])
    proof = forms.ChoiceField(label=_("Kind of proof"), choices=PROOFS, required=False)
    file = forms.FileField(label=_("Proof of signature"), required=False, max_length=200)
    net = AmountField(label=_("Signed amount, ex VAT"), required=False)
    rate = forms.ChoiceField(label=_("VAT rate"), required=False)
    on = DayField(label=_("Signed on"), required=False)
    competitor = forms.CharField(
        label=_("Who got it?"), required=False, max_length=200, help_text=_("Blank: competitor unknown.")
    )
    lost_reason = forms.ChoiceField(label=_("Reason, optional"), choices=REASONS_LOST, required=False)
    writes = forms.BooleanField(label=_("Write to the client that their file is closed"), required=False)
    vanished_reason = forms.ChoiceField(
        label=_("Reason, optional"), choices=REASONS_VANISHED, required=False,
        help_text=_("“No answer” is not “decided to change nothing”: the two are counted apart."),
    )  # fmt: skip

    def __init__(self, *args: Any, country: str, **more: Any) -> None:
        super().__init__(*args, **more)
        rates = USUAL.get(country, USUAL["FR"])
        self.fields["rate"].choices = [(str(rate), f"{rate.normalize():f}\N{NO-BREAK SPACE}%") for rate in rates]  # type: ignore[attr-defined]
        self.usual_rate = rates[0]

    def clean(self) -> dict[str, Any]:
        """A won deal lacks nothing; of the others only their own detail counts."""
        said = super().clean() or {}
        if said.get("outcome") != "won":
            for name in ("net", "on", "rate", "file"):
                self.errors.pop(name, None)
            return said
        if not said.get("file") and "file" not in self.errors:
            self.add_error("file", NO_PROOF)
        if said.get("net") is None and "net" not in self.errors:
            self.add_error("net", _("An amount is needed: what was signed, before tax."))
        said["rate"] = Decimal(said["rate"]) if said.get("rate") else self.usual_rate
        said["proof"] = said.get("proof") or "scanned"
        return said
