"""The room of prospects."""

from django.apps import AppConfig


class ProspectsConfig(AppConfig):
    """Room of the journey: who are they, can they pay."""

    name = "comptant.journey.prospects"
    label = "prospects"
