"""Reports: read everything, move nothing."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The room of the path and of the pipeline report. It has no table."""

    name = "comptant.outlook.reports"
    label = "reports"
