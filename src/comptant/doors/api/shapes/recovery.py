"""Recovery: disputes, promises, reminders, insolvency, what is given up."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from comptant.doors.api.shapes.values import (
    Day,
    Given,
    Positive,
    Short,
    Told,
    ToldAmount,
    ToldDay,
    Words,
)

Cause = Literal["order", "price", "scope", "delivery", "quality", "twice", "sums", "addressee", "bank", "other"]


class NewDispute(Given):
    """A contested part, tax included; the rest stays due."""

    amount: Positive
    category: Cause
    reason: Words = ""
    owner: UUID | None = Field(None, description="The member who sees to it; whoever holds the token if null.")
    answer_by: Day | None = None
    is_from_client: bool = True


class Settlement(Given):
    """How it ended: founded, by a credit note; or upheld, and due again."""

    outcome: Literal["upheld", "founded"]
    answer: Words = ""


class Dispute(Told):
    """What is contested of an invoice, with its owner and its clock."""

    id: UUID
    invoice: str
    amount: ToldAmount
    open_amount: ToldAmount
    category: str
    code: str
    reason: str
    owner: UUID
    opened_on: ToldDay
    answer_by: ToldDay
    settled_on: ToldDay | None
    outcome: str
    credit_note: str | None


class NewPromise(Given):
    """The debtor says when they pay, or that they have."""

    pay_on: Day
    amount: Positive | None = None
    has_paid: bool = False
    said_by: Annotated[str, Field(max_length=200)] = ""


class Promise(Told):
    """What the debtor said."""

    id: UUID
    invoice: str
    pay_on: ToldDay
    amount: ToldAmount | None
    has_paid: bool
    said_on: ToldDay
    until: ToldDay


class Reminder(Told):
    """A reminder of an invoice: prepared, sent or dropped."""

    id: UUID
    invoice: str
    party: str
    level: int
    channel: str
    state: str
    prepared_on: ToldDay
    sent_on: ToldDay | None
    days_late: int
    open_amount: ToldAmount
    interest: ToldAmount | None
    indemnity: ToldAmount


class Prepared(Told):
    """How many reminders were prepared."""

    prepared: int


class Approval(Given):
    """Which reminders go."""

    reminders: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class SentReminders(Told):
    """What came of it: letters made, parties without an address, how many were held back meanwhile."""

    letters: int
    without_address: list[str]
    held_back: int


class Dropping(Given):
    """Why it does not go."""

    why: Annotated[str, Field(min_length=1, max_length=150)]


class DunningItem(Told):
    """An invoice owed, the reminder due, or why there is none, as docs/json.md describes ``dunning``."""

    invoice: str
    party: str
    level: int | None
    channel: str | None
    open: ToldAmount
    days_late: int
    interest: ToldAmount | None
    indemnity: ToldAmount
    skip: str | None
    due_on: ToldDay


class NewInsolvency(Given):
    """A judgment opened proceedings against a debtor."""

    kind: Literal["safeguard", "receivership", "liquidation", "proposal", "bankruptcy"]
    judged_on: Day
    published_on: Day
    court: Annotated[str, Field(max_length=200)] = ""
    trustee: Annotated[str, Field(max_length=300)] = ""
    notice: Short = ""


class Insolvency(Told):
    """Proceedings against a debtor, and the last day to file the claim."""

    id: UUID
    party: str
    kind: str
    judged_on: ToldDay
    published_on: ToldDay
    deadline_on: ToldDay | None
    relief_on: ToldDay | None
    claimed_on: ToldDay | None


class ClaimFiled(Given):
    """The day the claim was sent."""

    on: Day


class NewWriteOff(Given):
    """What is given up, tax included; all that is open unless said."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    amount: Positive | None = None


class Standing(Told):
    """Where the amounts of an invoice stand after it, tax included."""

    invoice: str
    balances: dict[str, Any]
