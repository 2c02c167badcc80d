"""Identifiers made by the application: UUID version 7, in time order, no central sequence (R2)."""

from __future__ import annotations

import os
import time
from uuid import UUID

_last = 0


def uuid7() -> UUID:
    """A new UUID version 7: milliseconds, then a counter that keeps this process's ids in order, then chance.

    Source: RFC 9562, section 5.7 and 6.2 (method 3: sub-millisecond time in rand_a).
    """
    global _last
    nanoseconds = time.time_ns()
    stamp = (nanoseconds // 1_000_000) << 12 | (nanoseconds % 1_000_000) * 4096 // 1_000_000
    _last = stamp = max(stamp, _last + 1)
    chance = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return UUID(int=(stamp >> 12) << 80 | 7 << 76 | (stamp & 0xFFF) << 64 | 2 << 62 | chance)
