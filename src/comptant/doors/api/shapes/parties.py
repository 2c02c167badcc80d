"""Parties and their contacts."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from comptant.doors.api.shapes.values import (
    Amount,
    Given,
    Name,
    Ref,
    Short,
    Told,
    ToldAmount,
    ToldDay,
    ToldInstant,
    Words,
)

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$|^$")]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^$")]


class PartyFields(Given):
    """What may be said of a party."""

    name: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    kind: Literal["company", "person"] | None = None
    country: Country | None = None
    siren: Annotated[str, Field(max_length=9)] | None = None
    siret: Annotated[str, Field(max_length=14)] | None = None
    vat_number: Annotated[str, Field(max_length=20)] | None = None
    bn: Annotated[str, Field(max_length=15)] | None = None
    email: Email | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    street: Annotated[str, Field(max_length=300)] | None = None
    postcode: Annotated[str, Field(max_length=20)] | None = None
    city: Short | None = None
    language: Literal["", "fr", "fr-ca", "en"] | None = None
    terms_days: Annotated[int, Field(ge=0, le=365)] | None = None
    iban: Annotated[str, Field(max_length=34)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)] | None = None


class NewParty(PartyFields):
    """A party to add; without a ``ref`` it is given one."""

    ref: Ref = ""
    name: Annotated[str, Field(min_length=1, max_length=300)]


class Party(Told):
    """A company or a person."""

    id: UUID
    ref: str
    name: str
    kind: str
    country: str
    siren: str
    siret: str
    vat_number: str
    bn: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    language: str
    terms_days: int | None
    iban: str
    tags: list[str]
    insolvent_on: ToldDay | None
    credit_limit: ToldAmount | None


class NewContact(Given):
    """A person at a party."""

    name: Name
    function: Short = ""
    email: Email = ""
    phone: Annotated[str, Field(max_length=40)] = ""


class Contact(Told):
    """A person at a party."""

    id: UUID
    name: str
    function: str
    email: str
    phone: str


class NewAssessment(Given):
    """Whether a party can pay, said by hand, with the reason."""

    light: Literal["green", "amber", "red"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    credit_limit: Amount | None = None
    terms: Annotated[str, Field(max_length=300)] = ""


class Assessment(Told):
    """What was said last of whether a party can pay."""

    light: str
    reason: str
    credit_limit: ToldAmount | None
    terms: str
    at: ToldInstant | None
    by: str | None


class Exposure(Told):
    """What the party owes and may come to owe, tax included, against its limit. ``alert``: 50, 70 or 90 percent."""

    signed: ToldAmount
    billable: ToldAmount
    invoiced: ToldAmount
    overdue: ToldAmount
    disputed: ToldAmount
    doubtful: ToldAmount
    held: ToldAmount
    total: ToldAmount
    limit: ToldAmount | None
    share: Any
    alert: Any


class Override(Given):
    """Why a limit may be passed, in writing."""

    reason: Words
