"""Callers of the API: by operation, as a program that has read the document would; every answer is held against it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

from comptant.doors.api.urls import api, schema
from comptant.ground.firms.models import Member
from comptant.ground.firms.tokens import SCOPES, make_token
from tests.world import House

NEVER = datetime(2100, 1, 1, tzinfo=UTC)
Answer = Any


def operations() -> dict[str, tuple[str, str, Any]]:
    """By operationId: method, path and ninja's operation."""
    return {
        operation.operation_id: (operation.methods[0], "/api/v1" + path, operation)
        for bound in api._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
    }


OPERATIONS = operations()


@dataclass
class Caller:
    """Somebody's program, with a token of theirs or none."""

    token: str = ""
    language: str = "en"
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(self, operation: str, body: Any = None, *, key: str = "", raw: bytes | None = None, **asked: Any) -> Any:
        """Call a route by its operationId; the answer's status and body, held against what the document promises.

        ``asked`` fills the path, the rest of it is the query. ``raw`` is a file sent as it is.
        """
        method, path, declared = OPERATIONS[operation]
        for name in [name for name in asked if "{" + name + "}" in path]:
            path = path.replace("{" + name + "}", quote(str(asked.pop(name)), safe=""))
        address = f"{path}?{urlencode(asked)}" if asked else path
        answer = self.send(method, address, body, key=key, raw=raw)
        hold(declared, answer)
        return answer

    def send(
        self, method: str, address: str, body: Any = None, *, key: str = "", raw: bytes | None = None, **more: Any
    ) -> Any:
        """One request, whatever it says."""
        headers = {"Accept-Language": self.language, **more.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if raw is not None else "application/json"
        return self.client.generic(method, address, content, kind, headers=headers, **more)

    def good(self, operation: str, body: Any = None, **more: Any) -> Any:
        """The body of an answer that says yes."""
        answer = self.call(operation, body, **more)
        assert answer.status_code < 300, (operation, answer.status_code, answer.content)
        return answer.json()

    def bad(self, operation: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and code of an answer that says no."""
        answer = self.call(operation, body, **more)
        assert answer.status_code >= 400, (operation, answer.status_code, answer.content)
        return answer.status_code, answer.json()["code"]


def hold(declared: Any, answer: Any) -> None:
    """The status is one that the document names, and the body is of its shape."""
    assert answer.status_code in declared.response_models, (declared.operation_id, answer.status_code, answer.content)
    model = declared.response_models[answer.status_code]
    if model is not None and answer.headers["Content-Type"].startswith("application/json"):
        model.model_validate({"response": answer.json()})


def caller(house: House, name: str, scopes: Any = SCOPES, **more: Any) -> Caller:
    """The program of a member."""
    with house.open():
        member: Member = house.people[name]
        member.firm = house.firm
        _, secret = make_token(member, name=f"of {name}", scopes=list(scopes), at=datetime(2026, 1, 1, tzinfo=UTC))
    return Caller(secret, **more)


__all__ = ["OPERATIONS", "Caller", "caller", "schema"]
