"""Finding parties by any part of their name, by the domain of their e-mail or by their SIREN, among a million.

Two functions of the database do it, since row-level security keeps LIKE from its index
(docs/decisions/0013-search-past-the-wall.md). They see the firm whose scope is open, and no other.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party

SHORTEST = 3
"""Characters from which a part of a name is looked for anywhere in it; shorter, at its beginning only."""
MOST = 200
LONGEST = 100
FIRST = UUID(int=0)

_FOLDS = ("aàâäáãå", "cç", "eéèêë", "iîïíì", "nñ", "oôöóòõ", "uûüùú", "yÿý")
_FOLDED = {letter: f"[{letters}]" for letters in _FOLDS for letter in letters}


def search_parties(firm: Firm, text: str, limit: int = 50, after: Party | None = None) -> list[Party]:
    """The parties that match, at most ``limit`` (and 200).

    First those whose name, e-mail domain or SIREN begins with the text, in the order of names; then those whose name
    holds it elsewhere, of the first thousand found. Case does not count. Accents count only while something matches
    with them: ``boreal`` finds Boréal when there is no Boreal. ``after`` is the last party of the page before.
    Three statements at most.
    """
    wanted = " ".join(text.split())[:LONGEST]
    most = min(limit, MOST)
    if not wanted or most <= 0 or "\0" in wanted:
        return []
    since, found = after.id if after else FIRST, list[UUID]()
    if after is None or _begins(after, wanted):
        digits = wanted.replace(" ", "") if _is_number(wanted) else ""
        found = _ask("prospects_beginning(%s, %s, %s, %s)", wanted, digits, since, most)
        since = FIRST
    if len(found) < most and len(wanted) >= SHORTEST:
        found += _ask("prospects_holding(%s, %s, %s, %s)", wanted, folded(wanted), since, most - len(found))
    parties = Party.objects.filter(firm=firm).in_bulk(found)
    return [parties[party_id] for party_id in dict.fromkeys(found)]


def _ask(call: str, *values: str | int | UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {call}", values)
        return [row[0] for row in cursor.fetchall()]


def folded(wanted: str) -> str:
    r"""The pattern that finds the text whatever its accents.

    >>> folded("Été 1.5")
    '[eéèêë]t[eéèêë]\\ 1\\.5'
    """
    return "".join(_FOLDED.get(letter) or (letter if letter.isalnum() else f"\\{letter}") for letter in wanted.lower())


def _begins(party: Party, wanted: str) -> bool:
    """True when the party was found by its beginning."""
    said, digits = wanted.lower(), wanted.replace(" ", "")
    domain = party.email.lower().partition("@")[2]
    return (
        party.name.lower().startswith(said)
        or domain.startswith(said)
        or (_is_number(wanted) and party.siren.startswith(digits))
    )


def _is_number(wanted: str) -> bool:
    """Digits, perhaps in groups: a SIREN or its beginning."""
    return wanted.replace(" ", "").isdigit() and len(wanted.replace(" ", "")) >= SHORTEST
