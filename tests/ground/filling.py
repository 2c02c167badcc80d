"""A row in every table of a firm that its story left empty, so that the walls can be tried on each.

The rows mean nothing: they hold what the table's constraints ask for. What means something is told in ``furnish``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.utils import IntegrityError

from comptant.ground.database.tables import is_owned
from comptant.ground.firms.models import Firm

ASKED: dict[str, dict[str, Any]] = {
    "offers.Agreement": {"proof": "imported"},
    "payments.Payment": {"amount": Decimal(2), "fee": Decimal(0)},
    "recovery.Dispute": {"outcome": ""},
    "recovery.Reminder": {"state": "sent", "sent_on": date(2026, 5, 4)},
}
"""What a table's own constraints ask for, by model label."""
NAMED = {("recovery.Reminder", "letter"), ("payments.HeldUse", "payment")}
"""References that may be empty, and must not be here."""

PLAIN: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.DateTimeField, datetime(2026, 5, 4, 10, tzinfo=UTC)),
    (models.DateField, date(2026, 5, 4)),
    (models.DecimalField, Decimal(1)),
    (models.UUIDField, UUID(int=7)),
    (models.BinaryField, bytes(32)),
    (models.JSONField, {}),
    (models.BooleanField, False),
    (models.IntegerField, 1),
    (ArrayField, []),
)


def fill(firm: Firm) -> None:
    """Afterwards every table of a firm's rows has one of this firm's; within its scope."""
    empty = [model for model in apps.get_models() if is_owned(model) and not model._default_manager.exists()]
    while empty:
        left = [model for model in empty if not _filled(model, firm)]
        assert len(left) < len(empty), f"say in ASKED what they need: {[model._meta.label for model in left]}"
        empty = left


def _filled(model: type[models.Model], firm: Firm) -> bool:
    """True when a row could be made, False while a table it refers to is empty."""
    values = {"firm": firm}
    for field in model._meta.local_fields:
        is_named = (model._meta.label, field.name) in NAMED
        if field.name in ("id", "firm") or (field.null and not is_named):
            continue
        if isinstance(field, models.ForeignKey):
            values[field.name] = field.related_model._default_manager.first()  # type: ignore[union-attr]
            if values[field.name] is None:
                return False
        elif not field.has_default() and not field.has_db_default():
            values[field.name] = _plain(field)
    try:
        with transaction.atomic():
            model._default_manager.create(**values | ASKED.get(model._meta.label, {}))
    except IntegrityError as error:
        if "check constraint" in str(error):
            raise AssertionError(f"say in ASKED what {model._meta.label} needs: {error}") from error
        return False
    return True


def _plain(field: models.Field[Any, Any]) -> Any:
    if field.choices:
        return field.flatchoices[0][0]
    return next((value for kind, value in PLAIN if isinstance(field, kind)), "1" if not field.blank else "")
