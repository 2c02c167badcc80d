"""Deals: what is opened, what happens to them, where they stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query
from pydantic import Field

from comptant.doors.api.shapes.parties import NewParty
from comptant.doors.api.shapes.values import (
    Amount,
    AnyAmount,
    Day,
    Given,
    Happened,
    Named,
    Paging,
    Ref,
    Short,
    Told,
    ToldAmount,
    ToldDay,
    ToldInstant,
    Words,
)
from comptant.ground.journal.acts import ACCOUNTS

Account = Literal[ACCOUNTS]  # type: ignore[valid-type]
Presented = Literal["in_person", "video", "sent", "phone"]
Channel = Literal["phone", "email", "meeting", "video", "sent_data", "countersigned", "other"]


class NewDeal(Happened):
    """A deal to open: its party by ``party`` (ref or id), or a new one."""

    party: Ref | None = Field(None, description="Ref or id of a party that is there.")
    new_party: NewParty | None = Field(None, description="Or a party to add, in the same transaction.")
    ref: Ref = Field("", description="The firm's own; one is given when it is blank.")
    title: Annotated[str, Field(max_length=300)] = ""
    amount: Amount | None = Field(None, description="The estimate before tax; without one it counts for 0.")
    stage: Short = Field("", description="Key of a stage; the first one when it is blank.")
    decision_on: Day | None = None
    source: Short = ""
    seller: UUID | None = Field(None, description="A member; whoever holds the token when it is null.")


class PartyRef(Told):
    """The party of a deal."""

    id: UUID
    ref: str
    name: str


class DealRow(Told):
    """A deal, and where it stands in the pipeline. ``stage`` and what follows is null for deals made by an invoice."""

    id: UUID
    ref: str
    title: str
    party: PartyRef
    currency: str
    account: str | None = Field(description="Where its estimate stands; signed once won.")
    net: ToldAmount | None = Field(description="The estimate, or the price once won; before tax.")
    has_amount: bool | None
    stage: str | None
    seller: UUID | None
    opened_on: ToldDay | None
    last_buyer_move: ToldDay | None
    decision_on: ToldDay | None
    wake_on: ToldDay | None
    stalled_since: ToldDay | None
    stall_rule: str | None
    signed_on: ToldDay | None
    closed_on: ToldDay | None


class Balance(Told):
    """What stands in an account, all documents together."""

    account: str
    net: ToldAmount
    tax: ToldAmount


class DealFile(DealRow):
    """A deal with all that stands anywhere of it."""

    source: str
    seller_name: str | None
    competitor: str
    reason: str
    balances: list[Balance]


class ListOfDeals(Paging):
    """Which deals."""

    account: Account | None = Field(
        None, description="Where something of them stands; hoped, stalled or waiting if not said."
    )
    stage: Short = ""
    seller: UUID | None = None
    q: Annotated[str, Field(max_length=100)] = Field(
        "", description="Part of the party's name, of the title, or the ref."
    )
    sort: Literal["-net", "-created"] = Field("-net", description="The largest first, or the newest.")


AskedDeals = Annotated[ListOfDeals, Query()]


class Estimate(Happened):
    """The amount hoped for, before tax; null: none any more."""

    amount: Amount | None


class NewStage(Happened):
    """The stage the deal is in now."""

    stage: Short


class BuyerMove(Happened):
    """Something the buyer did."""

    channel: Channel = "other"
    note: Words = ""


class MeetingAccepted(Happened):
    """A meeting that the buyer accepted: silence does not count up to it."""

    meeting_on: Day


class Touch(Happened):
    """Something we did. It is evidence, and no sign of the buyer."""

    channel: Channel = "other"
    note: Words = ""


class Maybe(Happened):
    """The client said neither yes nor no. It is recorded, and is no move."""

    note: Words = ""


class Hold(Happened):
    """The deal waits until a day, for a reason; it may be extended once."""

    wake_on: Day
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class Wake(Happened):
    """The deal is woken before its day."""


class Loss(Happened):
    """A competitor got it; unknown is an answer."""

    competitor: Annotated[str, Field(max_length=200)] = ""
    reason: Words = ""


class Vanishing(Happened):
    """The client chose to do nothing; "no answer" is a reason."""

    reason: Words = ""


class Declining(Happened):
    """We said no."""

    reason: Words = ""


class Reactivation(Happened):
    """A closed deal comes back, to a stage; the one it was in if not said."""

    stage: Short = ""


class NewCost(Given):
    """What a deal cost us, before tax."""

    amount: AnyAmount
    on: Day
    label: Annotated[str, Field(min_length=1, max_length=200)]


class Cost(Told):
    """What a deal cost us."""

    id: UUID
    amount: ToldAmount
    on: ToldDay
    label: str


class Margin(Told):
    """What a deal, or a party, has really brought: cash in less costs, before tax; negative until it is paid."""

    of: Literal["deal", "party"]
    ref: str
    currency: str
    cashed: ToldAmount
    costs: ToldAmount
    margin: ToldAmount


class Move(Told):
    """What an act moved."""

    source: str
    target: str
    net: ToldAmount
    tax: ToldAmount
    document: UUID | None


class Act(Told):
    """A line of the timeline. ``is_clock``: time concluded it. ``corrects``: the act that this one takes back."""

    id: UUID
    seq: int
    kind: str
    at: ToldInstant
    is_clock: bool
    stage: str
    by: UUID | None
    corrects: UUID | None
    details: dict[str, Any]
    document_sha256: str | None
    moves: list[Move]


class Stage(Told):
    """A step of the firm's pipeline."""

    key: str
    name: str
    kind: str
    position: int
    declared_days: int


class Seller(Named):
    """Who may follow a deal."""

    role: str
