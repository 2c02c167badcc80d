"""The API, assembled: every route, how each mistake is told, the document that describes it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe
from ninja.errors import HttpError, ValidationError

from comptant.doors.api.door import make_api
from comptant.doors.api.fields import field_errors
from comptant.doors.api.problems import problem, refused
from comptant.doors.api.routes import (
    deals,
    documents,
    firm,
    invoices,
    offers,
    parties,
    payments,
    public_offers,
    recovery,
    reports,
)
from comptant.ground.refusals import Refusal

DOORS = (
    parties.door, deals.door, offers.door, public_offers.door, invoices.door, payments.door, recovery.door,
    documents.door, reports.door, firm.door,
)  # fmt: skip

api = make_api(DOORS)


@api.exception_handler(Refusal)
def say_no(request: HttpRequest, refusal: Any) -> HttpResponse:
    """Our rules say no."""
    answer = refused(refusal)
    answer.is_rule = answer.status_code in (409, 422)  # type: ignore[attr-defined]
    return answer


@api.exception_handler(ValidationError)
def wrong_fields(request: HttpRequest, error: Any) -> HttpResponse:
    """Fields are missing, unknown, or not what they should be."""
    in_query = any(one["loc"][0] == "query" for one in error.errors)
    sent: Any = request.GET.dict() if in_query else _sent(request)
    errors = field_errors(error.errors, sent)
    return problem("wrong_fields", {"fields": ", ".join(one.field or "body" for one in errors)}, errors=errors)


def _sent(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body or b"null")
    except ValueError:
        return None


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """The body is no JSON."""
    return problem("unreadable", status=400)


@api.exception_handler(Http404)
def nothing_here(request: HttpRequest, error: Any) -> HttpResponse:
    """It does not exist, or is another firm's: the same words."""
    return problem("nothing_here")


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI document."""
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/"), default=str))  # type: ignore[no-any-return]


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """GET gives the OpenAPI document; no token is needed."""
    return HttpResponse(json.dumps(schema(), ensure_ascii=False), content_type="application/json")


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """GET shows every route, for people; no token is needed."""
    routes = [
        {"method": method.upper(), "path": where, "tag": (said.get("tags") or [""])[0], **said}
        for where, methods in schema()["paths"].items()
        for method, said in methods.items()
    ]
    return render(request, "api/docs.html", {"routes": routes, "info": schema()["info"]})


routes, _, _ = api.urls
urlpatterns = [path("openapi.json", openapi, name="openapi"), path("docs/", documentation, name="api-docs"), *routes]
