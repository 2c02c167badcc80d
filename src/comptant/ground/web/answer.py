"""The one way a view answers: the fragment alone to HTMX, the page around it to everyone else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def page_of(fragment: str) -> str:
    """The page a fragment belongs to: the same name without its underscore.

    >>> page_of("places/_deals.html")
    'places/deals.html'
    """
    folder, _, name = fragment.rpartition("/")
    return f"{folder}/{name.removeprefix('_')}" if folder else name.removeprefix("_")


def answer(
    request: HttpRequest, fragment: str, context: Mapping[str, Any], *, page: str = "", status: int = 200
) -> HttpResponse:
    """The answer to a request. ``fragment`` is ``room/_noun.html``; its page, unless named, ``room/noun.html``."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    wants_fragment = htmx and not htmx.boosted and not htmx.history_restore_request
    template = fragment if wants_fragment else (page or page_of(fragment))
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
