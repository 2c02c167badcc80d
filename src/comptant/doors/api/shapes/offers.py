"""Offers, what was agreed, and delivering it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema

from comptant.doors.api.shapes.parties import Email
from comptant.doors.api.shapes.values import (
    Amount,
    Day,
    Exact,
    Given,
    Happened,
    Rate,
    Short,
    Told,
    ToldAmount,
    ToldDay,
    ToldExact,
    ToldInstant,
    Words,
)

Presented = Literal["in_person", "video", "phone", "sent"]
Title = Annotated[str, Field(min_length=1, max_length=300)]


class Line(Given):
    """A line of an offer. ``price`` is before tax, of one unit; ``discount`` and ``tax_rate`` are percents."""

    title: Title
    price: Exact
    tax_rate: Rate
    quantity: Exact = Decimal(1)
    unit: Annotated[str, Field(max_length=40)] = ""
    text: Words = ""
    discount: Rate = Decimal(0)
    is_optional: bool = False
    direct_cost: Amount | None = Field(None, description="What it costs us; the client never sees it.")


class Part(Given):
    """A part of the price, payable at signature, on a date, or when it is accepted."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    share: Rate = Field(description="Percent; the parts make 100.")
    trigger: Literal["signature", "date", "acceptance"] = "acceptance"
    due_on: Day | None = None


class Benefit(Given):
    """What the client gains, in figures."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    figure: Short = ""


class OfferFields(Given):
    """What an offer says."""

    lines: Annotated[list[Line], Field(max_length=200)] | None = None
    benefits: Annotated[list[Benefit], Field(max_length=20)] | None = None
    schedule: Annotated[list[Part], Field(max_length=50)] | None = None
    decision_on: Day | None = None
    title: Annotated[str, Field(max_length=300)] | None = None
    problem: Words | None = None
    give_to_get: Words | None = None
    conditions: Words | None = None


class NewOffer(OfferFields):
    """An offer to draft."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=200)]


class Presenting(Given):
    """How it was shown to the client, and when."""

    how: Presented
    on: Day | None = None


class Sending(Given):
    """To whom; the party's e-mail when it is blank."""

    to: Email = ""


class OfferLine(Told):
    """A line as it was written."""

    id: UUID
    title: str
    text: str
    quantity: ToldExact
    unit: str
    price: ToldExact
    discount: ToldExact
    tax_rate: ToldExact
    is_optional: bool
    net: ToldAmount


class OfferPart(Told):
    """A part of the schedule."""

    title: str
    share: ToldExact
    trigger: str
    due_on: ToldDay | None


class OfferRow(Told):
    """A version of an offer. ``state``: draft, sent, accepted, declined, ended, expired."""

    id: UUID
    number: str
    version: int
    kind: str
    deal: str
    title: str
    state: str
    net: ToldAmount
    tax: ToldAmount
    decision_on: ToldDay | None
    presented_on: ToldDay | None
    presented_how: str
    sent_at: ToldInstant | None
    sent_to: str
    opened_at: ToldInstant | None
    accepted_at: ToldInstant | None
    declined_at: ToldInstant | None
    declined_why: str
    document: UUID | None


class Offer(OfferRow):
    """An offer with all that it says."""

    problem: str
    give_to_get: str
    conditions: str
    benefits: list[dict[str, str]]
    lines: list[OfferLine]
    schedule: list[OfferPart]
    predicted_margin: ToldAmount | None


class NewAgreement(Happened):
    """What was agreed outside: a scanned signature or a purchase order, with its document; or one that was running."""

    net: Amount
    tax: Amount
    proof: Literal["scanned", "purchase_order", "imported"]
    document: UUID | None = Field(None, description="A document kept by POST /documents.")
    schedule: Annotated[list[Part], Field(max_length=50)] = []
    title: Annotated[str, Field(max_length=300)] = ""


class ExtraAcceptance(Happened):
    """How an extra request was accepted outside its page."""

    proof: Literal["scanned", "purchase_order", "imported"]
    document: UUID | None = None


class Ending(Happened):
    """Why an agreement ends before it was all invoiced."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class Delivery(Happened):
    """The day the milestone was accepted; today, unless said."""

    on: Day | None = None


class Milestone(Told):
    """A part of what was agreed, to invoice once reached."""

    id: UUID
    title: str
    share: ToldExact
    net: ToldAmount
    tax: ToldAmount
    trigger: str
    due_on: ToldDay | None
    reached_on: ToldDay | None


class Agreement(Told):
    """What was agreed, with its proof and its milestones."""

    id: UUID
    deal: str
    kind: str
    title: str
    net: ToldAmount
    tax: ToldAmount
    signed_on: ToldDay
    proof: str
    document: UUID | None
    ended_on: ToldDay | None
    milestones: list[Milestone]


class PublicOffer(Told):
    """The offer as its client reads it, in their language: every figure and day is text."""

    number: str
    version: int
    state: str
    language: str
    offer: dict[str, Any]
    consent: str
    options: list[OfferLine]


def _consent(value: Any) -> Any:
    """True and false as the words they are."""
    return str(value).lower() if isinstance(value, bool) else value


Consent = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    BeforeValidator(_consent),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": 2000}, {"const": True}]}),
]


class Acceptance(Given):
    """The client accepts and signs."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    function: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(min_length=1, max_length=20)]
    consent: Consent = Field(description="The sentence that the offer says under `consent`, or true.")
    options: Annotated[list[UUID], Field(max_length=200)] = []


class Refusing(Given):
    """The client declines."""

    why: Literal["competitor", "no_need", "not_now", "price", "other"]
    comment: Words = ""


class CodeSent(Told):
    """A code was sent to the address the offer was sent to."""

    expires_at: ToldInstant


class Answered(Told):
    """The client's answer was recorded."""

    number: str
    state: str
