"""Below ``/api/v1/``: the token, the firm's one transaction, repeated calls, and answers that say no in one shape."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from comptant.doors.api import calls
from comptant.doors.api.asking import moment
from comptant.doors.api.models import ApiCall
from comptant.doors.api.pace import Pace
from comptant.doors.api.problems import problem, refused
from comptant.doors.api.reading import MOST_FILE, MOST_JSON
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import ApiToken, TokenKey
from comptant.ground.firms.tokens import find_token, get_token
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import client_address

PREFIX = "/api/v1/"
OPEN = (f"{PREFIX}public/", f"{PREFIX}openapi.json", f"{PREFIX}docs/")
"""What needs no token."""

FILED = ("/bank/statements", "/documents")
"""Addresses that end so take a file as it is."""

REMEMBERED = frozenset({200, 201, 202, 204, 409, 422})
"""Answers a repeated call gets again: what was done, and what our rules refused."""

log = logging.getLogger("comptant.api")
by_token = Pace(limit=settings.API_PER_MINUTE, seconds=60)
by_stranger = Pace(limit=60, seconds=60)


class ApiMiddleware:
    """Finds whose the token is and wraps the call in the firm's one transaction; an answer that says no rolls back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer, or say no."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            _must_be_readable(request)
            is_open = request.path_info.startswith(OPEN)
            response = self.get_response(request) if is_open else self.with_token(request)
        except Refusal as refusal:
            response = refused(refusal)
        return _shaped(response)

    def with_token(self, request: Any) -> HttpResponse:
        """The call of who holds a token, again when two of the same came at once and the first one failed."""
        key = _token_key(request)
        with firm_scope(key.firm_id):
            _know(request, key)
            call = _call(request)
            call_id = calls.claim(call) if call else None
            if isinstance(call_id, ApiCall):
                return _again(call_id)
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif call_id:
                calls.remember(request.token, call_id, response.status_code, response.content.decode())
        if call and response.status_code >= 400 and getattr(response, "is_rule", False):
            return self.remember_refusal(key, call, response)
        return response

    def remember_refusal(self, key: TokenKey, call: calls.Call, response: HttpResponse) -> HttpResponse:
        """What our rules refused is refused again. All was rolled back: the answer has a transaction of its own."""
        with firm_scope(key.firm_id):
            call_id = calls.claim(call)
            if isinstance(call_id, ApiCall):
                return _again(call_id)
            calls.remember(call.token, call_id, response.status_code, response.content.decode())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A mistake of ours: in the log whole, and told by its reference alone."""
        if not request.path_info.startswith(PREFIX):
            return None
        if isinstance(exception, Http404):
            return problem("nothing_here")
        reference = f"{secrets.token_hex(1)}-{secrets.token_hex(2)}".upper()
        log.error("reference %s, %s %s", reference, request.method, request.path, exc_info=exception)
        return problem("our_fault", {"reference": reference})


def _must_be_readable(request: HttpRequest) -> None:
    """No NUL in the address, and a body that we take. Raises Refusal unreadable or body_too_large."""
    if "\x00" in request.path_info:
        raise Refusal("nothing_here")
    if "\x00" in request.META.get("QUERY_STRING", "") or "%00" in request.META.get("QUERY_STRING", ""):
        raise Refusal("unreadable")
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not said.isdecimal():
        raise Refusal("unreadable")
    most = MOST_FILE if request.path_info.endswith(FILED) else MOST_JSON
    if int(said) > most:
        raise Refusal("body_too_large", limit=f"{most / 1_000_000:.1f}")
    if request.method not in ("GET", "HEAD"):
        request._body = request.read(most + 1)


def _token_key(request: HttpRequest) -> TokenKey:
    """The firm and the token that the header opens. Raises Refusal token_missing or token_unknown."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    place = client_address(request)
    if kind.lower() != "bearer" or not secret:
        by_stranger.knock(place)
        raise Refusal("token_missing")
    key = find_token(secret.strip())
    if key is None:
        by_stranger.knock(place)
        raise Refusal("token_unknown")
    by_token.knock(str(key.token_id))
    return key


def _know(request: Any, key: TokenKey) -> None:
    """Put the token, its member, the firm and its day on the request."""
    token: ApiToken | None = get_token(key, request.now)
    if token is None:
        raise Refusal("token_unknown")
    request.token, request.member, request.firm = token, token.member, token.member.firm
    token.firm = request.firm
    request.today = request.firm.today(request.now)
    request.at = moment(request.firm, request.now)


def _call(request: Any) -> calls.Call | None:
    """What a repetition is compared with; None when the call carries no key."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return None
    asked = f"{request.method} {request.get_full_path()}"
    return calls.call_of(request.token, key, asked, request.body, request.now)


def _again(call: ApiCall) -> HttpResponse:
    answer = HttpResponse(call.answer, status=call.status or 200, content_type="application/json")
    answer["Idempotent-Replayed"] = "true"
    return answer


def _shaped(response: HttpResponse) -> HttpResponse:
    """Answers of the web server's layers that say no get the API's shape; none is kept by anybody on the way."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code >= 400 and not kind.startswith("application/json"):
        codes = {405: "method_not_allowed", 404: "nothing_here", 400: "unreadable", 413: "body_too_large"}
        code = codes.get(response.status_code, "unreadable" if response.status_code < 500 else "our_fault")
        facts = {"limit": "", "reference": ""}
        shaped = problem(code, {k: v for k, v in facts.items() if code in ("body_too_large", "our_fault")})
        shaped.status_code = response.status_code
        if "Allow" in response.headers:
            shaped["Allow"] = response["Allow"]
        response = shaped
    response.headers.setdefault("Cache-Control", "no-store")
    return response
