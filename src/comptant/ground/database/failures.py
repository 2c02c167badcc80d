"""What keeps the system from working, as a code and named facts; the doors put it into words (exit code 3)."""

from __future__ import annotations

from typing import Any


class Unable(Exception):
    """The system cannot: no disk, no right, a database that does not answer. Not the user's doing, not a bug."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts
