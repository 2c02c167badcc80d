"""What no log may hold: the secret of a link, which opens an offer or a letter to whoever reads it."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/(?:o|r|join|public/\w+)/)[\w-]{16,}")
"""The addresses of ``ground.mail.links`` and of the API's public routes."""


def without_secrets(text: str) -> str:
    """The text with the secrets of links left out.

    >>> without_secrets("Not Found: /o/iYcV0bXk3m8z-Vq1hD2_tA/acceptance/")
    'Not Found: /o/.../acceptance/'
    """
    return _SECRET.sub(r"\1...", text)


class WithoutSecrets(logging.Filter):
    """Leaves the secrets of links out of every line: Django names the address of each request that was refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the line is written anew when it names such an address."""
        said = record.getMessage()
        if (plain := without_secrets(said)) != said:
            record.msg, record.args = plain, ()
        return True
