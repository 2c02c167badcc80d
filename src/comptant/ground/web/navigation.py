"""The places of the shell: each appears at its first case and is never hidden again (design 1.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the main navigation. ``needs`` names the case that makes it appear; empty: day one."""

    key: str
    name: str | Promise
    icon: str
    route: str
    needs: str = ""


PLACES = (
    Place("start", _("Today"), "today", "start"),
    Place("pipeline", _("Pipeline"), "pipeline", "deals"),
    Place("receivables", _("To collect"), "cash-in", "receivables"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the shell draws it."""

    name: str
    icon: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One state of the line: where it stands now, and whether the page is about it."""

    state: str
    name: str
    text: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds a page below ``/f/<ref>/``."""

    home: str
    firm: str
    person: str
    places: list[Link]
    import_url: str
    is_importing: bool = False
    serves_many: bool = False
    line: tuple[LineEntry, ...] = ()


def links(firm_ref: str, here: str, seen: Collection[str] = ()) -> list[Link]:
    """The places to show, in order; ``seen`` are the cases that have occurred."""
    return [
        Link(str(place.name), place.icon, reverse(place.route, args=[firm_ref]), place.key == here)
        for place in PLACES
        if not place.needs or place.needs in seen
    ]
