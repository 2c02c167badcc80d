"""The room of the web."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Ground room: what every page is made of."""

    name = "comptant.ground.web"
    label = "web"
