"""The room of second steps and passkeys."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Ground room: how people prove who they are."""

    name = "comptant.ground.access"
    label = "access"
