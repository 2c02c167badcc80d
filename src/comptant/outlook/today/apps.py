"""Today: what there is to do, what is known of the weeks to come, what to watch."""

from django.apps import AppConfig


class TodayConfig(AppConfig):
    """The room of the acts of the day. Its one table says which of them somebody put off."""

    name = "comptant.outlook.today"
    label = "today"
