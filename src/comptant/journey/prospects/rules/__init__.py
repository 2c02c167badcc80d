"""Rules of prospects: can they pay, and how much do they owe us already."""

from comptant.journey.prospects.rules.solvency import ALERTS, Exposure, Solvency, refused_commitment

__all__ = ["ALERTS", "Exposure", "Solvency", "refused_commitment"]
