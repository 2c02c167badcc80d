"""From a row of the outbox to a letter as RFC 5322 writes it: headers encoded, lines short, documents attached."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from comptant.ground.firms.models import Firm, Identity
from comptant.ground.mail.models import Message


def sender(firm: Firm, mail_from: str) -> str:
    """Who the firm's letters come from: the installation's address if there is one, else the firm's own, else ''."""
    identity = Identity.objects.filter(firm=firm).only("email").first()
    return mail_from or (identity.email if identity else "")


def written(firm: Firm, message: Message, *, come_from: str, answers_to: str) -> EmailMessage:
    """The letter with its documents; always the same, whenever it is written. Within the firm's scope.

    ``answers_to`` is where a reply goes unless the letter says another place.
    """
    letter = EmailMessage(policy=SMTP)
    letter["From"] = _address(firm.name, come_from)
    letter["To"] = _address(message.to_name, message.to)
    reply_to = message.reply_to or answers_to
    if reply_to != come_from and "@" in reply_to:
        letter["Reply-To"] = _address("", reply_to)
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(message.put_at.astimezone(firm.tz))
    letter["Message-ID"] = message.message_id
    letter["X-Comptant-Kind"] = message.kind
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    if message.html:
        letter.add_alternative(message.html, subtype="html")
    for attachment in message.attachments.select_related("document").order_by("n"):
        document = attachment.document
        kind, _, subtype = document.media_type.partition("/")
        letter.add_attachment(
            bytes(document.content), maintype=kind, subtype=subtype or "octet-stream", filename=document.name
        )
    for n, part in enumerate(part for part in letter.walk() if part.is_multipart()):
        part.set_boundary(f"=_{message.id.hex}_{n}")
    return letter


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
