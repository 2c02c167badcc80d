"""The mapping language: what it can say, and how a mistake in it is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from comptant.doors.imports.mapping import Mapping, load_mapping, parse_mapping, shipped_mappings
from comptant.doors.imports.reading import open_reading
from comptant.ground.refusals import Refusal
from tests.imports.reading import FIRM, errors, reading, rows
from tests.imports.test_tables import book

PRICES = {"prices.csv": b"product,price\nGTX Pro,4821\nMG,55\n"}
COLUMNS = '[columns]\nref = "id"\nparty_ref = "client"\nopened_on = "day"\n'
LOOKUP = (
    '[columns]\nref = "id"\nparty_ref = "client"\nopened_on = "day"\n'
    'amount = { first = ["value:nonzero", "price.price"] }\n'
    '[lookup.price]\nfile = "prices.csv"\nkey = "product"\non = "item"\nnormalise = "no-spaces"\n'
)


def refused(mapping: str, text: str = "id,client,day\n1,P,2026-01-05\n", **more: Any) -> tuple[str, Any]:
    with pytest.raises(Refusal) as caught:
        reading("deals", text, mapping, **more)
    return caught.value.code, caught.value.facts.get("key")


def test_columns_are_renamed_and_dates_numbers_and_words_translated() -> None:
    mapping = (
        'date_format = ["%d/%m/%Y", "%d.%m.%y"]\ndecimal = ","\nthousands = "."\ncurrency_symbols = ["€"]\n'
        + COLUMNS + 'amount = "montant"\nstatus = "état"\nclosed_on = "fin"\n'
        '[values.status]\n"Gagnée" = "won"\n"En cours" = "open"\n'
    )  # fmt: skip
    text = (
        "id;client;day;montant;état;fin\n1;P;05/01/2026;1.234,50 €;gagnée;31.01.26\n2;P;06/01/2026;;En cours;\n"
        "3;P;06/01/2026;;open;\n"
    )
    first, second, third = rows("deals", text, mapping)
    assert (first.amount, first.status, first.closed_on) == (Decimal("1234.50"), "won", date(2026, 1, 31))
    assert (second.amount, second.status, third.status) == (None, "open", "open")


def test_first_takes_the_first_there_and_a_lookup_joins() -> None:
    text = (
        "id,client,day,value,item\n1,P,2026-01-05,10,GTX Pro\n2,P,2026-01-05,0,GTXPro\n3,P,2026-01-05,,MG\n"
        "4,P,2026-01-05,,Other\n"
    )
    read = reading("deals", text, LOOKUP, where=PRICES)
    assert [deal.amount for deal in read] == [Decimal(10), Decimal(4821), Decimal(55), None]
    notices = {(n.code, n.facts.get("value")): (n.count, n.first_line) for n in read.notices}
    assert notices["lookup_normalised", "GTXPro"] == (1, 3)
    assert notices["lookup_missed", "Other"] == (1, 5)
    assert read.notices.count("zero_passed_over") == 1
    assert read.custom_columns == ("item",)
    again = [deal.amount for deal in read]
    assert again[1] == 4821
    assert read.notices.count("zero_passed_over") == 1


def test_a_lookup_is_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_bytes(PRICES["prices.csv"])
    (tmp_path / "deals.csv").write_text("id,client,day,value,item\n1,P,2026-01-05,,MG\n")
    mapping = parse_mapping(('target = "deals"\n' + LOOKUP).encode())
    (deal,) = open_reading(tmp_path / "deals.csv", "deals", FIRM, mapping=mapping)
    assert deal.amount == 55
    (tmp_path / "prices.csv").unlink()
    with pytest.raises(Refusal) as caught:
        open_reading(tmp_path / "deals.csv", "deals", FIRM, mapping=mapping)
    assert (caught.value.code, caught.value.facts["where"]) == ("lookup_absent", str(tmp_path))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "lookup_not_given"),
        ({"prices.csv": b"product,cost\nMG,1\n"}, "lookup_column_absent"),
        ({"prices.csv": b"product,price\nMG,1\nM G,2\n"}, "lookup_twice"),
        ({"prices.csv": b""}, "empty_file"),
    ],
)
def test_a_lookup_that_cannot_serve_is_refused(files: dict[str, bytes], code: str) -> None:
    text = "id,client,day,value,item\n1,P,2026-01-05,,MG\n"
    assert refused(LOOKUP, text, where=files)[0] == code


def test_defaults_fill_blanks_are_written_our_way_and_may_name_other_columns() -> None:
    mapping = (
        'date_format = "%d/%m/%Y"\n' + COLUMNS + '[defaults]\ncurrency = "CAD"\nparty_ref = "Unknown {ref}"\n'
        "opened_on = 2025-12-31\namount = 12.5\n"
    )
    read = reading("deals", "id,client,day\n1,P,05/01/2026\n2,,\n", mapping)
    assert [(d.party_ref, d.opened_on, d.currency, d.amount) for d in read] == [
        ("P", date(2026, 1, 5), "CAD", Decimal("12.50")),
        ("Unknown 2", date(2025, 12, 31), "CAD", Decimal("12.50")),
    ]
    assert [(n.facts, n.count) for n in read.notices] == [
        ({"column": "party_ref", "source": "client"}, 1),
        ({"column": "opened_on", "source": "day"}, 1),
    ]


def test_a_template_with_nothing_in_it_stays_blank() -> None:
    mapping = COLUMNS + '[defaults]\nparty_ref = "Unknown {ref}"\n'
    assert errors("deals", "id,client,day\n,,2026-01-05\n", mapping) == [
        (2, "id", "required"),
        (2, "client", "required"),
    ]


def test_when_limits_a_column_to_some_rows() -> None:
    mapping = (
        COLUMNS + 'status = "state"\nclosed_on = { first = ["close"], when = { status = ["won", "lost"] } }\n'
        '[values.status]\n"Closed Won" = "won"\nNegotiation = "open"\n'
    )
    text = "id,client,day,state,close\n1,P,2026-01-05,Closed Won,2026-02-01\n2,P,2026-01-05,Negotiation,2026-09-01\n"
    assert [deal.closed_on for deal in rows("deals", text, mapping)] == [date(2026, 2, 1), None]


def test_ignore_leaves_a_column_out_and_keep_keeps_one_that_is_used() -> None:
    mapping = 'ignore = ["junk"]\nkeep = ["state"]\n' + COLUMNS + 'status = "state"\n'
    read = reading("deals", "id,client,day,state,junk,more\n1,P,2026-01-05,open,x,y\n", mapping)
    assert [deal.custom for deal in read] == [{"state": "open", "more": "y"}]
    assert read.custom_columns == ("more",)


def test_a_flag_of_dispute_means_all_of_the_invoice() -> None:
    mapping = (
        '[columns]\nnumber = "no"\nparty_ref = "who"\nissued_on = "day"\nnet = "net"\ndisputed = "flag"\n'
        'disputed_on = "since"\n[defaults]\ntax = "0"\n[values.disputed]\nYes = "all"\nNo = "0"\n'
    )
    text = "no,who,day,net,flag,since\n1,P,2026-01-05,10,Yes,2026-02-01\n2,P,2026-01-05,10,No,\n"
    text += "3,P,2026-01-05,10,Yes,\n"
    read = reading("invoices", text, mapping)
    assert [(i.disputed, i.custom) for i in read] == [(Decimal(10), {}), (None, {}), (None, {"disputed": "10.00"})]
    assert read.notices.count("disputed_without_day") == 1


def test_a_workbook_s_own_dates_are_read_whatever_the_format_says() -> None:
    content = book(
        ("id", "client", "day", "montant"), (1, "P", date(2026, 1, 5), 1234.5), (2, "P", "06/01/2026", "7,5")
    )
    mapping = 'date_format = "%d/%m/%Y"\ndecimal = ","\nthousands = "."\n' + COLUMNS + 'amount = "montant"\n'
    first, second = rows("deals", content, mapping)
    assert (first.ref, first.opened_on, first.amount) == ("1", date(2026, 1, 5), Decimal("1234.50"))
    assert (second.opened_on, second.amount) == (date(2026, 1, 6), Decimal("7.50"))


def test_errors_name_the_column_of_the_file() -> None:
    assert errors("deals", "id,client,day\n1,P,soon\n", COLUMNS) == [(2, "day", "date")]


@pytest.mark.parametrize(
    ("mapping", "code", "key"),
    [
        ("date_format = 5\n" + COLUMNS, "mapping_invalid", "date_format"),
        ('date_format = "jj/mm"\n' + COLUMNS, "mapping_invalid", "date_format"),
        ('date_format = "%Q"\n' + COLUMNS, "mapping_invalid", "date_format"),
        ('decimal = ";"\n' + COLUMNS, "mapping_invalid", "decimal"),
        ('decimal = ","\nthousands = ","\n' + COLUMNS, "mapping_invalid", "thousands"),
        ('delimiter = ";;"\n' + COLUMNS, "mapping_invalid", "delimiter"),
        ('encoding = "martian"\n' + COLUMNS, "mapping_invalid", "encoding"),
        ("colour = 1\n" + COLUMNS, "mapping_invalid", "colour"),
        ('[columns]\nrefs = "id"\n', "mapping_invalid", "columns.refs"),
        ("[columns]\nref = 5\n", "mapping_invalid", "columns.ref"),
        ("[columns]\nref = { last = 'id' }\n", "mapping_invalid", "columns.ref"),
        ("[columns]\nref = { first = [5] }\n", "mapping_invalid", "columns.ref.first"),
        (COLUMNS + 'amount = { first = ["day"], when = { x = "y" } }\n', "mapping_invalid", "columns.amount.when.x"),
        (COLUMNS + 'amount = "absent"\n', "mapping_column_absent", "columns.amount"),
        (COLUMNS + 'amount = "price.price"\n', "mapping_column_absent", "columns.amount"),
        ("columns = 5\n", "mapping_invalid", "columns"),
        (COLUMNS + "[defaults]\nmood = 'x'\n", "mapping_invalid", "defaults.mood"),
        (COLUMNS + "[defaults]\namount = 'much'\n", "mapping_invalid", "defaults.amount"),
        (COLUMNS + "[defaults]\namount = [1]\n", "mapping_invalid", "defaults.amount"),
        (COLUMNS + "[defaults]\ntitle = 'a {ref'\n", "mapping_invalid", "defaults.title"),
        (COLUMNS + "[defaults]\ntitle = '{ref.__class__}'\n", "mapping_invalid", "defaults.title"),
        (COLUMNS + "[defaults]\ntitle = '{ref!r}'\n", "mapping_invalid", "defaults.title"),
        (COLUMNS + "[defaults]\ntitle = '{mood}'\n", "mapping_invalid", "defaults.title"),
        (COLUMNS + "[defaults]\ntitle = '{reason}'\nreason = '{title}'\n", "mapping_invalid", "defaults.title"),
        (COLUMNS + "[lookup.a]\nfile = '../x.csv'\nkey = 'k'\n", "mapping_invalid", "lookup.a.file"),
        (COLUMNS + "[lookup.a]\nkey = 'k'\n", "mapping_invalid", "lookup.a.file"),
        (COLUMNS + "[lookup.a]\nfile = 'x'\nkey = 'k'\nnormalise = 'no'\n", "mapping_invalid", "lookup.a.normalise"),
        (COLUMNS + "[values.mood]\na = 'b'\n", "mapping_invalid", "values.mood"),
        (COLUMNS + "[values.status]\na = ['b']\n", "mapping_invalid", "values.status.a"),
        ('ignore = ["absent"]\n' + COLUMNS, "mapping_column_absent", "ignore"),
        ('ignore = [5]\n' + COLUMNS, "mapping_invalid", "ignore"),
        ("[columns\n", "mapping_not_toml", None),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_is_told_with_its_key(mapping: str, code: str, key: str | None) -> None:
    assert refused(mapping) == (code, key)


def test_a_mapping_is_of_its_target() -> None:
    with pytest.raises(Refusal) as caught:
        open_reading(b"a,b\n", "invoices", FIRM, mapping=load_mapping("maven"))
    assert caught.value.code == "mapping_target"
    with pytest.raises(Refusal):
        parse_mapping(b"")
    with pytest.raises(Refusal):
        parse_mapping(b"\xff\xfe")


def test_a_mapping_is_named_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('target = "deals"\n' + COLUMNS)
    assert load_mapping(path).columns is not None
    assert load_mapping("maven").target.name == "deals"
    for absent in ("nothing", str(tmp_path / "no.toml"), "a\0b", str(tmp_path)):
        with pytest.raises(Refusal) as caught:
            load_mapping(absent)
        assert caught.value.code == "mapping_unreadable"


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_is_sound(name: str) -> None:
    assert load_mapping(name).columns


def test_a_mapping_may_be_made_of_chosen_columns() -> None:
    mapping = Mapping.of_columns("deals", {"ref": "N°", "party_ref": "Client", "opened_on": "Le"}, dates=("%d/%m/%Y",))
    (deal,) = open_reading("N°;Client;Le\n7;Lune;05/01/2026\n".encode(), "deals", FIRM, mapping=mapping)
    assert (deal.ref, deal.party_ref, deal.opened_on) == ("7", "Lune", date(2026, 1, 5))
