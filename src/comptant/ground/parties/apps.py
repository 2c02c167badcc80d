"""The room of parties."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Ground room: parties."""

    name = "comptant.ground.parties"
    label = "parties"
