"""How a route is declared: its address, whom it is for, what it takes and gives, and every way it may say no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer
from pydantic import TypeAdapter

from comptant.doors.api.problems import Problem
from comptant.doors.api.reading import ExactParser
from comptant.ground.firms.models import Role
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import READING

Route = TypeVar("Route", bound=Callable[..., Any])

PUBLIC = "public"
"""The scope of what needs no token."""

NO_TOKEN_NO = {
    401: "There is no token, or it opens nothing.",
    403: "The token's scopes or the member's role do not allow it.",
}
WRONG = {
    400: "The request cannot be read.",
    404: "It does not exist, or belongs to another firm.",
    422: "Our rules, or a field, say no.",
    429: "Too many requests: wait for Retry-After seconds.",
}
WRITING = {409: "It is not in the state this needs, or was done already.", 413: "The body is too large."}


class Token(HttpBearer):
    """A token with a scope, whose member has one of these roles."""

    def __init__(self, scope: str, roles: frozenset[Role]) -> None:
        super().__init__()
        self.scope, self.roles = scope, roles

    def __call__(self, request: HttpRequest) -> Any:
        """The token, found by the middleware. Raises Refusal scope_missing or role_missing."""
        token = getattr(request, "token", None)
        if token is None:
            raise Refusal("token_missing")
        if self.scope not in token.scopes:
            raise Refusal("scope_missing", scope=self.scope)
        if Role(token.member.role) not in self.roles:
            raise Refusal("role_missing", role=token.member.role)
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Never reached: ``__call__`` answers."""
        raise NotImplementedError


class Door:
    """The routes of one subject. ``tag`` is its heading in the documentation."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def reads(
        self, path: str, answers: Any, *, roles: frozenset[Role] = READING, scope: str = "read", gives: str = ""
    ) -> Callable[[Route], Route]:
        """A GET. ``gives`` names the media type of an answer that is a file; ``answers`` is then None."""
        return self._route("GET", path, answers, 200, scope, roles, gives=gives)

    def does(
        self, path: str, answers: Any, *, roles: frozenset[Role], scope: str, status: int = 201, takes: str = ""
    ) -> Callable[[Route], Route]:
        """A POST: something is done once, whatever the number of tries, when it carries a key.

        ``takes`` names the media type of a body that is a file, sent as it is.
        """
        return self._route("POST", path, answers, status, scope, roles, takes)

    def changes(
        self, path: str, answers: Any, *, roles: frozenset[Role], scope: str, method: str = "PATCH", status: int = 200
    ) -> Callable[[Route], Route]:
        """A PATCH: the fields given, and no others, take other values. Or a DELETE of what was never issued."""
        return self._route(method, path, answers, status, scope, roles)

    def _route(
        self,
        method: str,
        path: str,
        answers: Any,
        status: int,
        scope: str,
        roles: frozenset[Role],
        takes: str = "",
        gives: str = "",
    ) -> Callable[[Route], Route]:
        def declared(view: Route) -> Route:
            words = (view.__doc__ or "").strip().splitlines()
            self.router.add_api_operation(
                path,
                [method],
                view,
                auth=None if scope == PUBLIC else Token(scope, roles),
                response={status: answers, **_noes(method, scope)},
                by_alias=True,
                operation_id=view.__name__,
                summary=words[0].rstrip("."),
                description=_described("\n".join(words[1:]).strip(), scope, roles),
                openapi_extra=_extra(method, scope, takes, gives),
            )
            operation: Operation = view._ninja_operation  # type: ignore[attr-defined]
            operation.view_func = _answering(view, status, _query_names(operation), answers)
            return view

        return declared


def _query_names(operation: Operation) -> frozenset[str]:
    """The names a query may hold."""
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in queries for name in model.__ninja_flatten_map__)


def _answering(view: Route, status: int, known: frozenset[str], answers: Any) -> Callable[..., Any]:
    """The view, whose answers are held against their shape and written. Given after its signature was read.

    A word of the query that nobody knows is a mistake, and is told: a filter misspelt would show everything.
    """
    shape: TypeAdapter[Any] = TypeAdapter(answers)

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if unknown := [name for name in request.GET if name not in known]:
            raise ValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])
        answer = view(request, *args, **kwargs)
        if isinstance(answer, HttpResponse):
            return answer
        if answers is None:
            return HttpResponse(status=status)
        written = shape.dump_json(shape.validate_python(answer), by_alias=True)
        return HttpResponse(written, status=status, content_type="application/json; charset=utf-8")

    return answered


def _noes(method: str, scope: str) -> dict[int, Any]:
    statuses = {*WRONG, *(() if scope == PUBLIC else NO_TOKEN_NO), *(WRITING if method != "GET" else ()), 500}
    return dict.fromkeys(sorted(statuses), Problem)


def _described(text: str, scope: str, roles: frozenset[Role]) -> str:
    if scope == PUBLIC:
        return f"{text}\n\nNo token.".strip()
    names = ", ".join(role.value for role in Role if role in roles)
    return f"{text}\n\nScope `{scope}`. Roles: {names}.".strip()


FILE = {"schema": {"type": "string", "format": "binary"}}


def _extra(method: str, scope: str, takes: str, gives: str) -> dict[str, Any]:
    extra: dict[str, Any] = {"responses": {429: {"headers": {"Retry-After": {"schema": {"type": "integer"}}}}}}
    if gives:
        extra["responses"][200] = {"description": "The file.", "content": {gives: FILE}}
    if method == "POST" and scope != PUBLIC:
        extra["parameters"] = [
            {
                "in": "header", "name": "Idempotency-Key", "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "The same key with the same body gets the first answer again, for seven days.",
            }
        ]  # fmt: skip
    if takes:
        extra["requestBody"] = {"required": True, "content": {takes: FILE}}
    return extra


def make_api(doors: Sequence[Door]) -> NinjaAPI:
    """The API of these doors."""
    api = NinjaAPI(
        title="Comptant",
        version="1",
        description="From prospect to cash: every euro is in exactly one place. Amounts are text with two decimals.",
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
        parser=ExactParser(),
        openapi_extra={"info": {"license": {"name": "AGPL-3.0-or-later"}}},
    )
    for door in doors:
        api.add_router("", door.router)
    return api
