"""The room of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Room of the journey: what was claimed is received."""

    name = "comptant.journey.payments"
    label = "payments"

    def ready(self) -> None:
        """Make the room known to the journal, and to the room of invoices."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.invoices import paying
        from comptant.journey.payments.desk import PaymentsDesk
        from comptant.journey.payments.fitting import Lessening

        register(PaymentsDesk())
        paying.register(Lessening())
