"""What the API says when it says no: one shape, and the one place where a refusal becomes a status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel, ConfigDict, Field

from comptant.ground.refusals import Refusal
from comptant.ground.web.sentences import sentence

STATUS: Mapping[str, int] = {
    "token_missing": 401,
    "token_unknown": 401,
    "scope_missing": 403,
    "role_missing": 403,
    "owner_only": 403,
    "nothing_here": 404,
    "no_such_deal": 404,
    "method_not_allowed": 405,
    "unreadable": 400,
    "body_too_large": 413,
    "document_too_large": 413,
    "too_large": 413,
    "too_many_requests": 429,
    "our_fault": 500,
    "not_open": 409,
    "offer_ended": 409,
    "offer_is_sent": 409,
    "offer_expired": 409,
    "milestone_reached": 409,
    "agreement_ended": 409,
    "insolvency_known": 409,
    "line_not_matched": 409,
    "payment_used": 409,
    "deal_ref_taken": 409,
    "party_ref_taken": 409,
    "payment_ref_taken": 409,
    "firm_ref_taken": 409,
    "line_already_matched": 409,
    "invitation_over": 409,
    "last_owner": 409,
}
"""By code. What was done already is 409, and so is what is not in the state it needs; any other refusal is 422."""


def status_of(code: str) -> int:
    """The status of a refusal.

    >>> status_of("already_won"), status_of("bad_amount"), status_of("no_such_deal")
    (409, 422, 404)
    """
    return STATUS.get(code, 409 if code.startswith("already_") else 422)


class FieldError(BaseModel):
    """What is wrong with one field, named by its path such as ``lines.0.net``."""

    model_config = ConfigDict(title="FieldError")
    field: str
    code: str
    message: str
    found: Any = Field(None, description="What was sent, when it is short.")


class Problem(BaseModel):
    """Why the answer is no."""

    model_config = ConfigDict(title="Problem")
    code: str = Field(description="Stable; docs/refusals.md lists all.")
    message: str = Field(description="In the language of Accept-Language.")
    facts: dict[str, Any] = Field(default_factory=dict, description="The named values of the message.")
    errors: list[FieldError] = Field(default_factory=list, description="Field by field, when the body was at fault.")


def problem(
    code: str,
    facts: Mapping[str, Any] | None = None,
    *,
    status: int = 0,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that says no."""
    facts = facts or {}
    said = {
        "code": code,
        "message": sentence(code, facts),
        "facts": {name: plain(value) for name, value in facts.items()},
        "errors": [error.model_dump() for error in errors],
    }
    answer = HttpResponse(
        json.dumps(said, ensure_ascii=False), status=status or status_of(code), content_type="application/json"
    )
    for name, value in (headers or {}).items():
        answer[name] = value
    return answer


def refused(refusal: Refusal) -> HttpResponse:
    """A refusal as an answer."""
    headers = {"WWW-Authenticate": 'Bearer realm="comptant"'} if status_of(refusal.code) == 401 else {}
    if "seconds" in refusal.facts and refusal.code == "too_many_requests":
        headers["Retry-After"] = str(refusal.facts["seconds"])
    return problem(refusal.code, refusal.facts, headers=headers)


def plain(value: Any) -> Any:
    """A fact as JSON has it: amounts, days and ids as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
