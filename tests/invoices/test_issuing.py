"""Issuing: numbers, what stands where, what is refused, and how often the database is asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from comptant.ground.deals.models import Deal
from comptant.ground.firms.describing import describe
from comptant.ground.refusals import Refusal
from comptant.ground.web.sentences import sentence
from comptant.journey.invoices.actions import (
    credit,
    discard,
    draft_for,
    issue,
    issue_balance,
    issue_deposit,
    issue_milestone,
    name_series,
    redraft,
)
from comptant.journey.invoices.models import Draft, Invoice, Series
from comptant.journey.invoices.rules.content import fingerprint
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.offers.models import Milestone
from tests.invoices.billing import SCHEDULE, TUESDAY, agreed, amounts, content, day, drafted, standing
from tests.world import House


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_a_draft_becomes_a_numbered_claim(house: House, deal: Deal) -> None:
    draft = drafted(house, deal)
    assert standing(deal) == {"hoped": Decimal("10000.00")}
    invoice = issue(draft, at=house.at(TUESDAY), by=house.people["Ada"])
    assert (invoice.number, invoice.issued_on, str(invoice.due_on)) == ("FA-2026-0001", TUESDAY, "2026-04-02")
    assert standing(deal)["invoiced"] == Decimal("1200.00")
    assert bytes(invoice.content_sha256 or b"") == fingerprint(content(invoice))
    rate = invoice.rates.get()
    assert (rate.name, str(rate.base), str(rate.tax)) == ("vat", "1000.00", "200.00")


def test_numbers_follow_each_other_and_what_is_refused_takes_none(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    issue(drafted(house, deal), at=house.at(day(3)), by=ada)
    with refused("issued_before_last"):
        issue(drafted(house, deal), at=house.at(day(2)), by=ada)
    with refused("due_before_issue"):
        issue(drafted(house, deal, due_on=day(2)), at=house.at(day(3)), by=ada)
    last = issue(drafted(house, deal), at=house.at(day(3)), by=ada)
    assert last.number == "FA-2026-0002"
    assert Series.objects.get().last_number == 2


def test_a_kind_may_have_a_series_of_its_own(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    invoice = issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    name_series(house.firm, "credit_note", "AV")
    note = credit(invoice, net=Decimal(100), reason="Remise", at=house.at(TUESDAY), by=ada)
    assert note.number == "AV-2026-0001"
    with refused("bad_prefix"):
        name_series(house.firm, "deposit", "A V")


def test_one_draft_makes_one_invoice(house: House, deal: Deal) -> None:
    draft = drafted(house, deal)
    issue(draft, at=house.at(TUESDAY), by=house.people["Ada"])
    for again in (lambda: issue(draft, at=house.at(TUESDAY), by=house.people["Ada"]), lambda: discard(draft)):
        with refused("already_issued"):
            again()
    with refused("already_issued"):
        redraft(draft, lines=[Line("other", Decimal(1), Decimal(20))])
    free = drafted(house, deal)
    discard(free)
    with refused("no_such_draft"):
        issue(free, at=house.at(TUESDAY), by=house.people["Ada"])
    assert Invoice.objects.count() == 1 and Draft.objects.count() == 1


def test_all_that_is_missing_is_told_at_once(house: House, deal: Deal) -> None:
    describe(house.firm, siren="", capital="")
    party = deal.party
    party.city = ""
    party.save()
    untaxed = Line("Formation", Decimal("500.00"), Decimal(0))
    with pytest.raises(Refusal) as told:
        issue(drafted(house, deal, untaxed, Line("x", Decimal(1), Decimal(17))), at=house.at(TUESDAY),
              by=house.people["Ada"])  # fmt: skip
    assert told.value.code == "mentions_missing"
    assert list(told.value.facts["missing"]) == [
        "seller.siren", "seller.capital", "buyer.city", "lines.1.reason", "lines.2.rate",
    ]  # fmt: skip
    with translation.override("en"):
        words = sentence(told.value.code, told.value.facts)
    assert "the client’s city; line 1: why it bears no VAT" in words
    assert not Invoice.objects.exists() and not Series.objects.exists()


def test_an_invoice_without_a_sale_before_it_makes_its_deal(house: House) -> None:
    lines = [Line("Audit", Decimal("333.33"), Decimal(20))]
    draft = draft_for(house.clients["mercure"], lines=lines, at=house.at(TUESDAY), by=house.people["Ada"])
    invoice = issue(draft, at=house.at(TUESDAY), by=house.people["Ada"])
    assert invoice.deal.ref == "invoice FA-2026-0001"
    assert standing(invoice.deal) == {"invoiced": Decimal("400.00")}


def test_a_deposit_then_the_balance_as_e3(house: House, deal: Deal) -> None:
    agreement, ada = agreed(house, deal), house.people["Ada"]
    deposit = issue_deposit(agreement, share=Decimal(30), at=house.at(TUESDAY), by=ada)
    assert (content(deposit)["type"], *amounts(deposit)) == ("386", "3000.00", "600.00")
    assert deposit.due_on == deposit.issued_on
    assert standing(deal) == {"signed": Decimal("8400.00"), "invoiced": Decimal("3600.00")}
    balance = issue_balance(agreement, at=house.at(day(30)), by=ada)
    assert (balance.kind, *amounts(balance)) == ("balance", "7000.00", "1400.00")
    last = content(balance)["lines"][-1]
    assert (last["quantity"], last["price"], last["net"]) == ("-1", "3000", "-3000.00")
    assert content(balance)["references"]["deposits"][0]["number"] == deposit.number
    assert balance.deductions.get().deposit_id == deposit.id
    assert standing(deal) == {"invoiced": Decimal("8400.00"), "overdue": Decimal("3600.00")}
    with refused("already_issued"):
        issue_balance(agreement, at=house.at(day(31)), by=ada)


def test_milestones_are_invoiced_once_and_the_last_takes_the_cents(house: House, deal: Deal) -> None:
    agreement = agreed(house, deal, "10000.01", "2000.00", schedule=SCHEDULE)
    ada = house.people["Ada"]
    first, second, third = Milestone.objects.filter(agreement=agreement).order_by("position")
    issued = [issue_milestone(one, at=house.at(TUESDAY), by=ada) for one in (first, second)]
    assert [one.kind for one in issued] == ["deposit", "invoice"]
    with refused("already_issued"):
        issue_milestone(first, at=house.at(TUESDAY), by=ada)
    last = issue_milestone(third, at=house.at(day(40)), by=ada)
    assert last.kind == "balance"
    whole = [sum(getattr(one, part) for one in [*issued, last]) for part in ("net", "tax")]
    assert whole == [Decimal("10000.01"), Decimal("2000.00")]
    assert "signed" not in standing(deal)


def test_a_deposit_that_was_planned_is_its_milestone(house: House, deal: Deal) -> None:
    agreement, ada = agreed(house, deal, schedule=SCHEDULE), house.people["Ada"]
    deposit = issue_deposit(agreement, share=Decimal(30), at=house.at(TUESDAY), by=ada)
    first = Milestone.objects.filter(agreement=agreement).order_by("position")[0]
    assert deposit.milestone_id == first.id
    with refused("already_issued"):
        issue_deposit(agreement, net=Decimal("3000.00"), at=house.at(TUESDAY), by=ada)
    with refused("already_issued"):
        issue_milestone(first, at=house.at(TUESDAY), by=ada)


def test_a_deposit_stays_within_what_was_agreed(house: House, deal: Deal) -> None:
    agreement, ada = agreed(house, deal), house.people["Ada"]
    issue_deposit(agreement, net=Decimal("6000.00"), at=house.at(TUESDAY), by=ada)
    with refused("more_than_agreed"):
        issue_deposit(agreement, share=Decimal(50), at=house.at(TUESDAY), by=ada)
    with refused("deposit_amount"):
        issue_deposit(agreement, share=Decimal(0), at=house.at(TUESDAY), by=ada)


def test_issuing_asks_the_database_twenty_times_at_most(house: House, deal: Deal) -> None:
    ada = house.people["Ada"]
    issue(drafted(house, deal), at=house.at(TUESDAY), by=ada)
    draft = drafted(house, deal)
    with CaptureQueriesContext(connection) as asked:
        issue(draft, at=house.at(TUESDAY), by=ada)
    # One more opens the firm's scope.
    statements = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 19, "\n".join(one[:170] for one in statements)
