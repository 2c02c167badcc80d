"""Pages by cursor: where the last row stood, signed, so that nobody makes one up; stable while rows come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

from comptant.ground.refusals import Refusal

USUAL, MOST = 50, 200
"""Rows of a page, unless asked, and at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of which list: ``list`` names the list and its filters, so that a cursor of another is refused."""

    list: str
    limit: int = USUAL
    cursor: str = ""

    def after(self) -> tuple[Any, ...] | None:
        """The keys of the last row of the page before; None at the beginning. Raises Refusal bad_cursor."""
        if not self.cursor:
            return None
        try:
            name, *keys = signing.loads(self.cursor, salt="comptant.cursor", serializer=signing.JSONSerializer)
        except (signing.BadSignature, ValueError, TypeError):
            raise Refusal("bad_cursor") from None
        if name != self.list:
            raise Refusal("bad_cursor")
        return tuple(keys)

    def next(self, keys: Sequence[Any]) -> str:
        """The cursor after the row with these keys."""
        return signing.dumps([self.list, *map(_plain, keys)], salt="comptant.cursor")


def _plain(key: Any) -> Any:
    if isinstance(key, datetime | date):
        return key.isoformat()
    return str(key) if isinstance(key, UUID | Decimal) else key


def page(rows: QuerySet[Any], place: Place, order: str, shown: Callable[[Any], Mapping[str, Any]]) -> dict[str, Any]:
    """A page of rows by ``order`` (a field, ``-`` first for falling) and id, and the cursor of the next page.

    The field must never be null. Ids fall with it, so that the newest of a day comes first.
    """
    field, falls = order.lstrip("-"), order.startswith("-")
    if (after := place.after()) is not None:
        rows = rows.filter(_beyond(field, falls, *after))
    keys = (order,) if field == "id" else (order, "-id" if falls else "id")
    found = list(rows.order_by(*keys)[: place.limit + 1])
    shown_rows = found[: place.limit]
    last = shown_rows[-1] if len(found) > place.limit else None
    keys_of = (last.id,) if last is not None and field == "id" else (last and getattr(last, field), last and last.id)
    return {"items": [shown(row) for row in shown_rows], "next": place.next(keys_of) if last is not None else None}


def _beyond(field: str, falls: bool, *after: Any) -> Q:
    way = "lt" if falls else "gt"
    if field == "id":
        return Q(**{f"id__{way}": after[0]})
    value, last_id = after
    return Q(**{f"{field}__{way}e": value}) & (Q(**{f"{field}__{way}": value}) | Q(**{f"id__{way}": last_id}))
