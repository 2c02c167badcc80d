"""What somebody writes to make an offer: lines, benefits, and when which part is payable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from comptant.ground.refusals import Refusal

WHOLE = Decimal(100)
LARGEST = Decimal(10) ** 14
"""No offer comes to as much; its lines together stay below it."""
MOST = Decimal(10) ** 9
"""No line has as many of anything."""
TRIGGERS = ("signature", "date", "acceptance")
DECLINED_AS = {"competitor": "lost", "no_need": "vanished", "not_now": "vanished", "price": "", "other": ""}
"""What a client's refusal makes of the deal; blank: the seller is told and says."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line. ``price`` is net, of one unit; ``discount`` and ``tax_rate`` are percents; ``direct_cost`` is ours."""

    title: str
    price: Decimal
    tax_rate: Decimal
    quantity: Decimal = Decimal(1)
    unit: str = ""
    text: str = ""
    discount: Decimal = Decimal(0)
    is_optional: bool = False
    direct_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PartDraft:
    """A part of the price: ``share`` percent, payable at ``trigger`` (signature, date, acceptance).

    ``due_on`` is the day of a part payable on a date, and the day expected of one payable when accepted.
    """

    title: str
    share: Decimal
    trigger: str = "acceptance"
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """What the client gains, and the figure that says how much."""

    title: str
    figure: str = ""


def check_lines(lines: Sequence[LineDraft]) -> None:
    """Nothing when they make an offer. Raises Refusal, with the number of the line, from 1."""
    if not lines:
        raise Refusal("offer_without_lines")
    whole = Decimal(0)
    for number, line in enumerate(lines, start=1):
        if not line.title.strip():
            raise Refusal("line_without_title", line=number)
        whole += abs(line.price * line.quantity)
        if line.quantity <= 0 or line.price < 0 or whole >= LARGEST or line.quantity >= MOST:
            raise Refusal("line_amount", line=number)
        if not (0 <= line.discount <= WHOLE and 0 <= line.tax_rate <= WHOLE):
            raise Refusal("line_rate", line=number)
        # What is kept is what was summed: nothing may be rounded on the way to the table.
        if _is_finer(line.quantity, 3) or _is_finer(line.price, 4):
            raise Refusal("line_amount", line=number)
        if _is_finer(line.discount, 2) or _is_finer(line.tax_rate, 3):
            raise Refusal("line_rate", line=number)


def _is_finer(figure: Decimal, places: int) -> bool:
    return figure != round(figure, places)


def check_schedule(parts: Sequence[PartDraft]) -> None:
    """Nothing when it is whole, or left out. Raises Refusal.

    >>> check_schedule([PartDraft("all", Decimal(100))])
    >>> check_schedule([PartDraft("some", Decimal(30), "signature")])
    Traceback (most recent call last):
    comptant.ground.refusals.Refusal: ('schedule_not_whole', {})
    """
    if any(part.share <= 0 or _is_finer(part.share, 3) or part.trigger not in TRIGGERS for part in parts):
        raise Refusal("schedule_part")
    if any(part.trigger == "date" and part.due_on is None for part in parts):
        raise Refusal("schedule_undated")
    if parts and sum(part.share for part in parts) != WHOLE:
        raise Refusal("schedule_not_whole")


def has_deposit(parts: Sequence[PartDraft]) -> bool:
    """True when something is payable at signature."""
    return any(part.trigger == "signature" for part in parts)
