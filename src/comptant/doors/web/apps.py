"""The web door."""

from django.apps import AppConfig


class WebDoorConfig(AppConfig):
    """Pages that cross rooms: assembly, no rules."""

    name = "comptant.doors.web"
    label = "web_door"
