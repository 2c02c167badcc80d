"""Legal parameters: values that hold between two days, each with its source. Never the last one known by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Value = TypeVar("Value")


class NotCoveredError(LookupError):
    """The table says nothing of that day: it must be completed, not guessed."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[Value]):
    """A value in force from a day, to a day included; ``until`` None: still in force when the source was read."""

    value: Value
    since: date
    until: date | None
    source: str


def in_force(table: Sequence[Dated[Value]], on: date) -> Value:
    """The value of the day. Raises NotCoveredError outside the table.

    >>> rates = [Dated(5, date(2013, 1, 1), None, "ETA 165")]
    >>> in_force(rates, date(2026, 11, 24))
    5
    >>> in_force(rates, date(2012, 12, 31))
    Traceback (most recent call last):
    comptant.journey.invoices.rules.dated.NotCoveredError: nothing is known for 2012-12-31 (ETA 165)
    """
    for row in table:
        if row.since <= on and (row.until is None or on <= row.until):
            return row.value
    raise NotCoveredError(f"nothing is known for {on} ({table[0].source})")
