"""What must hold between the columns of a row. Each check gives the row, completed, or raises ``BadRowError``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from comptant.doors.imports.converters import ALL, Column, Formats, converter
from comptant.doors.imports.refusals import BadValueError, Notices
from comptant.doors.imports.rows import DealRow, EventRow, InvoiceRow, PartyRow, PaymentRow
from comptant.ground.money.amounts import MINOR_DIGITS

CLOSED = frozenset({"won", "lost", "vanished", "declined"})
CENTLESS = frozenset(code for code, digits in MINOR_DIGITS.items() if not digits)
Problem = tuple[str, str, dict[str, Any]]


class BadRowError(Exception):
    """The columns of a row contradict each other: (column, code, facts) each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(slots=True)
class Context:
    """What a check may know besides the row: today (nothing has happened after it), the firm's stages and zone."""

    zone: ZoneInfo
    today: date | None = None
    stages: Collection[str] | None = None
    kept: Collection[str] = ()
    """Our columns whose own text is kept among the custom fields."""
    notices: Notices = field(default_factory=Notices)


def check_party(row: PartyRow, context: Context) -> PartyRow:
    """The row, its name being the ref when it has none."""
    problems = _not_yet(context, created_on=row.created_on, insolvent_on=row.insolvent_on)
    if row.siren and row.siret and not row.siret.startswith(row.siren):
        problems.append(("siret", "siret_of_other_siren", {"siren": row.siren}))
    if problems:
        raise BadRowError(problems)
    return row if row.name else row._replace(name=row.ref)


def check_deal(row: DealRow, context: Context) -> DealRow:
    """The row, its title being the ref when it has none; closed deals with their day, waiting ones with their wake."""
    problems = _standing_problems(row)
    if row.stage and context.stages is not None:
        _check_stage("stage", row.stage, context, problems)
    if row.currency in CENTLESS:
        _check_cents(row.currency, problems, amount=row.amount)
    if context.today is not None:
        problems += _not_yet(context, opened_on=row.opened_on, closed_on=row.closed_on)
    if problems:
        raise BadRowError(problems)
    return row if row.title else row._replace(title=row.ref)


def _standing_problems(row: DealRow) -> list[Problem]:
    """A closed deal has the day it was closed, a waiting one the day it wakes, and no other has either."""
    problems: list[Problem] = []
    opened_on, closed_on, status = row.opened_on, row.closed_on, row.status
    if status in CLOSED:
        if closed_on is None:
            problems.append(("closed_on", "needed_when_closed", {"status": status}))
        elif closed_on < opened_on:
            problems.append(("closed_on", "not_before", {"other": "opened_on", "day": opened_on.isoformat()}))
    elif closed_on is not None:
        problems.append(("closed_on", "only_when_closed", {"status": status}))
    if status == "waiting":
        if row.wake_on is None:
            problems.append(("wake_on", "needed_when_waiting", {}))
        elif row.wake_on <= opened_on:
            problems.append(("wake_on", "only_after", {"other": "opened_on", "day": opened_on.isoformat()}))
    elif row.wake_on is not None:
        problems.append(("wake_on", "only_when_waiting", {"status": status}))
    return problems


EVENT_VALUES: dict[str, Column] = {
    "stage": Column("value", "identifier", is_required=True, limit=40),
    "estimate": Column("value", "amount", is_required=True),
    "buyer_move": Column("value", limit=40),
    "seller_touch": Column("value", limit=40),
    "offer_sent": Column("value", "day"),
    "maybe": Column("value", "none"),
    "meeting_accepted": Column("value", "day", is_required=True),
    "hold": Column("value", "day", is_required=True),
    "wake": Column("value", "none"),
    "won": Column("value", "amount"),
    "lost": Column("value"),
    "vanished": Column("value", "none"),
    "declined": Column("value", "none"),
    "reactivated": Column("value", "identifier", limit=40),
}
"""What the value of each kind of event is."""


def event_checker(formats: Formats) -> Callable[[EventRow, Context], EventRow]:
    """The check of events in a file's own formats: the value is read by the kind of event it comes with."""
    readers = {
        kind: converter(column, formats, may_be_canonical=True)
        for kind, column in EVENT_VALUES.items()
        if column.kind != "none"
    }

    def check_event(row: EventRow, context: Context) -> EventRow:
        problems: list[Problem] = []
        value: Any = None
        try:
            value = _event_value(row, readers)
        except BadValueError as bad:
            problems.append(("value", bad.code, bad.facts))
        if row.kind in ("hold", "meeting_accepted") and isinstance(value, date):
            day = row.at.astimezone(context.zone).date()
            if value < day or (value == day and row.kind == "hold"):
                code = "only_after" if row.kind == "hold" else "not_before"
                problems.append(("value", code, {"other": "at", "day": day.isoformat()}))
        if row.kind in ("stage", "reactivated") and isinstance(value, str):
            _check_stage("value", value, context, problems)
        problems += _not_yet(context, at=row.at.astimezone(context.zone).date() if context.today else None)
        if problems:
            raise BadRowError(problems)
        said = written(value)
        return row if said == row.value and type(row.value) is str else row._replace(value=said)

    return check_event


def _event_value(row: EventRow, readers: dict[str, Callable[[str], Any]]) -> Any:
    reader = readers.get(row.kind)
    if reader is not None:
        return reader(row.value)
    if row.value.strip():
        raise BadValueError("value_not_expected", kind=row.kind)
    return None


def written(value: object) -> str:
    """A value in our own writing: ISO days, a decimal point; nothing for None."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def check_invoice(row: InvoiceRow, context: Context) -> InvoiceRow:
    """The row with net, tax and total all there, and a dispute only when its day is known."""
    problems: list[Problem] = []
    row = _completed(row, problems)
    issued_on = row.issued_on
    for name in ("due_on", "disputed_on", "settled_on"):
        day = getattr(row, name)
        if day is not None and day < issued_on:
            problems.append((name, "not_before", {"other": "issued_on", "day": issued_on.isoformat()}))
    if row.disputed_on and row.settled_on and issued_on <= row.settled_on < row.disputed_on:
        problems.append(("settled_on", "not_before", {"other": "disputed_on", "day": row.disputed_on.isoformat()}))
    if row.kind == "credit_note" and not row.corrects:
        problems.append(("corrects", "needed_for_credit_note", {}))
    elif row.corrects and row.kind != "credit_note":
        problems.append(("corrects", "only_for_credit_note", {"kind": row.kind}))
    if not row.party_ref and not row.deal_ref:
        problems.append(("party_ref", "party_or_deal", {}))
    row = _disputed(row, context, problems)
    _check_cents(row.currency, problems, net=row.net, tax=row.tax, total=row.total)
    if context.today is not None:
        problems += _not_yet(context, issued_on=issued_on, disputed_on=row.disputed_on, settled_on=row.settled_on)
    if problems:
        raise BadRowError(problems)
    return row


def _completed(row: InvoiceRow, problems: list[Problem]) -> InvoiceRow:
    """Whichever of net, tax and total is missing, from the two others."""
    net, tax, total = _amounts(row)
    if total is None and net is not None and tax is not None:
        return row._replace(total=net + tax)
    if net is not None and tax is not None:
        if net + tax != total:
            problems.append(("total", "total_differs", {"net": str(net), "tax": str(tax), "sum": str(net + tax)}))
        return row
    known = net if tax is None else tax
    if total is None or known is None:
        problems.append(("net", "two_of_three", {}))
    elif total < known:
        problems.append(("total", "total_below", {"part": str(known)}))
    elif tax is None:
        return row._replace(tax=total - known)
    else:
        return row._replace(net=total - known)
    return row


def _amounts(row: InvoiceRow) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Net, tax and total as the file gave them: any may be missing until the row is completed."""
    return row.net, row.tax, row.total


def _disputed(row: InvoiceRow, context: Context, problems: list[Problem]) -> InvoiceRow:
    """A dispute needs its day: without it no euro can be moved, so the amount is kept aside and said."""
    disputed = row.disputed
    if not disputed:
        if row.disputed_on is not None:
            problems.append(("disputed", "needed_with_disputed_on", {}))
        return row if disputed is None else row._replace(disputed=None)
    _, _, total = _amounts(row)
    if disputed == ALL:
        row = row._replace(disputed=total)
    elif total is not None and disputed > total:
        problems.append(("disputed", "more_than_total", {"total": str(total)}))
    if row.disputed_on is None and not problems:
        context.notices.add("disputed_without_day", row.line)
        custom = row.custom if "disputed" in context.kept else row.custom | {"disputed": str(row.disputed)}
        return row._replace(disputed=None, custom=custom)
    return row


def check_payment(row: PaymentRow, context: Context) -> PaymentRow:
    """The row, of an amount that is something."""
    problems = _not_yet(context, received_on=row.received_on)
    if not row.amount:
        problems.append(("amount", "amount_zero", {}))
    _check_cents(row.currency, problems, amount=row.amount)
    if problems:
        raise BadRowError(problems)
    return row


def _check_stage(column: str, stage: str, context: Context, problems: list[Problem]) -> None:
    if stage and context.stages is not None and stage not in context.stages:
        problems.append((column, "one_of", {"choices": ", ".join(context.stages)}))


def _check_cents(currency: str, problems: list[Problem], **amounts: Decimal | None) -> None:
    """A currency without cents has none."""
    if currency in CENTLESS:
        for column, amount in amounts.items():
            if amount is not None and amount % 1:
                problems.append((column, "no_cents", {"currency": currency}))


def _not_yet(context: Context, **days: date | None) -> list[Problem]:
    today = context.today
    if today is None:
        return []
    late = {column: day for column, day in days.items() if day is not None and day > today}
    return [(column, "in_future", {"today": today.isoformat()}) for column in late]
