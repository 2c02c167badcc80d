"""What a person does on a page: once, on what they have seen, and told in a sentence that can be undone.

A form carries ``once``, a word of its own: sent twice, it acts once. It carries ``seen``, the last act its page
knew of: when others went on meanwhile, nothing is done and both are told (409).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import Firm
from comptant.ground.web.models import SentForm
from comptant.ground.web.request import MemberRequest

LONGEST_KEY = 40
KEPT = timedelta(days=1)


class OutOfDate(Exception):
    """Someone else went on meanwhile; ``text`` says who did what. Nothing of the request is done."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence with its amount; ``undo`` is an address that takes it back by POST."""

    text: str
    undo: str = ""


def new_key() -> str:
    """A word for one form."""
    return secrets.token_urlsafe(12)


def claim(request: MemberRequest) -> bool:
    """Whether this form was never sent before; the answer stays true for one request alone, however many come at once.

    A form without ``once`` may always act. A request that is refused gives its word back: its transaction is undone.
    """
    key = request.POST.get("once", "")[:LONGEST_KEY]
    if not key:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO web_sentform (id, firm_id, member_id, key, at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (firm_id, member_id, key) DO NOTHING",
            [uuid7(), request.firm.id, request.member.id, key.replace("\x00", ""), request.now],
        )
        return bool(cursor.rowcount)


def forget_forms(firm: Firm, now: datetime) -> int:
    """Clear the words of forms sent more than a day ago; how many."""
    return SentForm.objects.filter(firm=firm, at__lte=now - KEPT).delete()[0]


def acted(request: HttpRequest, done: Done, *, to: str, fragments: Sequence[str] | None = None) -> HttpResponse:
    """The answer to an act. Without script: back to ``to``, where it is told. To HTMX: the fragments and the sentence.

    ``fragments`` are pieces of the page, the first for the target, the others out of band; None sends HTMX to ``to``.
    """
    is_htmx = bool(getattr(request, "htmx", None))
    if is_htmx and fragments is not None:
        toast = render_to_string("web/_toast_added.html", {"text": done.text, "undo": done.undo}, request)
        return HttpResponse("".join((*fragments, toast)))
    messages.success(request, done.text, extra_tags=done.undo)
    if is_htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)
