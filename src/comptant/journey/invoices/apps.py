"""The room of invoices."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Room of the journey: what was signed is claimed."""

    name = "comptant.journey.invoices"
    label = "invoices"

    def ready(self) -> None:
        """Make the room known to the journal."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.invoices.desk import InvoicesDesk

        register(InvoicesDesk())
