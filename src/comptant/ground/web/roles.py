"""Which members a page is for, by role. The addresses say it, so that the list of pages is the list of rights."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from comptant.ground.firms.models import Member, Role

READING = frozenset(Role) - {Role.STAFF}
"""Who sees the firm's figures: everyone but staff, who capture requests and see no amount."""

BRINGING_IN = READING - {Role.MENTOR}
"""Who may bring files in: a mentor reads and comments."""

LEADING = frozenset({Role.OWNER, Role.MANAGER})
"""Who does everything but the settings of the firm."""

OWNING = frozenset({Role.OWNER})
"""Settings of the firm, overrides of a limit, tokens, invitations."""

SELLING = LEADING | {Role.SELLER}
"""Who acts on parties, deals and offers; a seller on their own deals alone."""

KEEPING_BOOKS = LEADING | {Role.ACCOUNTANT}
"""Who issues invoices, reads the bank and matches."""

WRITING = SELLING | KEEPING_BOOKS
"""Who says what is known of a party: who it is, whom one meets there, whether it can pay."""

RECOVERING = SELLING | {Role.ACCOUNTANT}
"""Who reminds, disputes and promises; a seller on their own deals alone."""

ASKING = SELLING | {Role.STAFF}
"""Who captures an extra request: staff do nothing else."""

View = Callable[..., HttpResponse]


def only(roles: frozenset[Role]) -> Callable[[View], View]:
    """A page for members with one of these roles; the others are told that it is not for them (403)."""

    def narrowed(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_role(request.member, roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return narrowed


def has_role(member: Member, roles: frozenset[Role]) -> bool:
    """True when the member's role is one of these."""
    return Role(member.role) in roles


def sees_own_alone(member: Member) -> bool:
    """A seller sees and acts on the deals they follow, and on no others."""
    return member.role == Role.SELLER
