"""Keeping a file to the byte."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Firm
from comptant.ground.refusals import Refusal

LARGEST = 20_000_000
"""Bytes of one document: what most mail servers still take, with room for its encoding."""


@transaction.atomic
def keep(firm: Firm, name: str, media_type: str, content: bytes, *, at: datetime) -> Document:
    """The file, kept; the same bytes under the same name are the same row, whoever keeps them and when.

    Raises Refusal document_too_large above 20 MB.
    """
    if len(content) > LARGEST:
        raise Refusal("document_too_large", name=name, limit=LARGEST // 1_000_000)
    fingerprint = hashlib.sha256(content).digest()
    document = Document(
        firm=firm, name=name, media_type=media_type, sha256=fingerprint, size=len(content), content=content, made_at=at
    )
    Document.objects.bulk_create([document], ignore_conflicts=True)
    kept = Document.objects.only("id", "made_at", "media_type").get(firm=firm, sha256=fingerprint, name=name)
    document.id, document.made_at, document.media_type = kept.id, kept.made_at, kept.media_type
    return document
