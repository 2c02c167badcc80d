"""The pipeline's rules, all pure: the stall rule, what each fact does to hope, thresholds, figures.

Read ``docs/stall.md`` first.
"""

from comptant.journey.pipeline.rules.room import KINDS, PipelineRoom
from comptant.journey.pipeline.rules.stall import Closures, StallRule, Thresholds
from comptant.journey.pipeline.rules.thread import Stage, Thread
from comptant.journey.pipeline.rules.thresholds import Histogram, MonthThreshold, count_gaps, monthly_thresholds

__all__ = [
    "KINDS",
    "Closures",
    "Histogram",
    "MonthThreshold",
    "PipelineRoom",
    "Stage",
    "StallRule",
    "Thread",
    "Thresholds",
    "count_gaps",
    "monthly_thresholds",
]
