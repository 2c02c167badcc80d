"""Offers, the agreements they lead to, and the signatures that prove them."""

from comptant.journey.offers.models.agreements import Agreement, Milestone, Proof
from comptant.journey.offers.models.offers import (
    Offer,
    OfferKind,
    OfferLine,
    OfferPart,
    OfferSeries,
    Presented,
    Refused,
    Trigger,
)
from comptant.journey.offers.models.signatures import Signature, SigningCode

__all__ = [
    "Agreement", "Milestone", "Offer", "OfferKind", "OfferLine", "OfferPart", "OfferSeries", "Presented", "Proof",
    "Refused", "Signature", "SigningCode", "Trigger",
]  # fmt: skip
