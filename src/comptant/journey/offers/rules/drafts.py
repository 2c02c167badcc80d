"""What somebody writes to make an offer: lines, benefits, and when which part is payable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WHOLE = Decimal(100)
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


def draft_fault(lines: Sequence[LineDraft]) -> tuple[str, int] | None:
    """The first fault of the lines, as the code of a refusal and the line's number from 1; None when there is none."""
    if not lines:
        return "offer_without_lines", 0
    for number, line in enumerate(lines, start=1):
        if not line.title.strip():
            return "line_without_title", number
        if line.quantity <= 0 or line.price < 0 or line.price * line.quantity >= Decimal(10) ** 14:
            return "line_amount", number
        if not (0 <= line.discount <= WHOLE and 0 <= line.tax_rate <= WHOLE):
            return "line_rate", number
    return None


def schedule_fault(parts: Sequence[PartDraft]) -> str:
    """The code of the refusal that the schedule deserves; '' when it is whole, or left out.

    >>> schedule_fault([PartDraft("all", Decimal(100))]), schedule_fault([PartDraft("some", Decimal(30), "signature")])
    ('', 'schedule_not_whole')
    """
    if not parts:
        return ""
    if any(part.share <= 0 or part.trigger not in ("signature", "date", "acceptance") for part in parts):
        return "schedule_part"
    if any(part.trigger == "date" and part.due_on is None for part in parts):
        return "schedule_undated"
    return "" if sum(part.share for part in parts) == WHOLE else "schedule_not_whole"


def has_deposit(parts: Sequence[PartDraft]) -> bool:
    """True when something is payable at signature."""
    return any(part.trigger == "signature" for part in parts)
