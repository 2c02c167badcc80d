"""Points Django at our compilers."""

from django.db.backends.postgresql import operations


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL's operations with the plain multi-row INSERT."""

    compiler_module = "comptant.ground.database.backend.compiler"
