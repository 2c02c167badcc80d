"""The room as the journal meets it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial

from comptant.ground.firms.models import Firm
from comptant.ground.journal.replay import Room
from comptant.ground.journal.rooms import DealHead, Settled, by_currency
from comptant.journey.payments.rules import PaymentsRoom


class PaymentsDesk:
    """Registered by the application's configuration."""

    name = "payments"
    kinds: Collection[str] = tuple(PaymentsRoom.kinds)

    def open(self, firm: Firm) -> Callable[[DealHead], Room]:
        """The rules for deals of each currency."""
        return by_currency(partial(PaymentsRoom, firm.tz))

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """No row of this room is drawn from the timeline."""
