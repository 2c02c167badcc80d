"""A new party under a ref of its own. Editing one is a form and a save."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import IntegrityError, transaction

from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits and capitals that nobody takes for one another."""


def new_ref(letter: str) -> str:
    """A short name nobody bears yet, but for a chance in a million millions.

    >>> len(new_ref("D")), new_ref("D")[:2]
    (10, 'D-')
    """
    return f"{letter}-" + "".join(secrets.choice(SIGNS) for _ in range(8))


def add_party(firm: Firm, name: str, *, ref: str = "", **more: Any) -> Party:
    """A party of the firm. Raises Refusal party_ref_taken."""
    ref = ref or new_ref("P")
    try:
        with transaction.atomic():
            party: Party = Party.objects.create(firm=firm, ref=ref, name=name, **more)
    except IntegrityError as error:
        if "party_ref_once" in str(error):
            raise Refusal("party_ref_taken", ref=ref) from error
        raise
    return party
