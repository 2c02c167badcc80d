"""The room of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Room of the journey: what was claimed is received."""

    name = "comptant.journey.payments"
    label = "payments"

    def ready(self) -> None:
        """Make the room known to the journal."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.payments.desk import PaymentsDesk

        register(PaymentsDesk())
