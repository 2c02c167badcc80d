"""The room of firms, their members and those who sign in."""

from django.apps import AppConfig


class FirmsConfig(AppConfig):
    """Ground room: who may do what, and for which firm."""

    name = "comptant.ground.firms"
    label = "firms"
