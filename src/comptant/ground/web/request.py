"""What a view receives: a request whose member, firm and moment are known."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from comptant.ground.firms.models import Firm, Member, User


class VisitorRequest(HttpRequest):
    """A request from anyone."""

    htmx: HtmxDetails
    now: datetime
    """When the request came in; the only clock a view may read."""


class MemberRequest(VisitorRequest):
    """A request below ``/f/<ref>/``: its firm's rows, and no other's, are in sight."""

    user: User
    firm: Firm
    member: Member
    today: date
    """The firm's day; a demonstration's never passes its fixed today."""
