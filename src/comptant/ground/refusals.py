"""A refusal: the user asks for what our rules do not allow. A code and named facts, no sentence, no HTTP.

``comptant.ground.web.sentences`` turns it into words for a page, an answer or an exit code.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """``code`` is stable and documented; ``facts`` are the named values its sentence needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts
