"""Putting a letter in the outbox, in the transaction of what it tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction

from comptant.ground.database.ids import uuid7
from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Firm, Member
from comptant.ground.mail.models import Attachment, Message
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal

_looks_like_one = EmailValidator()
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@transaction.atomic
def put(
    firm: Firm,
    *,
    to: str,
    to_name: str = "",
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Document] = (),
    kind: str,
    key: str,
    at: datetime,
    deal: Deal | None = None,
    party: Party | None = None,
    by: Member | None = None,
    reply_to: str = "",
) -> Message:
    """A letter waits to leave; it does when this transaction is committed. The same key: the letter put first.

    Line ends and other controls in a name or a subject become spaces; in an address they are refused.
    Raises Refusal bad_address.
    """
    letter_id = uuid7()
    message = Message(
        id=letter_id, firm=firm, key=key, message_id=f"<{letter_id.hex}@{home()}>", kind=kind, to=checked(to),
        to_name=_one_line(to_name)[:200], reply_to=checked(reply_to) if reply_to else "",
        subject=_one_line(subject)[:300], text=text, html=html, deal=deal, party=party, by=by, put_at=at,
        next_try_at=at,
    )  # fmt: skip
    Message.objects.bulk_create([message], ignore_conflicts=True)
    kept: Message = Message.objects.get(firm=firm, key=key)
    if kept.id == letter_id and attachments:
        Attachment.objects.bulk_create(
            [Attachment(firm=firm, message=kept, document=document, n=n) for n, document in enumerate(attachments)]
        )
    return kept


def checked(address: str) -> str:
    """The address as a mail server takes it: a domain with accents in its ASCII form. Raises Refusal bad_address.

    >>> checked("camille@orvane.example")
    'camille@orvane.example'
    >>> checked("camille@crème.example")
    'camille@xn--crme-6oa.example'
    """
    written = address.strip()
    local, _, domain = written.rpartition("@")
    try:
        asked = f"{local}@{domain.encode('idna').decode('ascii')}" if not domain.isascii() else written
        _looks_like_one(asked)
    except (ValidationError, UnicodeError):
        raise Refusal("bad_address", address=_one_line(address)) from None
    if _CONTROLS.search(asked) or not asked.isascii() or len(asked) > 254:
        raise Refusal("bad_address", address=_one_line(address))
    return asked


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def home() -> str:
    """Where this installation is reached: the right side of our message ids, and who we say we are to a mail server."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"
