"""Makes each firm table as the schema rules ask, in the migration that creates it.

Primary key (firm_id, id) (R2), foreign keys (firm_id, x_id) -> (firm_id, id) not deferrable (R4), row-level
security by firm (R16), grants for the roles app and batch, append-only where the model says so (R7).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.ddl_references import Statement
from django.db.backends.postgresql import schema
from django.db.models import Field, Model

from comptant.ground.database.tables import is_append_only, is_djangos, is_firm, is_owned

CURRENT_FIRM = "nullif(current_setting('app.firm', true), '')::bigint"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """PostgreSQL's schema editor that knows whose row each row is."""

    sql_create_column_inline_fk: Any = None

    def column_sql(self, model: type[Model], field: Field[Any, Any], include_default: bool = False) -> Any:
        """As Django's, without PRIMARY KEY on the id of a firm's row: the table says it."""
        sql, params = super().column_sql(model, field, include_default)
        if sql and is_owned(model) and field.primary_key:
            sql = sql.replace(" PRIMARY KEY", "")
        return sql, params

    def table_sql(self, model: type[Model]) -> Any:
        """As Django's, with the primary key that can be distributed."""
        sql, params = super().table_sql(model)
        if is_owned(model):
            sql = sql.rstrip()[:-1] + ', PRIMARY KEY ("firm_id", "id"))'
        return sql, params

    def _create_fk_sql(self, model: type[Model], field: Any, suffix: str) -> Statement:
        statement: Statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc] # not in the stubs
        parts: dict[str, Any] = statement.parts
        parts["deferrable"] = ""
        if is_owned(model) and is_owned(field.remote_field.model):
            parts["column"] = f'"firm_id", "{field.column}"'
            parts["to_column"] = '"firm_id", "id"'
        return statement

    def create_model(self, model: type[Model]) -> None:
        """Create the table, wall it off by firm and grant each role what it may do."""
        super().create_model(model)
        for statement in table_guards(model):
            self.execute(statement)
        if is_owned(model) and self.connection.pg_version >= 170_000:
            self.execute(f'GRANT MAINTAIN ON "{model._meta.db_table}" TO {settings.APP_ROLE}')

    def add_field(self, model: type[Model], field: Field[Any, Any]) -> None:
        """As Django's; a new column of an append-only table is granted like those it was created with."""
        super().add_field(model, field)
        if is_append_only(model) and field.column and field.column != "recorded_at":
            table, roles = model._meta.db_table, f"{settings.APP_ROLE}, {settings.BATCH_ROLE}"
            self.execute(f'GRANT INSERT ("{field.column}") ON "{table}" TO {roles}')


def table_guards(model: type[Model]) -> list[str]:
    """The statements that wall a new table off and grant the roles app and batch their part."""
    table = f'"{model._meta.db_table}"'
    app, batch = settings.APP_ROLE, settings.BATCH_ROLE
    guards = []
    if is_owned(model) or is_firm(model):
        column = "id" if is_firm(model) else "firm_id"
        guards += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            (
                f"CREATE POLICY firm_wall ON {table} USING ({column} = {CURRENT_FIRM})"
                f" WITH CHECK ({column} = {CURRENT_FIRM})"
            ),
        ]
    if is_djangos(model):
        return [f"GRANT SELECT ON {table} TO {app}, {batch}"]
    if not is_append_only(model):
        return [*guards, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}, {batch}"]
    written = ", ".join(f'"{f.column}"' for f in model._meta.local_fields if f.column != "recorded_at")
    return [*guards, f"GRANT SELECT, INSERT ({written}) ON {table} TO {app}, {batch}"]
