"""Documents kept to the byte, and letters on their way."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from comptant.doors.api.asking import ApiRequest
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.routes.offers import as_file, of_deal
from comptant.doors.api.shapes.values import Given, Pages, Paging, Told, ToldInstant
from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.documents.queries import read
from comptant.ground.firms.models import Role
from comptant.ground.mail.models import Message
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import BRINGING_IN, READING

door = Door("documents and letters")
SEEING_ALL = READING - {Role.SELLER}


class Naming(Given):
    """How a file is called, and what it is."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")] = "application/octet-stream"


class DocumentRow(Told):
    """A document, by its SHA-256."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    made_at: ToldInstant


class Letter(Told):
    """A letter of the outbox."""

    id: UUID
    kind: str
    to: str
    subject: str
    state: str
    put_at: ToldInstant
    left_at: ToldInstant | None
    tries: int
    last_error: str
    deal: UUID | None
    party: UUID | None


class OfDeal(Paging):
    """Of one deal, or of all."""

    deal: str = ""


@door.does("/documents", DocumentRow, roles=BRINGING_IN, scope="offers", takes="application/octet-stream")
def keep_a_document(request: ApiRequest, asked: Annotated[Naming, Query()]) -> Any:
    """Keep a file, sent as it is, such as a scanned signature; the same bytes under the same name once."""
    if not request.body:
        raise Refusal("unreadable")
    return _shown(keep(request.firm, asked.name, asked.media_type, request.body, at=request.at))


@door.reads("/documents/{document}", DocumentRow, roles=SEEING_ALL)
def get_document(request: ApiRequest, document: UUID) -> Any:
    """What is known of a document; a seller reads theirs through their offers."""
    return _shown(read(request.firm, document))


@door.reads("/documents/{document}/file", None, roles=SEEING_ALL, gives="application/octet-stream")
def get_document_file(request: ApiRequest, document: UUID) -> Any:
    """The document itself, to the byte."""
    return as_file(read(request.firm, document))


@door.reads("/letters", Pages[Letter])
def list_letters(request: ApiRequest, asked: Annotated[OfDeal, Query()]) -> Any:
    """Letters, the newest first: waiting, leaving, left or failed."""
    rows = of_deal(request, Message.objects.filter(firm=request.firm), asked.deal)
    return page(rows, Place(f"letters:{asked.deal}", asked.limit, asked.cursor), "-id", _letter)


def _letter(message: Message) -> dict[str, Any]:
    names = set(Letter.model_fields) - {"deal", "party"}
    said = {name: getattr(message, name) for name in names}
    return {**said, "deal": message.deal_id, "party": message.party_id}


def _shown(document: Document) -> dict[str, Any]:
    return {
        "id": document.id, "name": document.name, "media_type": document.media_type, "size": document.size,
        "sha256": bytes(document.sha256).hex(), "made_at": document.made_at,
    }  # fmt: skip
