"""The room of recovery."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Room of the journey: what is late or contested is fought for."""

    name = "comptant.journey.recovery"
    label = "recovery"

    def ready(self) -> None:
        """Make the room known to the journal."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.recovery.desk import RecoveryDesk

        register(RecoveryDesk())
