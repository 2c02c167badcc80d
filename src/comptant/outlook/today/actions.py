"""Putting an act of the day off, and taking that back. Nothing moves: the act is as due as it was."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from comptant.ground.firms.models import Member
from comptant.outlook.today.models import Postponement


@transaction.atomic
def postpone(member: Member, key: str, until: date, today: date) -> None:
    """The member is not told of that act before ``until``. What had come back by today is forgotten."""
    rows = Postponement.objects.filter(firm=member.firm_id, member=member)
    rows.filter(until__lte=today).delete()
    rows.update_or_create(
        firm_id=member.firm_id, member=member, key=key, defaults={"until": until}, create_defaults={"until": until}
    )


def bring_back(member: Member, key: str) -> None:
    """The member is told of that act again."""
    Postponement.objects.filter(firm=member.firm_id, member=member, key=key).delete()
