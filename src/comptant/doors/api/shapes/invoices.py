"""Invoices: drafts, issued documents, credit notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from comptant.doors.api.shapes.values import (
    Amount,
    Day,
    Exact,
    Given,
    Positive,
    Rate,
    Ref,
    SignedExact,
    Told,
    ToldAmount,
    ToldDay,
    Words,
)


class Line(Given):
    """A line. ``price`` is before tax, of one unit; in Québec ``rate`` is that of both taxes, 14.975."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    price: Exact
    rate: Rate
    quantity: SignedExact = Decimal(1)
    unit: Annotated[str, Field(max_length=40)] = ""
    text: Words = ""
    discount: Rate = Decimal(0)
    regime: Annotated[str, Field(max_length=40)] = Field("standard", description="Why there is no tax, when rate is 0.")
    reason: Words = ""


class DraftFields(Given):
    """What a draft says."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=500)]
    due_on: Day | None = None
    note: Words = ""


class NewDraft(DraftFields):
    """A draft on a deal, or for a party without a sale before it."""

    deal: Ref | None = Field(None, description="Ref or id.")
    party: Ref | None = Field(None, description="Ref or id; the draft makes a deal of its own.")
    title: Annotated[str, Field(max_length=300)] = ""
    kind: Literal["invoice", "deposit"] = "invoice"
    supplied_from: Day | None = None
    supplied_on: Day | None = None
    purchase_order: Annotated[str, Field(max_length=60)] = ""


class Draft(Told):
    """A document not issued yet. ``invoice`` is the number it was given."""

    id: UUID
    deal: str
    kind: str
    lines: list[dict[str, str]]
    due_on: ToldDay | None
    note: str
    invoice: str | None


class Issuing(Given):
    """When it falls due; by the party's terms, unless said."""

    due_on: Day | None = None


class Deposit(Issuing):
    """A share of the agreement in percent, or an amount before tax."""

    share: Rate | None = None
    net: Positive | None = None


class Credit(Given):
    """A credit note of ``net``, or of all that is left; ``reissue``: the same work is invoiced again."""

    net: Positive | None = None
    tax: Amount | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    reissue: bool = False


class Invoice(Told):
    """A numbered claim, or a credit note. What is open is still owed."""

    id: UUID
    number: str
    kind: str
    deal: str
    party: str
    issued_on: ToldDay
    due_on: ToldDay
    currency: str
    net: ToldAmount
    tax: ToldAmount
    open_net: ToldAmount
    open_tax: ToldAmount
    settled_on: ToldDay | None
    corrects: str | None
    is_elsewhere: bool
    content_sha256: str | None
