"""The room of offers."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Room of the journey: proposed, decided, signed."""

    name = "comptant.journey.offers"
    label = "offers"
