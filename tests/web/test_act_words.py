"""Every act that the rooms say has words of its own on a deal's page."""

import re
from pathlib import Path

import pytest

from comptant import journey
from comptant.doors.web import act_words
from comptant.ground.database.ids import uuid7
from comptant.ground.journal.actions import Bench
from comptant.ground.journal.rooms import DealHead
from tests.world import atelier_lune

SAID = re.compile(r"""(?:act=|Fact\(\s*)"([a-z_]+)\"""")
CLOCK = {"stalled", "woken", "fell_due", "corrected"}


@pytest.mark.django_db
def test_every_kind_of_act_has_a_title_and_an_icon() -> None:
    house = atelier_lune()
    with house.open():
        rooms = Bench.open(house.firm).rooms(DealHead(uuid7(), "EUR", "FR"))
    routed = {kind for room in rooms for kind in room.kinds}
    sources = [path.read_text("utf-8") for path in Path(next(iter(journey.__path__))).rglob("*.py")]
    stated = {kind for source in sources for kind in SAID.findall(source)}
    assert {"offer_opened", "reminded"} <= stated, "the pattern still finds what rooms post"
    kinds = routed | stated | CLOCK
    assert kinds <= act_words.TITLES.keys()
    assert kinds <= act_words.ICONS.keys()


def test_every_icon_is_in_the_sprite() -> None:
    sprite = Path(act_words.__file__).parents[2] / "ground/web/templates/web/_sprite.html"
    drawn = set(re.findall(r'id="i-([a-z-]+)"', sprite.read_text("utf-8")))
    assert set(act_words.ICONS.values()) <= drawn
