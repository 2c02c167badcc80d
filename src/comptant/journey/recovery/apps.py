"""The room of recovery."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Room of the journey: what is late or contested is fought for."""

    name = "comptant.journey.recovery"
    label = "recovery"
