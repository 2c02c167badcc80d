"""What a view receives: a request whose member, firm and moment are known."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime

from django.conf import settings
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


def client_address(request: HttpRequest) -> str:
    """Where the request came from: behind a proxy, what the proxy nearest to us says."""
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    direct = str(request.META.get("REMOTE_ADDR", ""))
    return told or direct if settings.SECURE_PROXY_SSL_HEADER else direct


def valid_address(request: HttpRequest) -> str | None:
    """The same as a signature keeps it; None when it is none."""
    try:
        return str(ipaddress.ip_address(client_address(request)))
    except ValueError:
        return None
