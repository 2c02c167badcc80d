"""The room of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Room of the journey: what was claimed is received."""

    name = "comptant.journey.payments"
    label = "payments"
