"""Parties, their contacts, what is thought of them, what they owe."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from comptant.doors.api.asking import ApiRequest, find_deal, find_party
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.shapes import parties as shapes
from comptant.doors.api.shapes.values import Asked, Done, Pages, Paging
from comptant.ground.firms.models import Member
from comptant.ground.parties import actions
from comptant.ground.parties.models import Contact, Party
from comptant.ground.web.roles import KEEPING_BOOKS, OWNING, SELLING
from comptant.journey.prospects.actions import assess, override_limit
from comptant.journey.prospects.queries import current_assessment, exposure
from comptant.journey.prospects.search import search_parties

door = Door("parties")
WRITING = SELLING | KEEPING_BOOKS


class ListOfParties(Paging):
    """Which parties."""

    q: Annotated[str, Field(max_length=100)] = Field(
        "", description="Part of the name, of the e-mail domain, of the SIREN."
    )


@door.reads("/parties", Pages[shapes.Party])
def list_parties(request: ApiRequest, asked: Annotated[ListOfParties, Query()]) -> Any:
    """Parties, the newest first; those that match, the nearest first, when something is looked for."""
    place = Place(f"parties:{asked.q}", asked.limit, asked.cursor)
    if asked.q.strip():
        return _found(request, asked.q, place)
    return page(Party.objects.filter(firm=request.firm, is_mentioned=False), place, "-id", shown_party)


def _found(request: ApiRequest, words: str, place: Place) -> dict[str, Any]:
    after = place.after()
    last = find_party(request, str(after[0])) if after else None
    found = search_parties(request.firm, words, place.limit, last)
    more = place.next((found[-1].id,)) if len(found) == place.limit else None
    return {"items": [shown_party(party) for party in found], "next": more}


@door.does("/parties", shapes.Party, roles=WRITING, scope="deals")
def add_party(request: ApiRequest, body: shapes.NewParty) -> Any:
    """Add a party."""
    return shown_party(new_party(request, body))


@door.reads("/parties/{party}", shapes.Party)
def get_party(request: ApiRequest, party: str) -> Any:
    """A party, by ref or id."""
    return shown_party(find_party(request, party))


@door.changes("/parties/{party}", shapes.Party, roles=WRITING, scope="deals")
def change_party(request: ApiRequest, party: str, body: shapes.PartyFields) -> Any:
    """Change what is said of a party."""
    found = find_party(request, party)
    said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if keeps(name, value)}
    for name, value in said.items():
        setattr(found, name, value)
    found.save(update_fields=[*said, "is_mentioned"])
    return shown_party(found)


@door.reads("/parties/{party}/contacts", Pages[shapes.Contact])
def list_contacts(request: ApiRequest, party: str, asked: Asked) -> Any:
    """The people at a party, by name."""
    found = find_party(request, party)
    rows = Contact.objects.filter(firm=request.firm, party=found)
    return page(rows, Place(f"contacts:{found.id}", asked.limit, asked.cursor), "name", shown_contact)


@door.does("/parties/{party}/contacts", shapes.Contact, roles=WRITING, scope="deals")
def add_contact(request: ApiRequest, party: str, body: shapes.NewContact) -> Any:
    """Add a person at a party."""
    found = find_party(request, party)
    contact: Contact = Contact.objects.create(firm=request.firm, party=found, **body.model_dump())
    return shown_contact(contact)


@door.reads("/parties/{party}/assessment", shapes.Assessment)
def get_assessment(request: ApiRequest, party: str) -> Any:
    """What is thought of whether a party can pay."""
    found = current_assessment(find_party(request, party))
    return {
        "light": str(found.light), "reason": found.reason, "credit_limit": found.credit_limit, "terms": found.terms,
        "at": found.at, "by": _name(request, found.by),
    }  # fmt: skip


@door.does("/parties/{party}/assessment", shapes.Assessment, roles=WRITING, scope="deals")
def assess_party(request: ApiRequest, party: str, body: shapes.NewAssessment) -> Any:
    """Say whether a party can pay, and why."""
    made = assess(find_party(request, party), at=request.at, by=request.member, **body.model_dump())
    return {
        "light": str(made.light), "reason": made.reason, "credit_limit": made.credit_limit, "terms": made.terms,
        "at": made.at, "by": request.member.name,
    }  # fmt: skip


@door.reads("/parties/{party}/exposure", shapes.Exposure)
def get_exposure(request: ApiRequest, party: str) -> Any:
    """What a party owes and may come to owe, tax included, against its limit."""
    found = find_party(request, party)
    standing = exposure(request.firm, [found.id])[found.id]
    return {name: getattr(standing, name) for name in shapes.Exposure.model_fields}


@door.does("/deals/{deal}/overrides", Done, roles=OWNING, scope="deals")
def override_a_limit(request: ApiRequest, deal: str, body: shapes.Override) -> Any:
    """Let a deal pass its party's limit or its red light: an owner's word, in writing."""
    made = override_limit(find_deal(request, deal), reason=body.reason, at=request.at, by=request.member)
    return {"act": made.id}


def new_party(request: ApiRequest, body: shapes.NewParty) -> Party:
    """The party of a body, added."""
    said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if keeps(name, value)}
    return actions.add_party(request.firm, said.pop("name"), ref=said.pop("ref", ""), **said)


def keeps(name: str, value: object) -> bool:
    """Null leaves a field as it is, but for the days to pay, where it means the firm's terms."""
    return value is not None or name == "terms_days"


def shown_party(party: Party) -> dict[str, Any]:
    """A party in an answer."""
    return {name: getattr(party, name) for name in shapes.Party.model_fields}


def shown_contact(contact: Contact) -> dict[str, Any]:
    """A contact in an answer."""
    return {name: getattr(contact, name) for name in shapes.Contact.model_fields}


def _name(request: ApiRequest, member_id: Any) -> str | None:
    if member_id is None:
        return None
    return Member.objects.filter(firm=request.firm, id=member_id).values_list("name", flat=True).first()
