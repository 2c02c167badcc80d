"""How often a token may ask, counted in this process alone: a count that each request writes would cost a commit."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

from comptant.ground.refusals import Refusal

MOST_KNOWN = 10_000


class Pace:
    """At most ``limit`` knocks of one key in any ``seconds``. Each process of the server counts for itself."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit, self.seconds = limit, seconds
        self._knocks: dict[str, deque[float]] = {}
        self._lock = Lock()

    def knock(self, key: str) -> None:
        """Count one. Raises Refusal too_many_requests, saying how long to wait."""
        now = time.monotonic()
        with self._lock:
            if len(self._knocks) > MOST_KNOWN:
                self._knocks = {key: knocks for key, knocks in self._knocks.items() if knocks[-1] > now - self.seconds}
            knocks = self._knocks.setdefault(key, deque())
            while knocks and knocks[0] <= now - self.seconds:
                knocks.popleft()
            if len(knocks) >= self.limit:
                raise Refusal("too_many_requests", seconds=max(1, round(self.seconds - (now - knocks[0]))))
            knocks.append(now)

    def forget(self) -> None:
        """Nobody has knocked."""
        with self._lock:
            self._knocks.clear()
