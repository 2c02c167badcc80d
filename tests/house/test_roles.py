"""Every page of a firm says whom it is for, and docs/roles.md says the same."""

from __future__ import annotations

import re

import pytest

from comptant.doors.web.urls import of_firm
from comptant.ground.firms.models import Role
from comptant.ground.web.roles import BRINGING_IN, READING
from tests.house.walk import ROOT, text
from tests.web.test_pages import signed_in
from tests.world import MONDAY, atelier_lune, found


def test_every_page_says_whom_it_is_for() -> None:
    silent = [str(page.pattern) for page in of_firm if not getattr(page.callback, "roles", None)]
    assert silent == [], "wrap it in reads(...), or in what suits it: ground/web/roles.py"


def test_the_docs_say_the_same() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \| (yes|no) \|$", text(ROOT / "docs" / "roles.md"), re.MULTILINE)
    assert {role: (reads, brings) for role, reads, brings in rows} == {
        str(role): ("yes" if role in READING else "no", "yes" if role in BRINGING_IN else "no") for role in Role
    }


@pytest.mark.django_db
def test_a_mentor_reads_and_brings_nothing_in() -> None:
    atelier_lune()
    odile = signed_in("odile", "atelier-lune")
    path = odile.get("/f/atelier-lune/path/")
    assert path.status_code == 200
    assert b"imports" not in path.content
    assert odile.get("/f/atelier-lune/imports/").status_code == 403
    assert odile.post("/f/atelier-lune/imports/", {"pasted": "ref\nA"}).status_code == 403


@pytest.mark.django_db
def test_staff_sees_no_figure() -> None:
    found("Atelier Lune", {"Sami": Role.STAFF})
    assert signed_in("sami", "atelier-lune").get("/f/atelier-lune/path/").status_code == 403


@pytest.mark.django_db
def test_a_seller_sees_their_own_deals_alone() -> None:
    house = atelier_lune()
    with house.open():
        house.opens("D-1", MONDAY, "12000.00", title="Ada's own")
        house.opens("D-2", MONDAY, "900.00", title="Bilal's own", by=house.people["Bilal"])
    bilal, odile = signed_in("bilal", "atelier-lune"), signed_in("odile", "atelier-lune")
    listed = bilal.get("/f/atelier-lune/deals/").content
    assert b"D-2" in listed
    assert b"D-1" not in listed
    assert b"D-1" not in bilal.get("/f/atelier-lune/deals/?state=signed&q=own").content
    assert bilal.get("/f/atelier-lune/deals/D-1/").status_code == 404
    assert bilal.get("/f/atelier-lune/deals/D-2/").status_code == 200
    assert b"D-1" in odile.get("/f/atelier-lune/deals/").content
