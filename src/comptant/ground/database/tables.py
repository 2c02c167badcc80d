"""What kind of table a model is: a firm's, the firms themselves, or global. Works on historical models too."""

from __future__ import annotations

from django.db.models import Model


class AppendOnly:
    """Mark of a table whose rows the application may read and add, never change or remove (R7).

    A plain mixin, not a model, so that migrations keep it. A column named ``recorded_at`` in such a
    table is written by the database alone.
    """


def is_owned(model: type[Model]) -> bool:
    """True for a table of a firm's rows: it carries the firm and its key is ``id``."""
    primary = model._meta.pk
    has_firm = any(field.name == "firm" for field in model._meta.local_fields)
    return has_firm and primary is not None and primary.column == "id"


def is_firm(model: type[Model]) -> bool:
    """True for the table of the firms themselves."""
    return model._meta.label_lower == "firms.firm"


def is_djangos(model: type[Model]) -> bool:
    """True for a table that Django fills when it migrates and that the product only reads."""
    return model._meta.app_label in ("auth", "contenttypes", "migrations")


def is_append_only(model: type[Model]) -> bool:
    """True where the model bears the mark AppendOnly."""
    return issubclass(model, AppendOnly)
