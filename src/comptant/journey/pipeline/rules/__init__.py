"""The pipeline's rules, all pure: the stall rule, what each fact does to hope, thresholds, figures.

Read ``docs/stall.md`` first.
"""

from comptant.journey.pipeline.rules.room import KINDS, PipelineRoom
from comptant.journey.pipeline.rules.stall import Closures, StallRule, Thresholds
from comptant.journey.pipeline.rules.thread import Stage, Thread

__all__ = ["KINDS", "Closures", "PipelineRoom", "Stage", "StallRule", "Thread", "Thresholds"]
