"""The firm itself: who it is on its documents, its people, its tokens."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from comptant.doors.api.shapes.values import Given, Told, ToldDay, ToldInstant, When
from comptant.ground.firms.tokens import SCOPES

RoleName = Literal["owner", "manager", "seller", "staff", "accountant", "mentor"]
Scope = Literal[SCOPES]  # type: ignore[valid-type]
Text = Annotated[str, Field(max_length=300)]


class IdentityFields(Given):
    """Who the firm is on its documents; what is left out stays as it is."""

    legal_name: Text | None = None
    legal_form: Text | None = None
    capital: Text | None = None
    street: Text | None = None
    postcode: Text | None = None
    city: Text | None = None
    siren: Text | None = None
    siret: Text | None = None
    register_: Text | None = Field(None, alias="register", description="Such as RCS Lyon.")
    vat_number: Text | None = None
    is_vat_exempt: bool | None = None
    vat_on_debits_from: Text | None = None
    neq: Text | None = None
    gst_number: Text | None = None
    qst_number: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    iban: Text | None = None
    bic: Text | None = None
    terms_days: Annotated[int, Field(ge=0, le=365)] | None = None
    terms_end_of_month: bool | None = None
    penalty_rate: Text | None = None
    early_discount: Text | None = None


class Firm(Told):
    """The firm, and who it is on its documents."""

    ref: str
    name: str
    country: str
    currency: str
    zone: str
    language: str
    is_demo: bool
    today: ToldDay
    identity: dict[str, str | bool | int | None]


class Member(Told):
    """A person within the firm. ``signs_in``: they have a login of their own."""

    id: UUID
    name: str
    role: str
    is_active: bool
    signs_in: bool


class RoleChange(Given):
    """What the member may do from now on."""

    role: RoleName


class NewInvitation(Given):
    """Who is asked to join, as what."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    role: RoleName
    name: Annotated[str, Field(max_length=120)] = ""


class Invitation(Told):
    """Someone asked to join; the link is in their letter alone."""

    id: UUID
    email: str
    name: str
    role: str
    invited_at: ToldInstant
    expires_at: ToldInstant
    accepted_at: ToldInstant | None
    withdrawn_at: ToldInstant | None


class NewToken(Given):
    """A token for a member; whoever asks, unless said."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)]
    member: UUID | None = None
    expires_at: When | None = None


class Token(Told):
    """A token; never its secret."""

    id: UUID
    name: str
    member: UUID
    scopes: list[str]
    created_at: ToldInstant
    expires_at: ToldInstant | None
    revoked_at: ToldInstant | None


class MadeToken(Token):
    """A token just made, with the secret that is told this once."""

    secret: str


class Hit(Told):
    """Something found: a party, a deal or an invoice."""

    kind: Literal["party", "deal", "invoice"]
    id: UUID
    ref: str
    name: str
