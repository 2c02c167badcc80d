"""Acts of offers: making and sending them, the client's answer, what was agreed, and delivering it."""

from comptant.journey.offers.actions.agreeing import accept_extra, end_agreement, record_agreement
from comptant.journey.offers.actions.answering import (
    accept_offer,
    ask_code,
    ask_reopening,
    decline_offer,
    note_opening,
    wrong_code,
)
from comptant.journey.offers.actions.delivering import deliver, expire_offers
from comptant.journey.offers.actions.drafting import draft_offer, present_offer, propose_extra, revise_offer
from comptant.journey.offers.actions.sending import send_offer

__all__ = [
    "accept_extra", "accept_offer", "ask_code", "ask_reopening", "decline_offer", "deliver", "draft_offer",
    "end_agreement", "expire_offers", "note_opening", "present_offer", "propose_extra", "record_agreement",
    "revise_offer", "send_offer", "wrong_code",
]  # fmt: skip
