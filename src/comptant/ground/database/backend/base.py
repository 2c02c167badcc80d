"""The backend's entry point: PostgreSQL, with our features, operations and schema editor."""

from typing import Any

from django.db.backends.postgresql import base

from comptant.ground.database.backend.features import DatabaseFeatures
from comptant.ground.database.backend.operations import DatabaseOperations
from comptant.ground.database.backend.schema import DatabaseSchemaEditor

ServerBindingCursor: Any = base.ServerBindingCursor


class PreparedCursor(ServerBindingCursor):  # type: ignore[misc]
    """Each statement is planned once a session and sent by its name from then on."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        """As any cursor does; the statement must stay word for word the same for that to pay."""
        return super().execute(query, params, prepare=True, **kwargs)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Comptant uses it."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor

    def prepared_cursor(self) -> Any:
        """A cursor for the few statements that each request sends, written by hand and always the same."""
        wrapper: Any = self
        wrapper.ensure_connection()
        wrapper.connection.prepare_threshold = NEVER_BY_ITSELF
        with wrapper.wrap_database_errors:
            return wrapper._prepare_cursor(PreparedCursor(wrapper.connection))


NEVER_BY_ITSELF = 1_000_000_000
"""Other cursors bind their values into the text: to prepare such statements would fill the session with them."""
