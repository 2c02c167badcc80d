"""The acts of the day, each made by the acts that cause it; and what is known of the weeks to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from comptant.doors.nightly import advance
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.journey.offers.actions import present_offer
from comptant.journey.offers.rules.drafts import PartDraft
from comptant.journey.payments.models import BankAccount, BankLine
from comptant.journey.recovery.actions import declare_insolvent, hold, open_dispute, promise
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.outlook.reports.queries import pipeline
from comptant.outlook.today import actions, queries, watching, weeks
from comptant.outlook.today.rules import Act, Known, in_order, weeks_of, without_twins
from tests.invoices.billing import able_to_bill, agreed
from tests.invoices.billing import drafted as drafted_invoice
from tests.offers.selling import drafted as drafted_offer
from tests.recovery.late import invoiced
from tests.world import MONDAY, House, atelier_lune

DAY = date(2026, 6, 24)


@pytest.fixture
def house(db: None) -> Iterator[House]:
    made = atelier_lune(today=DAY)
    with made.open():
        able_to_bill(made)
        yield made


def acts(house: House, today: date = DAY, who: str = "") -> list[Act]:
    """Every act of the firm, or of a seller, in order."""
    seller = house.people[who].id if who else None
    told = queries.told_by_the_journal(house.firm, today, seller)
    beside = queries.waiting_beside(house.firm, today, seller)
    return in_order(queries.spared(house.firm, without_twins([*told, *beside]), today), today)


def kinds(house: House, today: date = DAY, who: str = "") -> list[str]:
    return [act.kind for act in acts(house, today, who)]


def test_nothing_is_to_be_done_of_a_firm_where_nothing_is(house: House) -> None:
    assert acts(house) == []


def test_a_decision_date_that_comes_is_to_be_asked_about(house: House) -> None:
    house.opens("D-1", DAY - timedelta(days=5), "8900.00", decision_on=DAY)
    (act,) = acts(house)
    assert (act.kind, act.deal, act.net, act.ends_on) == ("decide", "D-1", Decimal("8900.00"), DAY)
    assert kinds(house, DAY - timedelta(days=1)) == []


def test_a_stalled_deal_says_since_when_and_why(house: House) -> None:
    house.opens("D-1", DAY, "900.00", decision_on=DAY + timedelta(days=3))
    house.opens("D-2", DAY, "500.00")
    later = DAY + timedelta(days=60)
    advance(house.firm, later)
    one, two = acts(house, later)
    assert (one.kind, one.note, one.since_on) == ("unstall", "decision_date", DAY + timedelta(days=3))
    assert (two.kind, two.note, two.since_on) == ("unstall", "silence", DAY)


def test_a_deal_that_woke_is_to_be_taken_up_until_the_client_moves(house: House) -> None:
    deal = house.opens("D-1", DAY, "900.00")
    wakes = DAY + timedelta(days=5)
    house.says(deal, "hold", DAY, wake_on=wakes.isoformat(), reason="The budget is voted.")
    advance(house.firm, wakes)
    (act,) = acts(house, wakes)
    assert (act.kind, act.since_on) == ("woken", wakes)
    house.says(deal, "buyer_move", wakes + timedelta(days=1), channel="phone")
    assert acts(house, wakes + timedelta(days=1)) == []


def test_an_offer_is_presented_then_sent(house: House) -> None:
    deal = house.opens("D-1", DAY, "17700.00")
    offer = drafted_offer(house, deal, DAY, decision_on=DAY + timedelta(days=20), schedule=[])
    (act,) = acts(house)
    assert (act.kind, act.subject, act.net, act.document) == ("present", str(offer.id), offer.net, offer.number)
    present_offer(offer, how="video", on=DAY, at=house.at(DAY), by=house.people["Bilal"])
    assert kinds(house) == ["send"]
    house.says(deal, "lost", DAY, competitor="")
    assert kinds(house) == []


def test_what_is_delivered_is_to_be_invoiced_and_a_draft_to_be_issued(house: House) -> None:
    deal = house.opens("D-1", MONDAY, "10000.00")
    made = agreed(house, deal)
    record(house.firm, {deal.id: [Fact("delivered", house.at(DAY), {"net": "4000.00", "tax": "800.00"}, "d:1")]})
    (bill,) = acts(house)
    assert (bill.kind, bill.net, bill.gross, bill.since_on) == ("bill", Decimal(4000), Decimal(4800), DAY)
    assert bill.place == str(made.id)
    drafted_invoice(house, house.opens("D-2", DAY, None))
    assert [(act.kind, act.stake) for act in acts(house)] == [("bill", 4000), ("issue", 1000)]


def test_late_clients_are_called_once_each_and_left_alone_when_they_promised_or_are_held(house: House) -> None:
    first, _second = invoiced(house, "F-1"), invoiced(house, "F-2", "600.00")
    other = invoiced(house, "F-3", "1200.00", party=house.clients["boreal"])
    assert [(act.party_ref, act.gross, act.count) for act in acts(house)] == [
        ("mercure", 12600, 2),
        ("boreal", 1200, 1),
    ]
    promise(first, pay_on=DAY + timedelta(days=5), at=house.at(DAY), by=house.people["Ada"])
    assert [act.party_ref for act in acts(house)] == ["boreal"]
    hold(other.party, reason="talking", at=house.at(DAY), by=house.people["Ada"])
    assert acts(house) == []


def test_a_promise_not_kept_is_an_act_for_a_week(house: House) -> None:
    invoice = invoiced(house)
    made = promise(invoice, pay_on=DAY + timedelta(days=2), at=house.at(DAY), by=house.people["Ada"])
    after = made.until + timedelta(days=1)
    (act,) = acts(house, after)
    assert (act.kind, act.ends_on, act.gross) == ("promise", DAY + timedelta(days=2), 12000)
    assert kinds(house, after + timedelta(days=8)) == ["late"]


def test_a_reminder_prepared_waits_for_approval_and_its_client_is_not_called_besides(house: House) -> None:
    house.clients["mercure"].email = "paul@mercure.example"
    house.clients["mercure"].save()
    invoiced(house)
    assert prepare_reminders(house.firm, DAY)
    (act,) = acts(house)
    assert (act.kind, act.party_ref, act.gross, act.net) == ("remind", "mercure", 12000, 10000)


def test_a_dispute_comes_when_its_answer_is_due(house: House) -> None:
    invoice = invoiced(house)
    dispute = open_dispute(
        invoice, amount=Decimal("1200.00"), category="quality", reason="Late.", owner=house.people["Bilal"],
        at=house.at(DAY), by=house.people["Ada"],
    )  # fmt: skip
    assert "dispute" not in kinds(house)
    act = next(act for act in acts(house, dispute.answer_by) if act.kind == "dispute")
    assert (act.gross, act.net, act.ends_on, act.place) == (1200, 1000, dispute.answer_by, str(invoice.id))


def test_a_claim_to_file_comes_first_when_its_deadline_is_near(house: House) -> None:
    invoiced(house)
    invoiced(house, "F-9", "90000.00", party=house.clients["boreal"])
    found = declare_insolvent(
        house.clients["mercure"], judged_on=date(2026, 6, 8), published_on=date(2026, 6, 15), kind="liquidation",
        at=house.at(DAY), by=house.people["Ada"],
    )  # fmt: skip
    assert found.deadline_on is not None
    assert kinds(house) == ["late", "claim"]
    near = found.deadline_on - timedelta(days=14)
    first = acts(house, near)[0]
    assert (first.kind, first.gross, first.net) == ("claim", 12000, 10000)


def test_what_came_to_the_bank_is_to_be_matched_by_currency(house: House) -> None:
    account = BankAccount.objects.create(firm=house.firm, ref="FR76", currency="EUR")
    for n, (amount, currency) in enumerate(
        (("1200.00", "EUR"), ("300.00", "EUR"), ("-50.00", "EUR"), ("80.00", "CAD"))
    ):
        BankLine.objects.create(
            firm=house.firm, account=account, identity=str(n), booked_on=DAY, value_on=DAY, amount=Decimal(amount),
            currency=currency, label="VIR",
        )  # fmt: skip
    assert [(act.currency, act.gross, act.count, act.net) for act in acts(house)] == [
        ("EUR", 1500, 2, None), ("CAD", 80, 1, None),
    ]  # fmt: skip


def test_a_seller_is_told_of_their_own_deals_alone(house: House) -> None:
    for ref, who in (("D-1", "Ada"), ("D-2", "Bilal")):
        house.opens(ref, DAY - timedelta(days=5), "900.00", by=house.people[who], decision_on=DAY)
    invoiced(house)
    assert [act.deal for act in acts(house, who="Bilal")] == ["D-2"]
    assert len(acts(house)) == 3


def test_an_act_put_off_is_put_off_for_one_member_until_its_day(house: House) -> None:
    ada, bilal = house.people["Ada"], house.people["Bilal"]
    actions.postpone(ada, "decide-1", DAY + timedelta(days=1), DAY)
    actions.postpone(ada, "decide-1", DAY + timedelta(days=2), DAY)
    assert queries.put_off(ada, DAY) == {"decide-1": DAY + timedelta(days=2)}
    assert queries.put_off(bilal, DAY) == {}
    assert queries.put_off(ada, DAY + timedelta(days=2)) == {}
    actions.postpone(ada, "late-2", DAY + timedelta(days=9), DAY + timedelta(days=3))
    assert list(queries.put_off(ada, DAY)) == ["late-2"]
    actions.bring_back(ada, "late-2")
    assert queries.put_off(ada, DAY) == {}


def test_weeks_hold_due_dates_promises_and_milestones_and_nothing_else(house: House) -> None:
    invoiced(house, "F-1", "1200.00", DAY + timedelta(days=7), issued_on=DAY)
    late = invoiced(house, "F-2", "600.00")
    invoiced(house, "F-3", "240.00", party=house.clients["boreal"])
    promise(late, pay_on=DAY + timedelta(days=14), at=house.at(DAY), by=house.people["Ada"])
    half = [
        PartDraft("Début", Decimal(50), "acceptance"),
        PartDraft("Fin", Decimal(50), "date", DAY + timedelta(days=21)),
    ]
    agreed(house, house.opens("D-1", MONDAY, "10000.00"), schedule=half)
    known = weeks.known_to_come(house.firm, DAY, [Known("signed", None, Decimal(12000), "EUR")])
    found, beside = weeks_of(known, DAY, "EUR")
    assert [week.by_state for week in found[1:4]] == [{"invoiced": 1200}, {"overdue": 600}, {"signed": 6000}]
    assert beside == {"overdue": 240, "signed": 6000}


def test_prospects_say_what_the_pipeline_report_says(house: House) -> None:
    for n, amount in enumerate(("900.00", None, "2000.00")):
        house.opens(f"D-{n}", DAY, amount)
    lost = house.opens("D-9", DAY, "10.00")
    house.says(lost, "lost", DAY, competitor="")
    found, report = watching.prospects(house.firm, DAY), pipeline(house.firm, DAY)[0]
    assert (found.conversion, found.portfolio.needed) == (report.conversion, report.portfolio.needed)
    assert (found.portfolio.live, found.portfolio.missing) == (report.portfolio.live, report.portfolio.missing)
    assert found.portfolio.p_at_least_one == pytest.approx(report.portfolio.p_at_least_one)
    assert sum(one.net for one in found.stages) == report.value
    assert found.is_beginner
    (stage,) = found.stages
    assert (stage.deals, stage.without_amount, stage.won, stage.ended) == (3, 1, 0, 1)


def test_what_rests_on_one_deal_or_has_no_date_is_named(house: House) -> None:
    assert watching.watched(house.firm) == {}
    house.opens("D-1", DAY, "900.00", stage="proposal")
    house.opens("D-2", DAY, "100.00", stage="decision")
    found = watching.watched(house.firm)
    assert (found["largest"].deal, found["largest"].amount) == ("D-1", 900)
    assert (found["undated"].count, found["undated"].total, found["undated"].deal) == (2, 1000, "D-1")
