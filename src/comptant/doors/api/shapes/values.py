"""What every room's shapes are made of: amounts, days, instants, names, pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from ninja import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from comptant.doors.api.cursors import MOST, USUAL

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 14
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class Given(BaseModel):
    """What a body may hold: a field that nobody knows is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Told(BaseModel):
    """What an answer holds."""


def _amount(value: Any) -> Decimal:
    """An amount in cents, exact: text, or a JSON number whose digits were kept."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("not_an_amount", "no amount")
    try:
        amount = Decimal(value)
        in_cents = amount.quantize(CENT) if amount.is_finite() and abs(amount) < LARGEST else None
    except (InvalidOperation, ValueError):
        in_cents = None
    if in_cents is None or in_cents != amount:
        raise PydanticCustomError("not_an_amount", "no amount")
    return in_cents


def _exact(value: Any) -> Decimal:
    """A figure of up to four decimals: a unit price, a quantity, a rate."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("not_an_amount", "no figure")
    try:
        figure = Decimal(value)
        exact = figure.quantize(Decimal("0.0001")) if figure.is_finite() and abs(figure) < LARGEST else None
    except (InvalidOperation, ValueError):
        exact = None
    if exact is None or exact != figure:
        raise PydanticCustomError("not_an_amount", "no figure")
    return figure


def _day(value: Any) -> date:
    """An ISO day within two centuries."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("not_a_day", "no day")
    return day


def _instant(value: Any) -> date | datetime:
    """An ISO instant, or a day, which means 00:00 in the firm's zone."""
    if isinstance(value, str) and len(value) == 10:
        return _day(value)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or not FIRST_DAY < at.date() < LAST_DAY:
        raise PydanticCustomError("not_an_instant", "no instant")
    return at


def _schema(**words: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **words})


_AMOUNT = _schema(pattern=r"^-?\d{1,14}(\.\d{1,2})?$", examples=["1234.50"])

AnyAmount = Annotated[Decimal, BeforeValidator(_amount), _AMOUNT]
"""An amount that may be negative."""
Amount = Annotated[Decimal, BeforeValidator(_amount), Field(ge=0), _AMOUNT]
"""An amount, not negative, as text with two decimals at most."""
Positive = Annotated[Decimal, BeforeValidator(_amount), Field(gt=0), _AMOUNT]
"""An amount above zero."""
_EXACT = _schema(pattern=r"^-?\d{1,14}(\.\d{1,4})?$", examples=["20"])
Exact = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0), _EXACT]
"""A figure, not negative, with four decimals at most: a unit price, a quantity."""
SignedExact = Annotated[Decimal, BeforeValidator(_exact), _EXACT]
"""The same, which may be negative: what is taken back has quantity -1."""
Rate = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=100), _EXACT]
"""Percent, from 0 to 100."""
Day = Annotated[date, BeforeValidator(_day), _schema(format="date")]
When = Annotated[Any, BeforeValidator(_instant), _schema(format="date-time", examples=["2026-01-31T09:30:00+01:00"])]
"""An instant, or a day."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=2000)]
Short = Annotated[str, Field(max_length=120)]
Ref = Annotated[str, Field(max_length=200)]
ToldAmount = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str), _AMOUNT]
"""An amount in an answer: text with two decimals."""
ToldExact = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str), _EXACT]
"""A figure in an answer, without needless zeros."""
ToldDay = Annotated[date, _schema(format="date")]
ToldInstant = Annotated[datetime, _schema(format="date-time")]

Item = TypeVar("Item")


class Pages(Told, Generic[Item]):
    """A page of a list. ``next`` is the cursor of the page after it, null at the end."""

    items: list[Item]
    next: str | None


class Paging(Given):
    """Which page."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="Rows of the page.")
    cursor: str = Field("", max_length=1000, description="What `next` of the page before said.")


Asked = Annotated[Paging, Query()]


class Done(Told):
    """What was recorded: the act in the deal's timeline."""

    act: UUID


class Named(Told):
    """A row and its name."""

    id: UUID
    name: str


class Happened(Given):
    """When it happened; now, unless said. A day means its first instant in the firm's zone; never in the future."""

    at: When | None = None
