"""The room of pipeline."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Room of the journey: pipeline."""

    name = "comptant.journey.pipeline"
    label = "pipeline"
