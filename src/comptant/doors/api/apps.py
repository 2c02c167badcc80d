"""The door of machines."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API: what people do on pages, programs do here."""

    name = "comptant.doors.api"
    label = "api"
