"""The bank and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from comptant.doors.api.shapes.values import (
    Amount,
    Day,
    Given,
    Positive,
    Ref,
    Short,
    Told,
    ToldAmount,
    ToldDay,
    Words,
)


class Statement(Told):
    """A statement that was imported."""

    id: UUID
    account: str
    format: str
    first_on: ToldDay | None
    last_on: ToldDay | None
    opening: ToldAmount | None
    closing: ToldAmount | None


class TakenStatement(Statement):
    """What became of one statement of a file. ``follows`` false: a statement is missing before it."""

    added: int
    known: int
    follows: bool


class ImportedFile(Told):
    """What a file brought. ``is_known``: the very same file was here already, and nothing changed."""

    is_known: bool
    added: int
    known: int
    statements: list[TakenStatement]


class BankLine(Told):
    """A movement booked by the bank; what came in is above zero."""

    id: UUID
    booked_on: ToldDay
    value_on: ToldDay
    amount: ToldAmount
    currency: str
    label: str
    payer: str
    iban: str
    reference: str
    state: str


class LineProposals(Told):
    """A line and what it may pay, the surest first, as docs/json.md describes ``bank match``."""

    id: UUID
    booked_on: ToldDay
    amount: ToldAmount
    label: str
    proposals: list[dict[str, Any]]


class Share(Given):
    """A part given to an invoice, tax included."""

    invoice: Ref = Field(description="Number or id.")
    amount: Positive


class Confirming(Given):
    """What a line pays: these invoices in order; or these shares; the rest is held for the party."""

    invoices: Annotated[list[Ref], Field(max_length=200)] = []
    shares: Annotated[list[Share], Field(max_length=200)] = []
    fee: Amount = Decimal(0)
    party: Ref | None = Field(None, description="Who paid, where no invoice says it.")


class NewPayment(Given):
    """Money received, tax included; what invoices do not take is held on the party's account."""

    party: Ref
    amount: Positive
    received_on: Day
    label: Words = ""
    ref: Annotated[str, Field(max_length=200)] = ""
    iban: Annotated[str, Field(max_length=34)] = ""
    allocations: Annotated[list[Share], Field(max_length=200)] = []
    penalties: Annotated[list[Share], Field(max_length=200)] = []
    indemnities: Annotated[list[Share], Field(max_length=200)] = []
    fee: Amount = Decimal(0)


class PaymentPart(Told):
    """Where a part of a payment went."""

    number: str
    what: str
    amount: ToldAmount


class Payment(Told):
    """Money received. ``held`` is what is left of it on the party's account."""

    id: UUID
    ref: str
    party: str
    received_on: ToldDay
    amount: ToldAmount
    currency: str
    label: str
    line: UUID | None
    parts: list[PaymentPart]
    held: ToldAmount
    bounced: ToldAmount


class Bouncing(Given):
    """The bank took it back, all of it or a part."""

    on: Day
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    amount: Positive | None = None


class Using(Given):
    """Money held for a party pays an invoice: ``amount``, or all it can."""

    invoice: Ref
    amount: Positive | None = None


class Used(Told):
    """How much was used, or given back."""

    amount: ToldAmount


class Refunding(Given):
    """Money held is given back; with ``invoice``, what its credit note left."""

    amount: Positive
    invoice: Ref | None = None
    label: Short = ""


State = Literal["open", "matched", "set_aside"]
