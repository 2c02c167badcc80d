"""The room of journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Ground room: journal."""

    name = "comptant.ground.journal"
    label = "journal"
