"""What can be asked for by name: a place to go to, an act to begin. Each says for whom, and its other names."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptant.ground.firms.models import Role
from comptant.ground.web.navigation import PLACES
from comptant.ground.web.roles import BRINGING_IN, KEEPING_BOOKS, OWNING, READING, RECOVERING, SELLING


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to ask for. ``also`` are other words for it, as people say them; ``query`` follows the address."""

    name: str | Promise
    icon: str
    route: str
    roles: Collection[Role]
    also: str | Promise = ""
    query: str = ""
    is_of_firm: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of what was found."""

    name: str
    url: str
    about: str = ""
    icon: str = ""
    state: str = ""


ACTS = (
    Command(gettext_lazy("New deal"), "plus", "new-deal", SELLING, gettext_lazy("prospect, opportunity")),
    Command(gettext_lazy("New client or prospect"), "plus", "new-client", RECOVERING, gettext_lazy("company, party")),
    Command(gettext_lazy("New invoice"), "plus", "new-invoice", KEEPING_BOOKS, gettext_lazy("bill")),
    Command(gettext_lazy("Import a file"), "upload", "imports", BRINGING_IN, gettext_lazy("spreadsheet, paste, CSV")),
    Command(
        gettext_lazy("Import prospects"), "upload", "imports", BRINGING_IN, gettext_lazy("deals, opportunities"),
        "?target=deals",
    ),
    Command(
        gettext_lazy("Import invoices"), "upload", "imports", BRINGING_IN, gettext_lazy("unpaid invoices"),
        "?target=invoices",
    ),
    Command(gettext_lazy("See the path"), "forecast", "path", READING, gettext_lazy("where the money is")),
    Command(gettext_lazy("See the deals"), "pipeline", "deals", READING, gettext_lazy("opportunities, list")),
    Command(
        gettext_lazy("Settings of the firm"), "settings", "settings", OWNING,
        gettext_lazy("team, roles, stages, taxes, reminders, tokens, closures"),
    ),
    Command(
        gettext_lazy("My account"), "person", "account", frozenset(Role),
        gettext_lazy("password, language, passkey, two steps, keys"), is_of_firm=False,
    ),
    Command(gettext_lazy("List the keys"), "list", "keys", READING, gettext_lazy("keyboard, shortcuts")),
)  # fmt: skip


def commands(firm_ref: str, role: Role, words: str) -> list[Hit]:
    """The commands that a role may ask for and whose names hold each of the words; all of them without words."""
    places = [
        Command(_("Go to {place}").format(place=place.name), place.icon, place.route, place.roles) for place in PLACES
    ]
    asked = fold(words).split()
    return [
        Hit(str(one.name), _address(one, firm_ref), icon=one.icon)
        for one in (*places, *ACTS)
        if role in one.roles and _is_meant(f"{one.name} {one.also}", asked)
    ]


def fold(text: str) -> str:
    """Small letters without accents.

    >>> fold("Réglages")
    'reglages'
    """
    return "".join(letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter))


def _is_meant(called: str, asked: Collection[str]) -> bool:
    names = fold(called).replace("’", " ").replace(",", " ").split()
    return all(any(name.startswith(word) for name in names) for word in asked)


def _address(one: Command, firm_ref: str) -> str:
    return reverse(one.route, args=[firm_ref] if one.is_of_firm else None) + one.query
