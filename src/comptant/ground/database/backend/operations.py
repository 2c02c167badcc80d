"""Points Django at our compilers."""

from typing import Any

from django.db.backends.postgresql import operations


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL's operations with the plain multi-row INSERT."""

    compiler_module = "comptant.ground.database.backend.compiler"

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """What was sent, for who listens; a prepared statement went by its name alone, and is written out."""
        return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
