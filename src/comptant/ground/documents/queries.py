"""Reading what was kept."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Firm


def read(firm: Firm, document_id: UUID) -> Document:
    """The document with its bytes, if it is the firm's; otherwise 404, telling nothing."""
    document: Document | None = Document.objects.filter(firm=firm, id=document_id).first()
    if document is None:
        raise Http404
    return document
