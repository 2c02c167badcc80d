"""A mail server of the tests' own: real SMTP on this machine, and what came in.

``post_office.letters`` are those it took, in order. ``post_office.says("RCPT", "550 no such box")`` makes it answer so,
once or, with ``times``, more often.
"""

# ruff: noqa: N802 - the handlers' names are those that aiosmtpd calls
from __future__ import annotations

import email.policy
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django.fixtures import Settings

TAKEN = "250 taken"
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass
class PostOffice:
    """What came in, and what is to be answered next."""

    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
    """How long it takes over each letter."""
    url: str = ""

    def says(self, command: str, answer: str, times: int = 1) -> None:
        """The next answers to MAIL, RCPT or DATA."""
        self.answers.setdefault(command, []).extend([answer] * times)

    def _answer(self, command: str, otherwise: str) -> str:
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else otherwise

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._answer("MAIL", "250 ok")
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._answer("RCPT", "250 ok")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.seconds:
            time.sleep(self.seconds)
        answer = self._answer("DATA", TAKEN)
        if answer == "hang up":
            server.transport.close()
            return TAKEN
        if answer.startswith("2"):
            letter = message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    """An open post office, to which the product sends, as fast as it likes."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port(), data_size_limit=None)
    controller.start()
    office.url = f"smtp://127.0.0.1:{controller.port}"
    settings.SMTP_URL, settings.MAIL_FROM, settings.MAIL_PER_MINUTE = office.url, "", 100_000
    try:
        yield office
    finally:
        controller.stop()
