"""Who the firm is on its documents: what somebody typed, checked and brought to one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from stdnum import bic, iban
from stdnum.ca import bn
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret, tva

from comptant.ground.firms.models import Firm, Identity
from comptant.ground.refusals import Refusal

_QST = re.compile(r"\d{10}TQ\d{4}")
_NEQ = re.compile(r"(11|22|33|88)\d{8}")
_SIREN_IN_SIRET = 9

TRUE, FALSE = ("true", "yes", "oui", "1"), ("false", "no", "non", "0", "")


@transaction.atomic
def describe(firm: Firm, **fields: Any) -> Identity:
    """The fields named are set, checked by their check digits, in one form; a blank one is emptied.

    Values may be text, as typed. A SIRET tells the SIREN. Raises Refusal unknown_field, bad_identifier.
    """
    who = Identity.objects.select_for_update(no_key=True).filter(firm=firm).first() or Identity(firm=firm)
    for name, value in fields.items():
        setattr(who, name, _checked(name, value))
    if fields.get("siret") and "siren" not in fields:
        who.siren = who.siret[:_SIREN_IN_SIRET]
    if who.siret and who.siret[:_SIREN_IN_SIRET] != who.siren:
        raise Refusal("bad_identifier", field="siret", value=who.siret)
    who.save()
    return who


def described(firm: Firm) -> Identity:
    """Who the firm is on its documents; blank until somebody said."""
    return Identity.objects.filter(firm=firm).first() or Identity(firm=firm)


FIELDS: tuple[str, ...] = tuple(
    field.name for field in Identity._meta.concrete_fields if field.name not in ("id", "firm")
)
"""What may be set, in the order of the table."""


def _checked(name: str, value: Any) -> Any:
    if name not in FIELDS:
        raise Refusal("unknown_field", field=name)
    text = value.strip() if isinstance(value, str) else value
    try:
        field = Identity._meta.get_field(name)
        if name in CHECKS and text:
            text = CHECKS[name](text)
        return _typed(field, text)
    except (ValidationError, ValueError, InvalidOperation, FieldDoesNotExist) as error:
        raise Refusal("bad_identifier", field=name, value=str(value)) from error


def _typed(field: Any, text: Any) -> Any:
    """The value as its column holds it. ValueError when it is none."""
    if isinstance(field, models.BooleanField):
        return _truth(text)
    if isinstance(field, models.DateField):
        return date.fromisoformat(text) if isinstance(text, str) and text else text or None
    if isinstance(field, models.DecimalField):
        return _percent(text)
    if isinstance(field, models.SmallIntegerField):
        return _days(text)
    if len(str(text)) > (field.max_length or 0):
        raise ValueError("too long")
    return str(text)


def _truth(text: Any) -> bool:
    if isinstance(text, bool):
        return text
    if str(text).lower() not in (*TRUE, *FALSE):
        raise ValueError("neither yes nor no")
    return str(text).lower() in TRUE


def _percent(text: Any) -> Decimal | None:
    if text in ("", None):
        return None
    rate = Decimal(str(text).replace(",", ".").rstrip("% \u00a0"))
    if not 0 <= rate < 100:
        raise ValueError("no rate per year")
    return rate


def _days(text: Any) -> int:
    days = int(text)
    if not 0 <= days <= 365:
        raise ValueError("no number of days to pay")
    return days


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        tight = re.sub(r"[\s.-]", "", text).upper()
        if not pattern.fullmatch(tight):
            raise ValueError(text)
        return tight

    return check


def _french_vat(text: str) -> str:
    """With its country, as it is printed."""
    return f"FR{tva.validate(text)}" if not re.match(r"(?!FR)[A-Z]{2}", text.upper()) else text.upper()


CHECKS: Mapping[str, Callable[[str], str]] = {
    "siren": siren.validate,
    "siret": siret.validate,
    "vat_number": _french_vat,
    "gst_number": lambda text: bn.validate(text.upper()),
    "qst_number": _matching(_QST),
    "neq": _matching(_NEQ),
    "iban": iban.validate,
    "bic": bic.validate,
}
"""By field: the number in one form. ValidationError or ValueError when a digit is wrong.

Source: our note of the law, section 16.
"""
