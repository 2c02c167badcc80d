"""What the reports answer: ``path`` and ``pipeline``, for pages, commands and programs alike."""

from comptant.outlook.reports.paths import path
from comptant.outlook.reports.pipelines import pipeline

__all__ = ["path", "pipeline"]
