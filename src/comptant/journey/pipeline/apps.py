"""The room of the pipeline."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Room of the journey: hope, honestly counted."""

    name = "comptant.journey.pipeline"
    label = "pipeline"

    def ready(self) -> None:
        """Make the room known to the journal."""
        from comptant.ground.journal.rooms import register
        from comptant.journey.pipeline.desk import PipelineDesk

        register(PipelineDesk())
