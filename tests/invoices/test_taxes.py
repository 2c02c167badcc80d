"""Taxes: properties of sums and credit notes, Québec from the line to the journal, VAT on cash."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptant.ground.deals.models import Deal
from comptant.ground.firms.describing import describe
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.journey.invoices.actions import credit, draft_for, issue
from comptant.journey.invoices.printing import laid_out, pdf_of
from comptant.journey.invoices.queries import VatDue, vat_due
from comptant.journey.invoices.rules.dated import NotCoveredError
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.invoices.rules.regimes import FRANCHISE, wording
from comptant.journey.invoices.rules.taxes import Sums, credited_part, less, rates_of, sums_of
from tests.invoices.billing import TUESDAY, able_to_bill, amounts, content, day, drafted, standing
from tests.invoices.test_crediting import paid
from tests.invoices.test_issuing import refused
from tests.world import House, atelier_lune

ZERO = Decimal("0.00")
PLACES = {"FR": ("EUR", ["20", "10", "5.5", "2.1", "0"]), "CA": ("CAD", ["14.975", "5", "0"])}


@st.composite
def documents(draw: st.DrawFn) -> tuple[Sums, str]:
    """A document of one to five lines, and its currency."""
    country = draw(st.sampled_from(["FR", "CA"]))
    currency, percents = PLACES[country]
    lines = [
        Line(
            "x", Decimal(draw(st.integers(1, 10**8))) / 10**4, Decimal(draw(st.sampled_from(percents))),
            quantity=Decimal(draw(st.integers(1, 999))) / 10, discount=Decimal(draw(st.integers(0, 90))),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    return sums_of(lines, currency, country, day(0)), currency


@given(documents(), st.lists(st.integers(1, 10_000), min_size=1, max_size=6))
def test_credit_notes_clear_a_document_to_the_cent(document: tuple[Sums, str], weights: list[int]) -> None:
    whole, currency = document
    left = whole
    for weight in weights:
        net = (left.net * weight / 10_000).quantize(Decimal("0.01"))
        if 0 < net <= left.net:
            left = less(left, [credited_part(left, net, currency)])
            assert all(one.base >= 0 and one.tax >= 0 for one in left.rated)
    if left.net:
        left = less(left, [credited_part(left, left.net, currency)])
        assert not left.net and not left.tax
        assert all(one.base == one.tax == 0 for one in left.rated)


@given(documents(), st.integers(1, 99))
def test_a_balance_and_its_deposit_are_the_whole(document: tuple[Sums, str], percent: int) -> None:
    whole, currency = document
    net = (whole.net * percent / 100).quantize(Decimal("0.01"))
    if not 0 < net <= whole.net:
        return
    deposit = credited_part(whole, net, currency)
    balance = less(whole, [deposit])
    assert (deposit.net + balance.net, deposit.tax + balance.tax) == (whole.net, whole.tax)


def test_a_day_the_table_does_not_cover_is_never_guessed() -> None:
    with pytest.raises(NotCoveredError):
        rates_of("FR", day(0).replace(year=2013))
    with pytest.raises(NotCoveredError):
        wording(FRANCHISE, day(0).replace(year=2029))


def test_quebec_counts_each_tax_apart_and_prints_both(db: None) -> None:
    house = atelier_lune(country="CA", currency="CAD", zone="America/Toronto", language="fr-ca")
    with house.open():
        ada, boreal = able_to_bill(house).people["Ada"], house.clients["boreal"]
        lines = [Line("Diagnostic", Decimal("10.10"), Decimal("14.975"))]
        invoice = issue(draft_for(boreal, lines=lines, at=house.at(TUESDAY), by=ada), at=house.at(TUESDAY), by=ada)
        assert [(row.name, str(row.tax)) for row in invoice.rates.order_by("name")] == [
            ("gst", "0.51"),
            ("qst", "1.01"),
        ]
        assert standing(invoice.deal) == {"invoiced": Decimal("11.62")}
        assert not any("€" in said for said in content(invoice)["mentions"])
        note = credit(invoice, reason="Annulée", at=house.at(TUESDAY), by=ada)
        assert amounts(note) == ("10.10", "1.52")
        describe(house.firm, gst_number="")
        small = draft_for(boreal, lines=lines, at=house.at(TUESDAY), by=ada)
        assert issue(small, at=house.at(TUESDAY), by=ada).number == "FA-2026-0003"
        large = [Line("Diagnostic", Decimal("90.00"), Decimal("14.975"))]
        with refused("mentions_missing"):
            issue(draft_for(boreal, lines=large, at=house.at(TUESDAY), by=ada), at=house.at(TUESDAY), by=ada)


def test_a_page_is_the_same_whenever_it_is_made(house: House, deal: Deal) -> None:
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=house.people["Ada"])
    kept = pdf_of(invoice, at=house.at(day(9)))
    assert bytes(kept.content) == laid_out(invoice)
    assert pdf_of(invoice, at=house.at(day(10))).id == kept.id


def test_vat_on_cash_is_due_when_paid_rate_by_rate(house: House, deal: Deal) -> None:
    """E2 of our note of the law, then the rest, then a credit note."""
    ada = house.people["Ada"]
    lines = (Line("Conseil", Decimal("1000.00"), Decimal(20)), Line("Repas", Decimal("500.00"), Decimal(10)))
    invoice = issue(drafted(house, deal, *lines), at=house.at(TUESDAY), by=ada)
    first, last = day(0), day(3)
    assert vat_due(house.firm, first, last) == []
    paid(house, invoice, "700.00")
    assert vat_due(house.firm, first, last) == [
        VatDue(Decimal(20), Decimal("400.00"), Decimal("80.00")),
        VatDue(Decimal(10), Decimal("200.00"), Decimal("20.00")),
    ]
    paid(house, invoice, "1050.00")
    assert [(row.base, row.tax) for row in vat_due(house.firm, first, last)] == [
        (Decimal("1000.00"), Decimal("200.00")), (Decimal("500.00"), Decimal("50.00")),
    ]  # fmt: skip
    assert vat_due(house.firm, day(4), day(9)) == []


def test_vat_on_debits_is_due_when_invoiced(house: House, deal: Deal) -> None:
    describe(house.firm, vat_on_debits_from="2026-03-03")
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    assert "Option pour le paiement de la taxe d’après les débits." in content(invoice)["mentions"]
    credit(invoice, net=Decimal("100.00"), reason="Remise", at=house.at(day(2)), by=ada)
    paid(house, invoice, "500.00")
    assert vat_due(house.firm, day(0), day(5)) == [VatDue(Decimal(20), Decimal("900.00"), Decimal("180.00"))]


def test_without_vat_the_reason_of_the_law_is_printed(house: House, deal: Deal) -> None:
    describe(house.firm, is_vat_exempt="yes", vat_number="")
    line = Line("Conseil", Decimal("500.00"), Decimal(0))
    invoice = issue(drafted(house, deal, line), at=house.at(TUESDAY), by=house.people["Ada"])
    assert content(invoice)["mentions"][0] == "TVA non applicable, art. 293 B du CGI."
    assert invoice.rates.get().category == "E"


def test_vat_given_back_after_a_credit_note_is_recovered_when_it_is(house: House, deal: Deal) -> None:
    """Our note of the law, 4.5: not by the credit note of what was paid, but by its refund."""
    ada = house.people["Ada"]
    lines = (Line("Conseil", Decimal("1000.00"), Decimal(20)), Line("Repas", Decimal("500.00"), Decimal(10)))
    invoice = issue(drafted(house, deal, *lines), at=house.at(TUESDAY), by=ada)
    paid(house, invoice, "1750.00")
    credit(invoice, net=Decimal("150.00"), reason="Geste", at=house.at(day(5)), by=ada)
    assert vat_due(house.firm, day(4), day(6)) == []
    said = {"document": str(invoice.id), "number": invoice.number, "amount": "175.00"}
    record(house.firm, {deal.id: [Fact("refunded", house.at(day(7)), said)]})
    assert vat_due(house.firm, day(7), day(7)) == [
        VatDue(Decimal(20), Decimal("-100.00"), Decimal("-20.00")),
        VatDue(Decimal(10), Decimal("-50.00"), Decimal("-5.00")),
    ]
