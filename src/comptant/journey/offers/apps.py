"""The room of offers."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Room of the journey: proposed, decided, signed."""

    name = "comptant.journey.offers"
    label = "offers"

    def ready(self) -> None:
        """Make the room known to the journal."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.offers.desk import OffersDesk

        register(OffersDesk())
