"""The typed rows of an import, one tuple per target, in the columns that ``exchange`` promises.

Units: amounts have two decimals and are never negative; days are days in the firm's zone; instants are UTC.
``line`` is the line in the file, ``custom`` what the file has beside our columns (header to text, blanks left out).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class PartyRow(NamedTuple):
    """A company or a person. A blank ``name`` in the file reads as the ref."""

    line: int
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
    iban: str
    created_on: date | None
    insolvent_on: date | None
    credit_limit: Decimal | None
    tags: tuple[str, ...]
    custom: dict[str, str]


class DealRow(NamedTuple):
    """A deal and how it stands. A blank ``currency`` is the firm's, a blank ``stage`` its first stage."""

    line: int
    ref: str
    title: str
    party_ref: str
    seller: str
    source: str
    amount: Decimal | None
    currency: str
    opened_on: date
    stage: str
    status: str
    closed_on: date | None
    wake_on: date | None
    decision_on: date | None
    presented: str
    competitor: str
    reason: str
    custom: dict[str, str]


class EventRow(NamedTuple):
    """One event of a deal. ``value`` is text in our writing: an amount ``1234.00``, a day in ISO, a word."""

    line: int
    deal_ref: str
    at: datetime
    kind: str
    value: str
    note: str
    custom: dict[str, str]


class InvoiceRow(NamedTuple):
    """An invoice issued elsewhere: net + tax = total. ``disputed`` is with tax, and None without its day."""

    line: int
    number: str
    kind: str
    party_ref: str
    deal_ref: str
    issued_on: date
    due_on: date | None
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    corrects: str
    disputed: Decimal | None
    disputed_on: date | None
    settled_on: date | None
    custom: dict[str, str]


class PaymentRow(NamedTuple):
    """Money received, for one invoice when it names one."""

    line: int
    ref: str
    received_on: date
    party_ref: str
    amount: Decimal
    currency: str
    label: str
    iban: str
    invoice_number: str
    custom: dict[str, str]


Row = PartyRow | DealRow | EventRow | InvoiceRow | PaymentRow
