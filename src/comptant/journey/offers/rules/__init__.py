"""The rules of the room of offers: values in, values out."""

from comptant.journey.offers.rules.room import Backlog, OffersRoom, amount, backlog_of, going_tax, stage_of

__all__ = ["Backlog", "OffersRoom", "amount", "backlog_of", "going_tax", "stage_of"]
