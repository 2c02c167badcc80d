"""The room of invoices."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Room of the journey: invoices."""

    name = "comptant.journey.invoices"
    label = "invoices"
