"""Lines that are no client's: set aside by a person, put back by another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from comptant.ground.firms.models import Member
from comptant.ground.refusals import Refusal
from comptant.journey.payments.actions import unmatch
from comptant.journey.payments.models import BankLine, LineState, SetAside


@transaction.atomic
def set_aside(line: BankLine, *, at: datetime, by: Member | None) -> SetAside:
    """The line waits no more: it pays no invoice, and no euro moves.

    Raises Refusal line_already_matched, line_set_aside when someone did so meanwhile.
    """
    held = BankLine.objects.select_for_update().get(firm=line.firm, id=line.id)
    if held.state == LineState.MATCHED:
        raise Refusal("line_already_matched", day=line.booked_on.isoformat(), amount=str(line.amount))
    if held.state == LineState.SET_ASIDE:
        raise Refusal("line_set_aside", day=line.booked_on.isoformat(), amount=str(line.amount))
    BankLine.objects.filter(firm=line.firm, id=line.id).update(state=LineState.SET_ASIDE)
    aside: SetAside = SetAside.objects.create(firm=line.firm, line=line, at=at, by=by)
    return aside


@transaction.atomic
def release(line: BankLine, *, at: datetime, by: Member | None) -> None:
    """The line waits again, whatever was said of it: set aside, or matched.

    Raises Refusal line_not_matched, payment_used when money of it was given back or bounced since.
    """
    held = BankLine.objects.select_for_update().get(firm=line.firm, id=line.id)
    if held.state != LineState.SET_ASIDE:
        unmatch(line, at=at, by=by)
        return
    SetAside.objects.filter(firm=line.firm, line=line).delete()
    BankLine.objects.filter(firm=line.firm, id=line.id).update(state=LineState.OPEN)
