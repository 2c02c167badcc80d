"""The firms that bars measure in, founded by the product and filled by SQL; where the product is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import cluster, seeds
from comptant.ground.database import place

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

EMAIL = "bench@comptant.example"


def found(database: str, ref: str, deals: int, due: int = 0, histories: int = 1) -> None:
    """A firm of that ref with its stages and someone who may sign in, and as many deals."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.actions import add_member, found_firm
    from comptant.ground.firms.models import Role, User
    from comptant.journey.pipeline.actions import lay_stages

    firm = found_firm(ref.title(), ref=ref, today=seeds.TODAY, fixed_today=seeds.DUE_BY)
    with firm_scope(firm.id):
        lay_stages(firm)
        user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, None, name="Bench")
        add_member(firm, user, Role.OWNER)
    with cluster.connect(place.ADMIN_ROLE, database) as admin:
        seeds.seed_firm(admin, firm.id, deals, due, histories)


def firm_called(ref: str) -> Firm:
    """The firm of that ref."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.queries import OPERATOR, find_membership, get_firm

    membership = find_membership(OPERATOR, ref)
    assert membership is not None, ref
    with firm_scope(membership.firm_id):
        return get_firm(membership.firm_id)
