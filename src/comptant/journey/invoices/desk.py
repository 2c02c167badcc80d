"""The room as the journal meets it: its rules for a firm, and its current-state rows after each settling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from comptant.ground.database.bulk import literal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.replay import Room
from comptant.ground.journal.rooms import DealHead, Settled, by_currency
from comptant.journey.invoices.rules import InvoiceRoom, claims_of, open_amount

Row = tuple[Any, ...]


class InvoicesDesk:
    """Registered by the application's configuration."""

    name = "invoices"
    kinds: Collection[str] = tuple(InvoiceRoom.kinds)

    def open(self, firm: Firm) -> Callable[[DealHead], Room]:
        """The rules for deals of each currency."""
        return by_currency(partial(InvoiceRoom, firm.tz))

    def keep(self, firm: Firm, settled: Sequence[Settled], until: datetime) -> None:
        """Write what is open of each document and when it falls due."""
        rows = [row for one in settled for row in rows_of(firm, one)]
        for start in range(0, len(rows), 1000):
            _update(firm, rows[start : start + 1000])


def rows_of(firm: Firm, settled: Settled) -> Iterator[Row]:
    """(document, open net, open tax, settled on, next crossing on) of each document of a settled deal."""
    state = settled.timeline.state
    for document, claim in claims_of(state).items():
        falls_due = firm.day(claim.overdue_at) if any(state.of("invoiced", document)) else None
        yield document, *open_amount(state, document), claim.settled_on, falls_due


def _update(firm: Firm, rows: Sequence[Row]) -> None:
    values = ",".join("(" + ",".join(literal(value) for value in row) + ")" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoices_invoice i SET open_net = v.net::numeric, open_tax = v.tax::numeric,"
            " settled_on = v.settled::date, next_on = v.next::date"
            f" FROM (VALUES {values}) v(document, net, tax, settled, next)"
            f" WHERE i.firm_id = {firm.id} AND i.id = v.document::uuid",
            None,
        )
