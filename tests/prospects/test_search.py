"""Finding a party: by any part of its name, its e-mail's domain or its SIREN; never another firm's."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection

from comptant.ground.parties.models import Party
from comptant.journey.prospects.queries import search_parties
from tests.world import House, atelier_lune, forge_nord

NAMES = [
    "Fonderie Marchetti", "Marchetti et fils", "Boréal inc.", "100 % Bois", "A_B", "Ébénisterie Élan", "élan vital",
]  # fmt: skip

BEGINS = f"prospects_beginning('marchetti', '', '{UUID(int=0)}', 50)"
HOLDS = f"prospects_holding('archett', 'archett', '{UUID(int=0)}', 50)"


@pytest.fixture
def house(db: None) -> Iterator[House]:
    lune = atelier_lune()
    with lune.open():
        for n, name in enumerate(NAMES):
            Party.objects.create(
                firm=lune.firm, ref=f"N{n}", name=name, email=f"paul@demeure{n}.example", siren=f"73282932{n}"
            )
        yield lune


def found(house: House, text: str, limit: int = 50, after: Party | None = None) -> list[str]:
    return [party.name for party in search_parties(house.firm, text, limit, after)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("marchetti", ["Marchetti et fils", "Fonderie Marchetti"]),
        ("CHETT", ["Fonderie Marchetti", "Marchetti et fils"]),
        ("ma", ["Marchetti et fils"]),
        ("boreal", ["Boréal inc.", "Boréal inc."]),
        ("élan", ["élan vital", "Ébénisterie Élan"]),
        ("demeure2", ["Boréal inc."]),
        ("732 829 321", ["Marchetti et fils"]),
        ("100 %", ["100 % Bois"]),
        ("a_b", ["A_B"]),
        ("a%b", []),
        ("  ", []),
        ("(.*", []),
        ("zzz", []),
        ("\\", []),
        ("x" * 5000, []),
    ],
)
def test_what_is_found(house: House, text: str, names: list[str]) -> None:
    assert found(house, text) == names


def test_page_after_page_none_twice_and_none_left_out(house: House) -> None:
    Party.objects.bulk_create(
        Party(firm=house.firm, ref=f"M{n}", name=f"{'Menuiserie' if n % 2 else 'La menuiserie'} {n:03d}")
        for n in range(60)
    )
    pages, last = [], None
    while page := search_parties(house.firm, "menuiserie", 7, last):
        pages += page
        last = page[-1]
    names = [party.name for party in pages]
    assert len(names) == len(set(names)) == 60
    assert all(name.startswith("Menuiserie") for name in names[:30])
    assert names[:30] == sorted(names[:30]) and names[30:] == sorted(names[30:])


def test_another_firm_finds_nothing_and_neither_does_nobody(house: House) -> None:
    north = forge_nord_beside(house)
    assert north == []


def forge_nord_beside(house: House) -> list[str]:
    """What Zoé finds of Atelier Lune, asking the functions themselves under her own firm."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.firm = '12345'")
        rows = []
        for call in (BEGINS, HOLDS):
            cursor.execute(f"SELECT id FROM {call}")
            rows += cursor.fetchall()
        cursor.execute("SET LOCAL app.firm = ''")
        cursor.execute(f"SELECT id FROM {HOLDS}")
        rows += cursor.fetchall()
        cursor.execute(f"SET LOCAL app.firm = '{house.firm.id}'")
    return rows


@pytest.mark.django_db
def test_each_firm_finds_its_own() -> None:
    lune, nord = atelier_lune(), forge_nord()
    for house in (lune, nord):
        with house.open():
            assert found(house, "ercur") == ["Mercure SARL"]
            assert search_parties(house.firm, "mercure")[0].firm_id == house.firm.id


@pytest.mark.django_db
def test_nobody_else_may_call_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('comptant_batch', p.oid, 'EXECUTE'), p.proname FROM pg_proc p"
            " WHERE p.proname LIKE 'prospects%'"
        )
        assert sorted(cursor.fetchall()) == [(False, "prospects_beginning"), (False, "prospects_holding")]
