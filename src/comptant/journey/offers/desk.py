"""The room as the journal meets it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from comptant.ground.firms.models import Firm
from comptant.ground.journal.replay import Room
from comptant.ground.journal.rooms import DealHead, Settled, by_currency
from comptant.journey.offers.rules import OffersRoom


class OffersDesk:
    """Registered by the application's configuration."""

    name = "offers"
    kinds: Collection[str] = tuple(OffersRoom.kinds)

    def open(self, firm: Firm) -> Callable[[DealHead], Room]:
        """The rules for deals of each currency."""
        return by_currency(OffersRoom)

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """No row of this room is drawn from the timeline."""
