"""Typed rows of each target, what they derive, and what is refused by line and column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from comptant.doors.imports.refusals import KEPT_ERRORS
from comptant.doors.imports.targets import TARGETS
from comptant.ground.refusals import Refusal
from tests.imports.reading import FIRM, PARIS, errors, reading, rows

DEAL = "ref,party_ref,opened_on,status,closed_on,wake_on,stage,amount,currency\n"
INVOICE = "number,party_ref,issued_on,kind,due_on,net,tax,total,corrects,disputed,disputed_on,settled_on\n"
EVENT = "deal_ref,at,kind,value,note\n"


def test_a_deal_needs_little() -> None:
    (deal,) = rows("deals", "Ref;Party-Ref;OPENED ON\nD1;P1;2026-01-05\n")
    assert deal[:8] == (2, "D1", "D1", "P1", "", "", None, "")
    assert (deal.opened_on, deal.status, deal.stage, deal.closed_on, deal.custom) == (
        date(2026, 1, 5), "open", "", None, {},
    )  # fmt: skip


def test_every_target_has_the_columns_promised_in_order() -> None:
    for target in TARGETS.values():
        assert target.row._fields == ("line", *target.names, "custom")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("D1,P1,2026-01-05,won,,,,,", ("closed_on", "needed_when_closed")),
        ("D1,P1,2026-01-05,open,2026-02-01,,,,", ("closed_on", "only_when_closed")),
        ("D1,P1,2026-01-05,lost,2026-01-04,,,,", ("closed_on", "not_before")),
        ("D1,P1,2026-01-05,waiting,,,,,", ("wake_on", "needed_when_waiting")),
        ("D1,P1,2026-01-05,waiting,,2026-01-05,,,", ("wake_on", "only_after")),
        ("D1,P1,2026-01-05,open,,2026-03-01,,,", ("wake_on", "only_when_waiting")),
        ("D1,P1,2026-07-01,open,,,,,", ("opened_on", "in_future")),
        ("D1,P1,2026-01-05,gone,,,,,", ("status", "one_of")),
        ("D1,P1,2026-01-05,open,,,nowhere,,", ("stage", "one_of")),
        ("D1,P1,2026-01-05,open,,,,-1,", ("amount", "amount_negative")),
        ("D1,P1,2026-01-05,open,,,,1.50,JPY", ("amount", "no_cents")),
        ("D1,P1,2026-01-05,open,,,,1.50,XXX", ("currency", "currency")),
        (",P1,2026-01-05,open,,,,,", ("ref", "required")),
        ("D1,,2026-01-05,open,,,,,", ("party_ref", "required")),
        ("D1,P1,,open,,,,,", ("opened_on", "required")),
        ("D1,P1,2026-01-05,open,,,,,,more", ("", "too_many_cells")),
        (f"{'D' * 201},P1,2026-01-05,open,,,,,", ("ref", "too_long")),
    ],
)
def test_a_deal_that_contradicts_itself_is_refused(row: str, found: tuple[str, str]) -> None:
    assert errors("deals", DEAL + row + "\n") == [(2, *found)]


def test_all_errors_of_a_row_are_told_with_value_and_what_was_expected() -> None:
    read = reading("deals", DEAL + "D1,P1,2026-01-05,open,,,,,\nD2,,05/01/2026,gone,,,,1.234.567,\n")
    errors = read.check()
    assert [(e.line, e.column, e.value, e.code) for e in errors] == [
        (3, "party_ref", "", "required"),
        (3, "amount", "1.234.567", "amount_thousands"),
        (3, "opened_on", "05/01/2026", "date"),
        (3, "status", "gone", "one_of"),
    ]
    assert (errors.rows, read.row_count, len(list(read))) == (1, 2, 1)


def test_errors_are_kept_to_a_thousand_and_all_counted() -> None:
    found = reading("deals", DEAL + "D1,,,,,,,,\n" * 2_000).check()
    assert (len(found.kept), found.count, found.rows) == (KEPT_ERRORS, 4_000, 2_000)


def test_a_hostile_value_is_shown_short_and_visible() -> None:
    (error,) = reading("deals", DEAL + f"D1,P1,2026-01-05,{'x' * 90}\x1b,,,,,\n").check()
    assert len(error.value) == 80
    assert error.value.isprintable()


def test_blank_lines_are_passed_over_and_short_ones_filled() -> None:
    text = DEAL + "\n,,,,,,,,\nD1,P1,2026-01-05\n  ,  ,,,,,,,\nD2,P2,2026-01-06,,,,,,,,,\n"
    assert [(row.line, row.ref) for row in reading("deals", text) if row] == [(4, "D1"), (6, "D2")]


def test_unknown_columns_are_kept_and_said_once() -> None:
    read = reading("deals", "ref,party_ref,opened_on,Région,Note\nD1,P1,2026-01-05,Est,\nD2,P2,2026-01-05,,x\n")
    assert [deal.custom for deal in read] == [{"Région": "Est"}, {"Note": "x"}]
    assert read.custom_columns == ("Région", "Note")
    assert [(notice.code, notice.facts) for notice in read.notices] == [
        ("column_custom", {"column": "Région"}),
        ("column_custom", {"column": "Note"}),
    ]
    assert errors("deals", f"ref,party_ref,opened_on,Note\nD1,P1,2026-01-05,{'x' * 10_001}\n") == [
        (2, "Note", "too_long")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("ref,title\nD1,x\n", "columns_missing"), ("foo,bar\n1,2\n", "header_unknown"),
     ("Ref No,ref,REF \n1,2,3\n", "header_twice"), ("party_ref,party-ref,ref\n1,2,3\n", "header_twice_ours")],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        reading("deals", text)
    assert caught.value.code == code


def test_a_party_is_checked_and_named_by_its_ref_when_it_has_no_name() -> None:
    text = 'ref,name,kind,country,siren,tags,credit_limit\nP1,,,fr,732829320,"vip, lyon;vip",1000\n'
    (party,) = rows("parties", text)
    assert (party.name, party.kind, party.country, party.tags) == ("P1", "company", "FR", ("vip", "lyon"))
    assert party.credit_limit == Decimal("1000.00")
    assert errors("parties", "ref,siren,siret\nP1,732829320,35600000000048\n") == [(2, "siret", "siret_of_other_siren")]


@pytest.mark.parametrize(
    ("given", "amounts"),
    [("100,20,", "100 20 120"), ("100,,120", "100 20 120"), (",20,120", "100 20 120"), ("100,20,120", "100 20 120"),
     ("100.10,0,", "100.10 0 100.10")],
)  # fmt: skip
def test_of_net_tax_and_total_the_missing_one_is_derived(given: str, amounts: str) -> None:
    (invoice,) = rows("invoices", INVOICE + f"F1,P1,2026-01-05,,,{given},,,,\n")
    assert (invoice.net, invoice.tax, invoice.total) == tuple(map(Decimal, amounts.split()))
    assert invoice.kind == "invoice"


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("F1,P1,2026-01-05,,,100,,,,,,", ("net", "two_of_three")),
        ("F1,P1,2026-01-05,,,,,120,,,,", ("net", "two_of_three")),
        ("F1,P1,2026-01-05,,,100,20,121,,,,", ("total", "total_differs")),
        ("F1,P1,2026-01-05,,,100,,90,,,,", ("total", "total_below")),
        ("F1,P1,2026-01-05,credit_note,,100,20,,,,,", ("corrects", "needed_for_credit_note")),
        ("F1,P1,2026-01-05,invoice,,100,20,,F0,,,", ("corrects", "only_for_credit_note")),
        ("F1,P1,2026-01-05,,2026-01-04,100,20,,,,,", ("due_on", "not_before")),
        ("F1,P1,2026-01-05,,,100,20,,,,,2026-01-04", ("settled_on", "not_before")),
        ("F1,P1,2026-01-05,,,100,20,,,50,2025-12-31,", ("disputed_on", "not_before")),
        ("F1,P1,2026-01-05,,,100,20,,,121,2026-02-01,", ("disputed", "more_than_total")),
        ("F1,P1,2026-01-05,,,100,20,,,,2026-02-01,", ("disputed", "needed_with_disputed_on")),
        ("F1,,2026-01-05,,,100,20,,,,,", ("party_ref", "party_or_deal")),
        ("F1,P1,2026-07-05,,,100,20,,,,,", ("issued_on", "in_future")),
        ("F1,P1,2026-01-05,credit_note,,-100,-20,,F0,,,", ("net", "amount_negative")),
    ],
)
def test_an_invoice_that_contradicts_itself_is_refused(row: str, found: tuple[str, str]) -> None:
    assert (2, *found) in errors("invoices", INVOICE + row + "\n")


def test_a_dispute_without_its_day_moves_nothing_and_is_said() -> None:
    text = INVOICE + "F1,P1,2026-01-05,,,100,20,,,50,,\nF2,P1,2026-01-05,,,100,20,,,50,2026-02-01,\n"
    read = reading("invoices", text)
    first, second = read
    assert (first.disputed, first.custom) == (None, {"disputed": "50.00"})
    assert (second.disputed, second.disputed_on, second.custom) == (Decimal(50), date(2026, 2, 1), {})
    assert read.notices.count("disputed_without_day") == 1


def test_events_read_their_value_by_their_kind() -> None:
    lines = [
        "D1,2026-01-05,stage,proposal,", "D1,2026-01-05 10:30,estimate,\"1234,5\",", "D1,2026-01-06,buyer_move,phone,",
        "D1,2026-01-06,seller_touch,,", "D1,2026-01-07,offer_sent,2026-02-01,", "D1,2026-01-07,offer_sent,,",
        "D1,2026-01-08,maybe,,he hesitates", "D1,2026-01-09,hold,2026-03-01,", "D1,2026-01-10,wake,,",
        "D1,2026-01-11,won,900,", "D1,2026-01-11,won,,", "D1,2026-01-11,lost,Rival,", "D1,2026-01-11,vanished,,",
        "D1,2026-01-11,declined,,", "D1,2026-01-12,reactivated,contacted,",
        "D1,2026-01-12,meeting_accepted,2026-01-20,",
    ]  # fmt: skip
    events = rows("events", EVENT + "\n".join(lines))
    assert [event.value for event in events] == [
        "proposal", "1234.50", "phone", "", "2026-02-01", "", "", "2026-03-01", "", "900.00", "", "Rival", "", "",
        "contacted", "2026-01-20",
    ]  # fmt: skip
    assert events[1].at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    assert events[6].note == "he hesitates"


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("D1,2026-01-05,stage,,", ("value", "required")),
        ("D1,2026-01-05,stage,nowhere,", ("value", "one_of")),
        ("D1,2026-01-05,estimate,much,", ("value", "amount")),
        ("D1,2026-01-05,hold,2026-01-05,", ("value", "only_after")),
        ("D1,2026-01-05,hold,soon,", ("value", "date")),
        ("D1,2026-01-05,meeting_accepted,2026-01-04,", ("value", "not_before")),
        ("D1,2026-01-05,vanished,because,", ("value", "value_not_expected")),
        ("D1,2026-01-05,opened,,", ("kind", "one_of")),
        ("D1,yesterday,wake,,", ("at", "date")),
        ("D1,2026-07-02,wake,,", ("at", "in_future")),
        (",2026-01-05,wake,,", ("deal_ref", "required")),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(row: str, found: tuple[str, str]) -> None:
    assert errors("events", EVENT + row + "\n") == [(2, *found)]


def test_a_payment_is_of_something() -> None:
    text = "ref,received_on,amount,label\nR1,2026-01-05,120,VIR F1\nR2,2026-01-05,0,\n"
    assert errors("payments", text) == [(3, "amount", "amount_zero")]


def test_deal_events_is_another_name_and_an_unknown_target_is_refused() -> None:
    assert reading("deal-events", EVENT).target.name == "events"
    with pytest.raises(Refusal) as caught:
        reading("dreams", "a,b\n")
    assert caught.value.code == "target_unknown"


def test_a_firm_without_today_or_stages_lets_them_be() -> None:
    firm = type(FIRM)(PARIS)
    text = DEAL + "D1,P1,2099-01-05,open,,,anything,,\n"
    assert [deal.stage for deal in reading("deals", text, firm=firm)] == ["anything"]
