"""An invoice said again, otherwise: it stays with the deal that holds it, and nothing is booked twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from comptant.journey.invoices.doctor import checks
from comptant.journey.invoices.models import Invoice
from tests.imports.commands import balances, command
from tests.imports.reading import errors
from tests.imports.test_made_up_files import TODAY
from tests.world import House, found

pytestmark = pytest.mark.django_db

INVOICES = (
    "number,kind,party_ref,deal_ref,issued_on,due_on,net,tax,currency,corrects,disputed,disputed_on,settled_on,po"
)
DEALS = "ref,party_ref,title,opened_on,amount,status,closed_on"


class Desk:
    """Imports lines, and looks at what they did."""

    def __init__(self, house: House, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.house, self.folder, self.capsys = house, folder, capsys

    def brings(self, *lines: str, words: tuple[str, ...] = (), code: int = 0, target: str = "invoices") -> Any:
        file = self.folder / f"{target}.csv"
        file.write_text("\n".join([INVOICES if target == "invoices" else DEALS, *lines]) + "\n", "utf-8")
        done, said = command(self.capsys, "import", target, file, *words)
        assert done == code or "--skip-bad" in words, said
        with self.house.open():
            faults = [(check.name, check.detail) for check in checks(self.house.firm) if not check.ok]
        assert not faults
        return said

    def holds(self) -> dict[str, tuple[str, str, int]]:
        return balances(self.capsys, TODAY.isoformat())

    def invoice(self, number: str) -> Invoice:
        with self.house.open():
            return Invoice.objects.select_related("deal", "party", "corrects").get(number=number)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(found("Again", {}, TODAY, fixed_today=TODAY), tmp_path, capsys)


def line(number: str, **more: str) -> str:
    said = {"number": number, "kind": "invoice", "party_ref": "P", "issued_on": "2025-06-02", "net": "100", "tax": "20"}
    said |= {"due_on": "2025-07-02"} | more
    return ",".join(said.get(column, "") for column in INVOICES.split(","))


def note(number: str, corrects: str, **more: str) -> str:
    return line(number, kind="credit_note", corrects=corrects, net="10", tax="2", **more)


def codes(said: Any) -> list[tuple[int, str, str]]:
    return [(error["line"], error["column"], error["code"]) for error in said["errors"]]


def unlike(said: Any) -> list[tuple[str, str, str, str]]:
    return [(one["ref"], one["column"], one["held"], one["said"]) for one in said["differences"]]


@pytest.mark.parametrize(("before", "after"), [("", "D"), ("D", "E")])
def test_an_invoice_keeps_its_deal(desk: Desk, before: str, after: str) -> None:
    desk.brings(line("F1", deal_ref=before))
    held = desk.holds()
    said = desk.brings(line("F1", deal_ref=after))
    assert unlike(said) == [("F1", "deal_ref", before or "invoice F1", after)]
    assert (said["acts"], said["added"], desk.holds()) == (0, 0, held)
    assert codes(desk.brings(line("F1", deal_ref=after), words=("--update",), code=1)) == [
        (2, "deal_ref", "invoice_keeps_deal")
    ]
    assert desk.holds() == held


def test_a_row_that_names_no_deal_says_nothing_of_it(desk: Desk) -> None:
    desk.brings(line("F1", deal_ref="D"))
    assert desk.brings(line("F1"))["nothing_new"]
    desk.brings(line("F1", settled_on="2025-06-20"))
    assert set(desk.holds()) == {"cashed"}


def test_a_credit_note_keeps_its_invoice(desk: Desk) -> None:
    desk.brings(line("F1"), line("F2"), note("A1", "F1"))
    held = desk.holds()
    said = desk.brings(note("A1", "F2"))
    assert (unlike(said), said["acts"], desk.holds()) == ([("A1", "corrects", "F1", "F2")], 0, held)
    refused = desk.brings(note("A1", "F2"), words=("--update",), code=1)
    assert codes(refused) == [(2, "corrects", "credit_note_keeps_invoice")]
    assert desk.brings(note("A1", "F1"))["nothing_new"]
    assert desk.invoice("A1").deal_id == desk.invoice("F1").deal_id


def test_an_invoice_never_becomes_a_credit_note(desk: Desk) -> None:
    desk.brings(line("F1"), line("F2"))
    assert unlike(desk.brings(note("F2", "F1")))[0] == ("F2", "kind", "invoice", "credit_note")
    assert codes(desk.brings(note("F2", "F1"), words=("--update",), code=1)) == [(2, "kind", "invoice_keeps_kind")]


@pytest.mark.parametrize("more", [{}, {"deal_ref": "D"}])
def test_a_credit_note_comes_after_its_invoice(desk: Desk, more: dict[str, str]) -> None:
    said = desk.brings(note("A1", "F9", **more), code=1)
    assert codes(said) == [(2, "corrects", "no_such_invoice")]
    assert "import the invoice first" in str(said["errors"])


def test_a_credit_note_goes_with_its_invoice(desk: Desk) -> None:
    assert codes(desk.brings(line("F1"), note("A1", "F1", deal_ref="D"), code=1)) == [
        (3, "deal_ref", "credit_note_of_other_deal")
    ]
    desk.brings(line("F1", deal_ref="D"))
    assert codes(desk.brings(note("A1", "F1", deal_ref="E"), code=1)) == [(2, "deal_ref", "credit_note_of_other_deal")]
    desk.brings(note("A1", "F1", deal_ref="D"))


def test_a_dispute_is_not_after_the_payment() -> None:
    text = f"{INVOICES}\n{line('F1', disputed='10', disputed_on='2025-07-02', settled_on='2025-07-01')}\n"
    assert errors("invoices", text) == [(2, "settled_on", "not_before")]


def test_a_refused_document_does_not_stay(desk: Desk) -> None:
    too_much = note("A1", "F1").replace(",10,2,", ",1000,200,")
    said = desk.brings(line("F1"), too_much, words=("--skip-bad",))
    assert (codes(said)[0][2], said["added"]) == ("credited_more_than_invoiced", 1)
    with desk.house.open():
        assert list(Invoice.objects.values_list("number", flat=True)) == ["F1"]


def test_an_update_refused_leaves_the_document_as_it_was(desk: Desk) -> None:
    desk.brings(line("F1"), note("A1", "F1").replace(",10,2,", ",90,18,"))
    said = desk.brings(line("F1").replace(",100,20,", ",50,10,"), words=("--update", "--skip-bad"))
    assert codes(said)[0][2] == "credited_more_than_invoiced"
    assert str(desk.invoice("F1").net) == "100.00"
    desk.brings(line("F1").replace(",100,20,", ",95,19,"), words=("--update",))
    assert (str(desk.invoice("F1").net), str(desk.invoice("F1").open_net)) == ("95.00", "5.00")


def test_what_else_differs_is_said_and_written_when_updating(desk: Desk) -> None:
    desk.brings(line("F1", po="1"))
    other = line("F1", party_ref="Q", kind="deposit", po="2")
    said = desk.brings(other)
    assert sorted(unlike(said)) == [
        ("F1", "kind", "invoice", "deposit"), ("F1", "party_ref", "P", "Q"), ("F1", "po", "1", "2"),
    ]  # fmt: skip
    assert (said["left"], said["acts"], said["parties_added"]) == (1, 0, 0)
    assert desk.brings(other, words=("--update",))["changed"] == 1
    now = desk.invoice("F1")
    assert (now.party.ref, now.kind, now.custom, str(now.open_net)) == ("Q", "deposit", {"po": "2"}, "100.00")
    assert desk.brings(other)["nothing_new"]


def test_a_currency_that_differs_is_said_and_never_written(desk: Desk) -> None:
    desk.brings(line("F1"))
    other = line("F1", currency="CAD")
    assert unlike(desk.brings(other)) == [("F1", "currency", "EUR", "CAD")]
    assert codes(desk.brings(other, words=("--update",), code=1)) == [(2, "currency", "deal_has_currency")]


def test_an_invoice_without_party_takes_that_of_its_deal(desk: Desk) -> None:
    desk.brings("D,P,Roof,2025-05-01,100,open,", target="deals")
    desk.brings(line("F1", party_ref="", deal_ref="D"))
    assert desk.invoice("F1").party.ref == "P"
    assert desk.brings(line("F1", party_ref="", deal_ref="D"))["nothing_new"]
    said = desk.brings(line("F2", party_ref="", deal_ref="E"), code=1)
    assert codes(said) == [(2, "party_ref", "required")]
    said = desk.brings(line("F2", party_ref="", deal_ref="E"), note("A2", "F2"), words=("--skip-bad",))
    assert codes(said) == [(2, "party_ref", "required"), (3, "corrects", "no_such_invoice")]
    assert (said["added"], said["parties_added"]) == (0, 0)


def test_a_deal_that_no_file_has_said_is_noticed(desk: Desk) -> None:
    said = desk.brings(line("F1", deal_ref="D"), line("F2", deal_ref="D"), line("F3"))
    assert [(one["count"], one["line"]) for one in said["notices"] if one["code"] == "deal_not_known_yet"] == [(2, 2)]
    again = desk.brings(line("F4", deal_ref="D"))
    assert {notice["code"] for notice in again["notices"]} == {"column_custom"}
