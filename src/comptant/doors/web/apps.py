"""The web door."""

from django.apps import AppConfig


class WebDoorConfig(AppConfig):
    """Pages that cross rooms: assembly, no rules."""

    name = "comptant.doors.web"
    label = "web_door"

    def ready(self) -> None:
        """Let refusals of files be told by the one place that tells refusals."""
        from comptant.doors.imports import messages  # noqa: F401
