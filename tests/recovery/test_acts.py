"""Contested and settled, promised, insolvent, given up and taken up again: what stands where afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from comptant.ground.journal.actions import state_at
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery.actions import (
    claim_filed,
    declare_insolvent,
    open_dispute,
    promise,
    restore,
    settle_dispute,
    write_off,
)  # fmt: skip
from comptant.journey.recovery.models import Dispute, Promise
from comptant.journey.recovery.queries import claims_to_file, open_disputes, prescription_of
from tests.invoices.billing import able_to_bill
from tests.recovery.late import invoiced, pays, standing, tell
from tests.world import House, atelier_lune

DAY = date(2026, 6, 24)


@pytest.fixture
def house(db: None) -> Iterator[House]:
    made = atelier_lune(today=DAY)
    with made.open():
        yield made


def contests(house: House, invoice: Invoice, amount: str, day: date = DAY, category: str = "quality") -> Dispute:
    """The client contests a part; Bilal will answer."""
    return open_dispute(
        invoice, amount=Decimal(amount), category=category, reason="The second day did not happen.",
        owner=house.people["Bilal"], at=house.at(day), by=house.people["Ada"],
    )  # fmt: skip


def test_a_part_is_contested_with_an_owner_and_a_clock_and_the_rest_stays_due(house: House) -> None:
    invoice = invoiced(house)
    dispute = contests(house, invoice, "1200.00")
    assert standing(invoice) == {"overdue": Decimal("10800.00"), "disputed": Decimal("1200.00")}
    assert (dispute.owner.name, dispute.answer_by, dispute.code) == ("Bilal", date(2026, 7, 8), "QUALITE_ERR")
    assert list(open_disputes(house.firm)) == [dispute]


def test_a_dispute_is_not_to_be_answered_before_it_is_opened(house: House) -> None:
    said = {
        "amount": Decimal("1.00"), "category": "quality", "reason": "", "owner": house.people["Bilal"],
        "at": house.at(DAY), "by": house.people["Ada"],
    }  # fmt: skip
    invoice = invoiced(house)
    with pytest.raises(Refusal, match="answered_before_opened"):
        open_dispute(invoice, answer_by=date(2026, 6, 23), **said)  # type: ignore[arg-type]
    assert standing(invoice) == {"overdue": Decimal("12000.00")}
    assert open_dispute(invoice, answer_by=DAY, **said).answer_by == DAY  # type: ignore[arg-type]


def test_a_cause_may_be_said_in_plain_words_or_by_its_code_and_no_other(house: House) -> None:
    invoice = invoiced(house)
    assert contests(house, invoice, "1.00", category="LIVR_INCOMP").category == "delivery"
    with pytest.raises(Refusal) as refused:
        contests(house, invoice, "1.00", category="weather")
    assert refused.value.code == "unknown_cause"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "12000.01"])
def test_an_impossible_part_is_refused_and_leaves_nothing(house: House, amount: str) -> None:
    invoice = invoiced(house)
    with pytest.raises(Refusal):
        contests(house, invoice, amount)
    assert not Dispute.objects.exists()
    assert standing(invoice) == {"overdue": Decimal("12000.00")}


def test_upheld_it_is_due_again_by_its_date(house: House) -> None:
    late, early = invoiced(house), invoiced(house, "F-2", due_on=date(2026, 7, 20))
    for invoice, account in ((late, "overdue"), (early, "invoiced")):
        dispute = contests(house, invoice, "1200.00")
        settled = settle_dispute(dispute, outcome="upheld", at=house.at(DAY, 15), by=house.people["Ada"])
        assert standing(invoice) == {account: Decimal("12000.00")}
        assert (settled.outcome, settled.settled_on, settled.open_amount) == ("upheld", DAY, 0)
        assert settled.settled_by == house.people["Ada"]


def test_a_founded_dispute_of_all_that_is_left_clears_to_the_cent(house: House) -> None:
    """1 200.00 of which 333.33 was paid: 144.44 of tax is contested, not 866.67 / 6 rounded up to 144.45."""
    able_to_bill(house)
    invoice = invoiced(house, gross="1200.00")
    pays(house, invoice, DAY, "333.33")
    settled = settle_dispute(
        contests(house, invoice, "866.67"), outcome="founded", at=house.at(DAY, 15), by=house.people["Ada"]
    )
    assert (settled.outcome, settled.settled_on, settled.open_amount) == ("founded", DAY, 0)
    assert standing(invoice) == {"cashed": Decimal("333.33"), "cancelled": Decimal("866.67")}
    assert settled.credit_note is not None
    assert (settled.credit_note.net, settled.credit_note.tax) == (Decimal("722.23"), Decimal("144.44"))


def test_settled_twice_the_second_is_told_how_and_by_whom(house: House) -> None:
    dispute = contests(house, invoiced(house), "1200.00")
    settle_dispute(dispute, outcome="upheld", at=house.at(DAY, 15), by=house.people["Ada"])
    with pytest.raises(Refusal) as refused:
        settle_dispute(dispute, outcome="founded", at=house.at(DAY, 16), by=house.people["Bilal"])
    assert (refused.value.code, refused.value.facts["outcome"], refused.value.facts["who"]) == (
        "already_settled", "upheld", "Ada",
    )  # fmt: skip


def test_a_payment_of_all_settles_the_dispute_and_a_credit_note_of_a_file_too(house: House) -> None:
    paid, credited = invoiced(house), invoiced(house, "F-2")
    first, second = contests(house, paid, "1200.00"), contests(house, credited, "1200.00")
    pays(house, paid, date(2026, 6, 25))
    tell(house, credited, "credited", date(2026, 6, 26), credit_note=str(credited.id), net="1000.00", tax="200.00")
    ends = {}
    for dispute in (first, second):
        dispute.refresh_from_db()
        ends[dispute.id] = (dispute.outcome, dispute.settled_on, dispute.open_amount)
    assert ends == {first.id: ("paid", date(2026, 6, 25), 0), second.id: ("founded", date(2026, 6, 26), 0)}


def test_a_part_payment_leaves_what_is_contested_contested(house: House) -> None:
    invoice = invoiced(house)
    dispute = contests(house, invoice, "1200.00")
    pays(house, invoice, date(2026, 6, 25), "11000.00")
    dispute.refresh_from_db()
    assert (dispute.open_amount, dispute.settled_on) == (Decimal("1000.00"), None)


def test_a_promise_is_an_acknowledgement_and_moves_nothing(house: House) -> None:
    invoice = invoiced(house, due_on=date(2026, 5, 2), issued_on=date(2026, 4, 2))
    made = promise(invoice, pay_on=date(2026, 7, 1), at=house.at(DAY), by=None, said_by="Mme Roche")
    assert standing(invoice) == {"overdue": Decimal("12000.00")}
    kinds = [act.kind for act in recorded_acts(house.firm, [invoice.deal_id])[invoice.deal_id]]
    assert kinds[-1] == "promised"
    assert (made.until, made.said_by) == (date(2026, 7, 1), "Mme Roche")
    found = prescription_of(invoice, completed_on=date(2026, 3, 10))
    assert found is not None
    assert (found.alarm_on, found.shown_on) == (date(2031, 6, 24), date(2031, 6, 24))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"pay_on": date(2026, 6, 23)}, "promise_in_the_past"),
        ({"pay_on": date(2028, 6, 23)}, "promise_too_far"),
        ({"pay_on": date(2026, 6, 25), "has_paid": True}, "paid_in_the_future"),
        ({"pay_on": date(2026, 6, 25), "amount": Decimal(0)}, "bad_amount"),
    ],
)
def test_an_impossible_promise_is_refused(house: House, more: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        promise(invoiced(house), at=house.at(DAY), by=None, **more)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Promise.objects.exists()


def test_nothing_is_promised_of_what_is_paid(house: House) -> None:
    invoice = invoiced(house)
    pays(house, invoice, date(2026, 6, 1))
    with pytest.raises(Refusal) as refused:
        promise(invoice, pay_on=date(2026, 7, 1), at=house.at(DAY), by=None)
    assert refused.value.code == "nothing_open"


def test_insolvent_all_it_owed_at_the_judgment_is_doubtful_in_every_deal_and_a_claim_is_due(house: House) -> None:
    party = house.clients["mercure"]
    one, two = invoiced(house), invoiced(house, "F-2", due_on=date(2026, 7, 31), issued_on=date(2026, 6, 1))
    later = invoiced(house, "F-3", due_on=date(2026, 7, 20), issued_on=date(2026, 6, 20))
    dispute = contests(house, one, "1200.00", day=date(2026, 6, 3))
    found = declare_insolvent(
        party, judged_on=date(2026, 6, 8), published_on=date(2026, 6, 15), kind="receivership",
        court="Lyon", at=house.at(DAY), by=house.people["Ada"],
    )  # fmt: skip
    assert standing(one) == standing(two) == {"doubtful": Decimal("12000.00")}
    assert standing(later) == {"invoiced": Decimal("12000.00")}
    assert (found.deadline_on, found.relief_on) == (date(2026, 8, 17), date(2026, 12, 15))
    dispute.refresh_from_db()
    assert (dispute.settled_on, dispute.open_amount) == (None, 0)
    assert list(claims_to_file(house.firm, DAY)) == [found]
    with pytest.raises(Refusal, match="ahead_of_today"):
        claim_filed(found, on=date(2026, 6, 25), at=house.at(DAY), by=house.people["Chloé"])
    claim_filed(found, on=DAY, at=house.at(DAY), by=house.people["Chloé"])
    assert not claims_to_file(house.firm, DAY)


def test_insolvency_learnt_late_shows_doubtful_until_the_payment_that_came_since(house: House) -> None:
    def stood(day: int) -> Decimal:
        state = state_at(house.firm, [paid.deal_id], house.at(date(2026, 6, day)))[paid.deal_id]
        return sum(state.of("doubtful", paid.id), Decimal(0))

    paid, before, after = (invoiced(house, f"F-{n}") for n in range(3))
    pays(house, before, date(2026, 6, 5), "12000.00")
    pays(house, paid, date(2026, 6, 15), "12000.00")
    late = invoiced(house, "F-9", due_on=date(2026, 7, 20), issued_on=date(2026, 6, 9))
    pays(house, late, date(2026, 6, 15), "12000.00")
    found = declare_insolvent(
        house.clients["mercure"], judged_on=date(2026, 6, 8), published_on=date(2026, 6, 15), kind="receivership",
        at=house.at(DAY), by=None,
    )  # fmt: skip
    assert [stood(day) for day in (7, 8, 14, 15)] == [0, 12000, 12000, 0]
    assert standing(paid) == standing(before) == standing(late) == {"cashed": Decimal("12000.00")}
    assert standing(after) == {"doubtful": Decimal("12000.00")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT deal_id FROM journal_act WHERE details ->> 'insolvency' = %s", [str(found.id)])
        assert {deal for (deal,) in cursor.fetchall()} == {paid.deal_id, after.deal_id}


def test_a_judgment_is_declared_once_and_published_after_it(house: House) -> None:
    party, ada = house.clients["mercure"], house.people["Ada"]
    judged = {"judged_on": date(2026, 6, 8), "kind": "liquidation", "at": house.at(DAY), "by": ada}
    declare_insolvent(party, published_on=date(2026, 6, 15), **judged)  # type: ignore[arg-type]
    for published_on, code in ((date(2026, 6, 16), "insolvency_known"), (date(2026, 6, 1), "published_before_judged")):
        with pytest.raises(Refusal) as refused:
            declare_insolvent(party, published_on=published_on, **judged)  # type: ignore[arg-type]
        assert refused.value.code == code


def test_in_canada_the_law_sets_no_fixed_day(house: House) -> None:
    found = declare_insolvent(
        house.clients["boreal"], judged_on=date(2026, 6, 8), published_on=date(2026, 6, 8), kind="bankruptcy",
        at=house.at(DAY), by=None,
    )  # fmt: skip
    assert (found.deadline_on, found.relief_on) == (None, None)


def test_given_up_then_paid_after_all_or_taken_up_again(house: House) -> None:
    ada = house.people["Ada"]
    paid, restored = invoiced(house), invoiced(house, "F-2")
    for invoice in (paid, restored):
        lost = write_off(invoice, reason="gone abroad", at=house.at(DAY), by=ada)
        assert (lost.amount, standing(invoice)) == (12000, {"written_off": Decimal("12000.00")})
    pays(house, paid, date(2026, 7, 1), "12000.00")
    assert standing(paid) == {"cashed": Decimal("12000.00")}
    assert restore(restored, at=house.at(date(2026, 7, 1)), by=ada) == 1
    assert standing(restored) == {"overdue": Decimal("12000.00")}
    with pytest.raises(Refusal) as refused:
        restore(restored, at=house.at(date(2026, 7, 2)), by=ada)
    assert refused.value.code == "nothing_given_up"


def test_a_part_may_be_given_up_but_not_more_than_is_open(house: House) -> None:
    invoice, ada = invoiced(house), house.people["Ada"]
    assert write_off(invoice, reason="rounding", at=house.at(DAY), by=ada, amount=Decimal("0.40")).amount == Decimal(
        "0.40"
    )
    assert standing(invoice) == {"overdue": Decimal("11999.60"), "written_off": Decimal("0.40")}
    with pytest.raises(Refusal) as refused:
        write_off(invoice, reason="x", at=house.at(DAY), by=ada, amount=Decimal("12000.00"))
    assert refused.value.code == "written_off_more_than_open"
