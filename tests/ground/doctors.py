"""The doctors of the house, one after the other."""

from collections.abc import Iterator

from comptant.ground.documents import doctor as documents
from comptant.ground.firms.models import Firm
from comptant.ground.journal import doctor as journal
from comptant.ground.mail import doctor as mail
from comptant.journey.invoices import doctor as invoices
from comptant.journey.payments import doctor as payments
from comptant.journey.pipeline import doctor as pipeline

CORRUPTED_AT_HOME = (payments,)
"""Rooms whose own tests corrupt what their doctor proves. Offers and recovery are at home
alone: here agreements and disputes have no rows."""


def faults(firm: Firm) -> dict[str, str]:
    """The checks that fail, with what they found; within the firm's scope."""
    return {check.name: check.detail for check in every_check(firm) if not check.ok}


def every_check(firm: Firm) -> Iterator[journal.Check]:
    """The checks of every room."""
    for room in (journal, documents, mail, pipeline, invoices, *CORRUPTED_AT_HOME):
        yield from room.checks(firm)
