"""The room of deals."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    """Ground room: deals."""

    name = "comptant.ground.deals"
    label = "deals"
