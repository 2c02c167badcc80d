"""The places of the shell: each appears at its first case and is never hidden again (design 1.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptant.ground.firms.models import Role
from comptant.ground.web.roles import KEEPING_BOOKS, READING


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the main navigation. ``needs`` names the case that makes it appear; empty: day one.

    ``until`` names the case from which others stand in its stead; ``letter`` is what follows G on the keyboard.
    """

    key: str
    name: str | Promise
    icon: str
    route: str
    roles: Collection[Role]
    needs: str = ""
    until: str = ""
    letter: str = ""


PLACES = (
    Place("start", _("Today"), "today", "start", READING, letter="a"),
    Place("pipeline", _("Pipeline"), "pipeline", "pipeline", READING, letter="p"),
    Place("receivables", _("To collect"), "cash-in", "receivables", READING, until="statement", letter="f"),
    Place("offers", _("Offers"), "offer", "offers", READING, "offer", letter="o"),
    Place("clients", _("Clients"), "client", "clients", READING, "cash", letter="c"),
    Place("invoices", _("Invoices"), "invoice", "invoices", READING, "statement", letter="f"),
    Place("bank", _("Bank"), "bank", "bank", KEEPING_BOOKS, "statement", letter="b"),
    Place("forecast", _("Forecast"), "forecast", "forecast", READING, "forecast", letter="v"),
    Place("extras", _("Extra requests"), "plus", "extra-requests", frozenset({Role.STAFF})),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the shell draws it."""

    name: str
    icon: str
    url: str
    is_here: bool
    letter: str = ""


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
    """What surrounds a page below ``/f/<ref>/``. An address is empty where the member may not go."""

    home: str
    firm: str
    person: str
    places: list[Link]
    import_url: str
    is_importing: bool = False
    serves_many: bool = False
    line: tuple[LineEntry, ...] = ()
    settings_url: str = ""
    search_url: str = ""
    here: str = ""
    statement_url: str = ""
    """Where a bank statement is brought in: for who keeps books."""
    keys_off: bool = False
    keys_url: str = ""


def links(firm_ref: str, here: str, role: Role, seen: Collection[str] = ()) -> list[Link]:
    """The places to show, in order; ``seen`` are the cases that have occurred."""
    return [
        Link(str(place.name), place.icon, reverse(place.route, args=[firm_ref]), place.key == here, place.letter)
        for place in PLACES
        if role in place.roles and (not place.needs or place.needs in seen) and place.until not in seen
    ]
