"""Identifiers made by the application: UUID version 7, in time order, no central sequence (R2)."""

from __future__ import annotations

import os
import time
from struct import unpack
from uuid import UUID

_last = 0
_CHANCE = (1 << 62) - 1
_VARIANT = 2 << 62

UUID7_IN_SQL = "(%(stamp)s || substr(gen_random_uuid()::text, 16))::uuid"
"""An id for each row of an INSERT ... SELECT, of the millisecond of ``stamp()``: what asks for the latest finds it."""


def uuid7() -> UUID:
    """A new UUID version 7: milliseconds, then a counter that keeps this process's ids in order, then chance.

    Source: RFC 9562, section 5.7 and 6.2 (method 3: sub-millisecond time in rand_a).
    """
    stamp = _stamps(1)
    chance = int.from_bytes(os.urandom(8), "big") & _CHANCE
    return UUID(int=(stamp >> 12) << 80 | 7 << 76 | (stamp & 0xFFF) << 64 | _VARIANT | chance)


def uuid7_digits(count: int) -> list[str]:
    """As many new ids, in order, as the 32 digits PostgreSQL reads: for rows that nobody here need name again.

    >>> [len(digits) for digits in uuid7_digits(2)], uuid7_digits(0)
    ([32, 32], [])
    """
    first = _stamps(count)
    chances = unpack(f"{count}Q", os.urandom(8 * count))
    return [
        f"{stamp >> 12:012x}7{stamp & 0xFFF:03x}{chance & _CHANCE | _VARIANT:016x}"
        for stamp, chance in enumerate(chances, first)
    ]


def _stamps(count: int) -> int:
    """The first of as many stamps, none given twice: milliseconds, then twelve bits of their parts."""
    global _last
    nanoseconds = time.time_ns()
    first = max((nanoseconds // 1_000_000) << 12 | (nanoseconds % 1_000_000) * 4096 // 1_000_000, _last + 1)
    _last = first + count - 1
    return first


def stamp() -> str:
    """The beginning of the ids that a statement makes by UUID7_IN_SQL."""
    return str(uuid7())[:15]
