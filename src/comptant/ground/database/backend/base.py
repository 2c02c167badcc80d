"""The backend's entry point: PostgreSQL, with our features, operations and schema editor."""

from django.db.backends.postgresql import base

from comptant.ground.database.backend.features import DatabaseFeatures
from comptant.ground.database.backend.operations import DatabaseOperations
from comptant.ground.database.backend.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Comptant uses it."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
