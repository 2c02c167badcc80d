"""What Django fills when it migrates is only read by the roles app and batch, in databases made before that too."""

from typing import ClassVar

from django.conf import settings
from django.db import migrations

TABLES = "auth_group, auth_group_permissions, auth_permission, django_content_type, django_migrations"


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("firms", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON {TABLES} FROM {settings.APP_ROLE}, {settings.BATCH_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]
