"""A link opens one thing, for those who hold it, until it ends; and a door is not knocked at for ever."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from comptant.ground.firms.models import LinkKey
from comptant.ground.mail.links import Found, address_of, end_links, find_link, forget_expired, make_link
from comptant.ground.web.limits import allow, forget_knocks
from comptant.ground.web.models import Knock
from tests.world import atelier_lune, forge_nord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def firm(db):
    return atelier_lune().firm


def test_a_link_opens_its_subject_for_its_purpose_until_it_expires(firm):
    offer = uuid4()
    secret = make_link(firm, "offer", offer, expires_at=TOMORROW)
    assert find_link("offer", secret, now=NOON) == Found(firm.id, offer)
    assert find_link("reminder", secret, now=NOON) is None
    assert find_link("offer", secret + "x", now=NOON) is None and find_link("offer", "", now=NOON) is None
    assert find_link("offer", secret, now=TOMORROW) is None


def test_no_link_can_be_guessed_or_read_from_the_table(firm):
    secrets = {make_link(firm, "offer", uuid4(), expires_at=TOMORROW) for _ in range(50)}
    assert len(secrets) == 50 and min(map(len, secrets)) >= 43
    kept = b"".join(bytes(row.key_hash) for row in LinkKey.objects.all())
    assert not any(secret.encode() in kept for secret in secrets)


def test_ended_links_open_nothing_and_others_stay(firm):
    offer, other = uuid4(), uuid4()
    first, second = (make_link(firm, "offer", offer, expires_at=TOMORROW) for _ in range(2))
    kept = make_link(firm, "offer", other, expires_at=TOMORROW)
    assert end_links(firm, "offer", offer) == 2
    assert find_link("offer", first, now=NOON) is None and find_link("offer", second, now=NOON) is None
    assert find_link("offer", kept, now=NOON) == Found(firm.id, other)


def test_a_firm_ends_no_link_of_another(firm):
    subject = uuid4()
    secret = make_link(firm, "offer", subject, expires_at=TOMORROW)
    assert end_links(forge_nord().firm, "offer", subject) == 0
    assert find_link("offer", secret, now=NOON) is not None


def test_expired_links_are_forgotten(firm):
    make_link(firm, "offer", uuid4(), expires_at=NOON)
    kept = make_link(firm, "offer", uuid4(), expires_at=TOMORROW)
    assert forget_expired(NOON) == 1 and find_link("offer", kept, now=NOON) is not None


def test_the_address_is_that_of_the_installation(settings):
    settings.BASE_URL = "https://comptant.example"
    assert address_of("offer", "s") == "https://comptant.example/o/s/"
    assert address_of("reminder", "s") == "https://comptant.example/r/s/"
    assert address_of("invitation", "s") == "https://comptant.example/join/s/"


def test_a_door_is_knocked_at_so_often_in_a_window(db):
    def knocks(seconds, key="ip 192.0.2.1"):
        return allow(key, limit=2, seconds=60, now=NOON + timedelta(seconds=seconds))

    assert [knocks(second) for second in (0, 10, 20, 59)] == [True, True, False, False]
    assert knocks(20, "ip 192.0.2.2"), "each its own count"
    assert [knocks(second) for second in (60, 61, 62)] == [True, True, False], "a new window"


def test_knocks_are_counted_before_a_firm_is_open_and_forgotten_afterwards(db):
    with forge_nord().open(), pytest.raises(RuntimeError, match="before opening"):
        allow("x", limit=1, seconds=1, now=NOON)
    allow("x", limit=1, seconds=60, now=NOON)
    assert len(bytes(Knock.objects.get().key_hash)) == 32, "a hash, and not who knocked"
    assert forget_knocks(NOON) == 0 and forget_knocks(NOON + timedelta(seconds=60)) == 1
