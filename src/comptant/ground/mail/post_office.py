"""The one place that speaks SMTP: a connection, and what the server's answers mean for a letter."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

from comptant.ground.database.failures import Unable

PATIENCE = 30
"""Seconds to wait for any answer of the server."""
TOO_LARGE = 552


class Later(Exception):
    """Not taken now: a 4xx, a connection that broke. The letter waits."""


class Never(Exception):
    """Refused for good: a 5xx. The letter has failed, and says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as its address says."""

    host: str
    port: int
    user: str
    password: str
    wraps: bool
    """TLS from the first byte (smtps)."""
    upgrades: bool
    """STARTTLS, without which nothing is sent."""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def read_address(url: str) -> Server:
    """The server that COMPTANT_SMTP_URL names. Raises Unable mail_address, without saying the password.

    ``smtp`` asks for STARTTLS unless ``?tls=no``; on this machine unless ``?tls=yes``. ``smtps`` is TLS throughout.

    >>> read_address("smtp://ada:s%40lt@mail.example:2525?tls=yes").upgrades
    True
    >>> read_address("smtps://mail.example").port
    465
    """
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("tls", [""])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or asked not in ("", "yes", "no"):
        raise Unable("mail_address")
    try:
        port = parts.port
    except ValueError:
        raise Unable("mail_address") from None
    wraps = parts.scheme == "smtps"
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return Server(
        parts.hostname, port or (465 if wraps else 587), unquote(parts.username or ""), unquote(parts.password or ""),
        wraps, not wraps and (asked == "yes" or (asked == "" and not is_here)),
    )  # fmt: skip


class PostOffice:
    """An open connection for several letters; closed politely at the end, opened again when it broke."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.line: smtplib.SMTP | None = None

    def __enter__(self) -> PostOffice:
        """Open: a server that cannot be reached or lets us not in is told before any letter is taken."""
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.line is not None:
            try:
                self.line.quit()
            except (OSError, smtplib.SMTPException):
                self.line.close()

    def open(self) -> smtplib.SMTP:
        """Raises Unable mail_server_away, with what the server or the system said."""
        try:
            self.line = self._greeted()
            return self.line
        except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
            self.line = None
            raise Unable("mail_server_away", host=self.server.host, port=self.server.port, reason=said(error)) from None

    def _greeted(self) -> smtplib.SMTP:
        server, tls = self.server, ssl.create_default_context()
        line: smtplib.SMTP
        if server.wraps:
            line = smtplib.SMTP_SSL(server.host, server.port, self.name, timeout=PATIENCE, context=tls)
        else:
            line = smtplib.SMTP(server.host, server.port, self.name, timeout=PATIENCE)
        try:
            if server.upgrades:
                line.starttls(context=tls)
            if server.user:
                line.login(server.user, server.password)
        except BaseException:
            line.close()
            raise
        return line

    def send(self, letter: EmailMessage, come_from: str, to: str) -> None:
        """The server has taken the letter over once this returns. Raises Later or Never."""
        line = self.line or self.open()
        try:
            line.send_message(letter, come_from, [to])
        except smtplib.SMTPServerDisconnected as error:
            self.line = None
            raise Later(said(error)) from None
        except smtplib.SMTPRecipientsRefused as error:
            code, text = error.recipients[to]
            raise (Never if code >= 500 else Later)(_told(code, text)) from None
        except smtplib.SMTPSenderRefused as error:
            # Too large is the letter's fault; a sender the server does not know is ours to set right.
            raise (Never if error.smtp_code == TOO_LARGE else Later)(said(error)) from None
        except smtplib.SMTPResponseException as error:
            raise (Never if error.smtp_code >= 500 else Later)(said(error)) from None
        except smtplib.SMTPNotSupportedError as error:
            raise Never(said(error)) from None
        except OSError as error:
            line.close()
            self.line = None
            raise Later(said(error)) from None


def said(error: BaseException) -> str:
    """What the server or the system said, in one line; never what we sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _told(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split())[:500] or type(error).__name__


def _told(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.replace(chr(0), '').split())}"[:500]
