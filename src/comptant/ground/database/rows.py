"""Base classes of every firm's rows: the firm goes along in each read, join and write (R1, R4, R10)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.db import connection, models
from django.db.models.lookups import Exact

from comptant.ground.database.ids import uuid7
from comptant.ground.database.scope import current_firm_id


class FirmManager(models.Manager[Any]):
    """Reads that name the firm in the statement itself; row-level security stands behind it."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows of the current firm; without one, what row-level security lets through: nothing."""
        rows, firm_id = super().get_queryset(), current_firm_id()
        return rows if firm_id is None else rows.filter(firm_id=firm_id)


class FirmForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference to a row of the same firm: the join and the constraint carry firm_id (R4, R10).

    No index of its own: an index that starts with the firm is declared where one is needed.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> Any:
        """``a.firm_id = b.firm_id`` in every join."""
        if not alias or not related_alias:
            return None
        theirs: Any = self.remote_field.model._meta.get_field("firm")
        ours: Any = self.model._meta.get_field("firm")
        return Exact(ours.get_col(related_alias), theirs.get_col(alias))

    def get_extra_descriptor_filter(self, instance: models.Model) -> dict[str, Any]:
        """The firm, when the related row is fetched alone."""
        return {"firm_id": instance.firm_id}  # type: ignore[attr-defined]


class FirmModel(models.Model):
    """A row that belongs to a firm. Subclasses write ``class Meta(FirmModel.Meta)``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    firm = models.ForeignKey("firms.Firm", models.PROTECT, db_index=False, related_name="+")

    objects: ClassVar[FirmManager] = FirmManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *rest: Any) -> Any:
        """An UPDATE names the firm and never writes it (R10)."""
        kept = [value for value in values if value[0].attname != "firm_id"]
        return super()._do_update(base_qs.filter(firm_id=self.firm_id), using, pk_val, kept, *rest)


class LightFirmModel(FirmModel):
    """A firm's row that hangs on another firm's row: its composite foreign key already proves the firm."""

    firm = models.ForeignKey("firms.Firm", models.PROTECT, db_index=False, db_constraint=False, related_name="+")

    class Meta(FirmModel.Meta):
        abstract = True


Row = TypeVar("Row", bound=models.Model)


@cache
def columns_of(model: type[models.Model], alias: str) -> str:
    """Every column of a model, in the order of its fields, for a SELECT written by hand."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def prepared_cursor() -> Any:
    """A cursor for a statement that many requests send word for word alike: it is planned once a session."""
    wrapper: Any = connection
    return wrapper.prepared_cursor()


def rows_joined(tables: str, values: Sequence[Any], **kinds: type[models.Model]) -> list[tuple[Any, ...]]:
    """Rows of several tables at once: (row, row, ...), one of each kind, named by its alias in ``tables``.

    What each request asks first is written by hand: to build such a query costs more than to run it.
    """
    columns = ", ".join(columns_of(model, alias) for alias, model in kinds.items())
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {tables}", values)
        return [_parted(row, list(kinds.values())) for row in cursor.fetchall()]


def _parted(row: tuple[Any, ...], kinds: Sequence[type[models.Model]]) -> tuple[Any, ...]:
    parts, start = [], 0
    for model in kinds:
        names, converters = _names(model), _converters(model)
        values = list(row[start : start + len(names)])
        for place, convert in converters:
            values[place] = convert(values[place], None, connection)
        parts.append(model.from_db(connection.alias, names, values))
        start += len(names)
    return tuple(parts)


@cache
def _converters(model: type[models.Model]) -> list[tuple[int, Any]]:
    """What Django itself does to a value as it comes, by place: JSON is read, for one."""
    fields = enumerate(model._meta.concrete_fields)
    return [(place, convert) for place, field in fields for convert in field.get_db_converters(connection)]


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def row_where(model: type[Row], condition: str, values: Sequence[Any]) -> Row | None:
    """The one row of a model that meets a condition on its alias ``r``, or None."""
    found = rows_joined(f'"{model._meta.db_table}" r WHERE {condition} LIMIT 1', values, r=model)
    return found[0][0] if found else None
