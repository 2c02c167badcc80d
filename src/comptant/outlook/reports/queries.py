"""What the reports answer: ``path``, ``pipeline`` and ``margins``, for pages, commands and programs alike."""

from comptant.outlook.reports.margins import Margin, margins
from comptant.outlook.reports.paths import path
from comptant.outlook.reports.pipelines import pipeline

__all__ = ["Margin", "margins", "path", "pipeline"]
