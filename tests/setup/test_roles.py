"""Who the product is in its database, and who it refuses to be."""

import pytest
from django.db import connections

from comptant.ground.database.bootstrap import refuse_strong_role
from comptant.ground.database.failures import Unable


@pytest.mark.django_db
def test_the_role_app_is_weak_enough():
    refuse_strong_role(connections["default"])


@pytest.mark.django_db(databases=["default", "owner", "batch"])
@pytest.mark.parametrize(("alias", "strength"), [("owner", "owner"), ("batch", "bypassrls")])
def test_stronger_roles_are_refused(alias, strength):
    with pytest.raises(Unable) as refusal:
        refuse_strong_role(connections[alias])
    assert refusal.value.facts["strength"] == strength
