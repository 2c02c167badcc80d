"""The lines of a draft as a form holds them: read line by line, each fault beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.invoicing.asking import Typed, read_amount, written
from comptant.doors.web.screen import Screen
from comptant.journey.invoices.rules.lines import Line, read_line

MOST_LINES = 100
PARTS = ("title", "text", "quantity", "unit", "price", "rate", "discount", "regime", "reason")
REGIME_NAMES: dict[str, str | Promise] = {
    "standard": gettext_lazy("with VAT"),
    "franchise": gettext_lazy("VAT-exempt firm"),
    "reverse_charge": gettext_lazy("reverse charge"),
    "intra_eu": gettext_lazy("delivery within the EU"),
    "export": gettext_lazy("export"),
    "outside": gettext_lazy("outside the scope of VAT"),
    "training": gettext_lazy("vocational training"),
    "exempt": gettext_lazy("exempt, for the reason below"),
}


@dataclass(slots=True)
class LineForm:
    """One line as it was typed."""

    said: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Nobody wrote anything that matters in it."""
        return not self.said.get("title") and not self.said.get("price")


def forms_of(lines: Sequence[Mapping[str, Any]]) -> list[LineForm]:
    """The lines of a draft, ready to be typed over."""
    return [LineForm(_typed(read_line(line))) for line in lines]


def _typed(line: Line) -> dict[str, str]:
    return {
        "title": line.title, "text": line.text, "quantity": _plain(line.quantity), "unit": line.unit,
        "price": written(line.price), "rate": _plain(line.rate), "discount": _plain(line.discount),
        "regime": line.regime, "reason": line.reason,
    }  # fmt: skip


def _plain(value: Decimal) -> str:
    """A quantity or a rate with no more decimals than it has."""
    whole = written(value)
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if "," in whole else text


def blank(usual_rate: Decimal) -> LineForm:
    """A line to be written."""
    return LineForm({"quantity": "1", "rate": _plain(usual_rate), "discount": "0", "regime": "standard"})


def read_forms(post: Mapping[str, str]) -> list[LineForm]:
    """What was typed, blank lines left out."""
    found = []
    for n in range(MOST_LINES):
        if f"title-{n}" not in post:
            break
        said = {part: str(post.get(f"{part}-{n}", "")).replace("\x00", "").strip()[:2000] for part in PARTS}
        one = LineForm(said)
        if not one.is_blank and post.get(f"gone-{n}") != "1":
            found.append(one)
    return found


def read_lines(forms: Sequence[LineForm], typed: Typed) -> list[Line]:
    """The lines; every fault is kept beside its field, and in ``typed`` so that nothing is recorded."""
    lines = []
    for one in forms:
        if not one.said["title"]:
            one.errors["title"] = _("Say what it is.")
        price, quantity = _amount(one, "price"), _amount(one, "quantity", Decimal(1))
        rate, discount = _amount(one, "rate", Decimal(0)), _amount(one, "discount", Decimal(0))
        lines.append(
            Line(
                one.said["title"][:300], price, rate, quantity, one.said["unit"][:40], one.said["text"], discount,
                one.said["regime"] if one.said["regime"] in REGIME_NAMES else "standard", one.said["reason"],
            )
        )  # fmt: skip
    if any(one.errors for one in forms):
        typed.errors["lines"] = _("Some lines cannot be read.")
    return lines


def _amount(one: LineForm, name: str, usual: Decimal | None = None) -> Decimal:
    words = one.said[name]
    if not words and usual is not None:
        return usual
    try:
        return _exact(words) if name == "rate" else read_amount(words)
    except (BadValueError, ArithmeticError):
        one.errors[name] = _("“{found}” is no number. Write it as {example}.").format(
            found=words[:40], example=written(Decimal(1200))
        )
        return Decimal(0)


def _exact(words: str) -> Decimal:
    """A rate: three decimals in Québec."""
    value = Decimal(words.replace(",", ".").replace("%", "").strip())
    if not value.is_finite():
        raise ArithmeticError
    return value


def shown(screen: Screen, forms: Sequence[LineForm]) -> list[dict[str, Any]]:
    """The lines as the template wants them."""
    return [
        {"n": n, "said": one.said, "errors": one.errors, "regimes": [(k, str(v)) for k, v in REGIME_NAMES.items()]}
        for n, one in enumerate(forms)
    ]  # fmt: skip
