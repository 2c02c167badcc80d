"""Every row of the posting table, played once: product.md section 2, "how acts post"."""

import pytest

from comptant.ground.journal.acts import Fact
from comptant.ground.journal.replay import Refused
from tests.journey_value.telling import F1, F2, at, entries, invoiced, moves, opened, stands, timeline, told, won

SIGNED = [opened(), won()]
DUE = [*SIGNED, invoiced(1000, 200)]
PAID = [*DUE, told("paid", 3, 20, F1, amount=1200)]
GIVEN_UP = [*DUE, told("written_off", 6, 1, F1)]
CONTESTED = [*DUE, told("disputed", 3, 10, F1, amount=300, dispute="d")]

TABLE: list[tuple[str, list[Fact], Fact, list[str]]] = [
    ("opened", [], opened(), ["origin > hoped 10000.00 + 0.00"]),
    ("estimate raised", [opened()], told("estimate", 1, 9, amount=12_000), ["origin > hoped 2000.00 + 0.00"]),
    ("estimate lowered", [opened()], told("estimate", 1, 9, amount=9_000), ["hoped > origin 1000.00 + 0.00"]),
    ("stage moved", [opened()], told("stage", 1, 9, stage="proposal"), ["hoped > hoped 10000.00 + 0.00"]),
    ("put on hold", [opened()], told("hold", 1, 9, wake_on="2026-02-09"), ["hoped > waiting 10000.00 + 0.00"]),
    ("lost", [opened()], told("lost", 1, 9), ["hoped > lost 10000.00 + 0.00"]),
    ("vanished", [opened()], told("vanished", 1, 9), ["hoped > vanished 10000.00 + 0.00"]),
    ("declined", [opened()], told("declined", 1, 9), ["hoped > declined 10000.00 + 0.00"]),
    ("reactivated", [opened(), told("lost", 1, 9)], told("reactivated", 1, 20, stage="proposal"),
     ["lost > hoped 10000.00 + 0.00"]),
    ("signed", [opened(9_000)], won(),
     ["origin > hoped 1000.00 + 0.00", "hoped > signed 10000.00 + 0.00", "origin > signed 0.00 + 2000.00"]),
    ("extra request accepted", SIGNED, told("extra_accepted", 2, 9, net=500, tax=100, title="Extra"),
     ["origin > signed 500.00 + 100.00"]),
    ("amended down", SIGNED, told("amended_down", 2, 9, net=500, tax=100), ["signed > origin 500.00 + 100.00"]),
    ("milestone accepted", SIGNED, told("delivered", 2, 9, net=3_333.33), ["signed > billable 3333.33 + 666.67"]),
    ("invoice of what is billable", [*SIGNED, told("delivered", 2, 9, net=1000)], invoiced(1000, 200),
     ["billable > invoiced 1000.00 + 200.00 F-1"]),
    ("invoice of what is not billable yet", SIGNED, invoiced(1000, 200),
     ["signed > billable 1000.00 + 200.00", "billable > invoiced 1000.00 + 200.00 F-1"]),
    ("invoice without a sale before it", [], invoiced(1000, 200),
     ["origin > billable 1000.00 + 200.00", "billable > invoiced 1000.00 + 200.00 F-1"]),
    ("more tax at invoice than at signature", SIGNED, invoiced(1000, 210),
     ["signed > billable 1000.00 + 200.00", "origin > billable 0.00 + 10.00",
      "billable > invoiced 1000.00 + 210.00 F-1"]),
    ("less tax at invoice than at signature", SIGNED, invoiced(1000, 150),
     ["signed > billable 1000.00 + 200.00", "billable > origin 0.00 + 50.00",
      "billable > invoiced 1000.00 + 150.00 F-1"]),
    ("paid in full before its date", DUE, told("paid", 3, 20, F1), ["invoiced > cashed 1000.00 + 200.00 F-1"]),
    ("paid in part, late", DUE, told("paid", 4, 20, F1, amount=600), ["overdue > cashed 500.00 + 100.00 F-1"]),
    ("paid, the disputed part last", CONTESTED, told("paid", 3, 20, F1, amount=1000),
     ["invoiced > cashed 750.00 + 150.00 F-1", "disputed > cashed 83.33 + 16.67 F-1"]),
    ("payment bounced before its date", PAID, told("bounced", 3, 25, F1, amount=1200),
     ["cashed > invoiced 1000.00 + 200.00 F-1"]),
    ("payment bounced after its date", PAID, told("bounced", 4, 25, F1, amount=600),
     ["cashed > overdue 500.00 + 100.00 F-1"]),
    ("discount for early payment", DUE, told("discounted", 3, 20, F1, net=20, tax=4),
     ["invoiced > cancelled 20.00 + 4.00 F-1"]),
    ("paid too much, or for no invoice known", [], told("received", 3, 20, amount=120),
     ["origin > held 120.00 + 0.00"]),
    ("credit used", [told("received", 3, 20, amount=120)], told("held_used", 3, 21, amount=20),
     ["held > origin 20.00 + 0.00"]),
    ("refunded", [told("received", 3, 20, amount=120)], told("refunded", 3, 21, amount=120),
     ["held > origin 120.00 + 0.00"]),
    ("credit note on what is open", DUE, told("credited", 3, 9, F1, credit_note=str(F2), net=100, tax=20),
     ["invoiced > cancelled 100.00 + 20.00 F-1"]),
    ("credit note to issue again", DUE,
     told("credited", 3, 9, F1, credit_note=str(F2), net=1000, tax=200, reissue=True),
     ["invoiced > billable 1000.00 + 200.00 F-1"]),
    ("credit note on what was paid", PAID, told("credited", 3, 22, F1, credit_note=str(F2), net=1000, tax=200),
     ["cashed > held 1000.00 + 200.00 F-1"]),
    ("refunded after a credit note",
     [*PAID, told("credited", 3, 22, F1, credit_note=str(F2), net=1000, tax=200)],
     told("refunded", 3, 23, F1, amount=600), ["held > cancelled 500.00 + 100.00 F-1"]),
    ("agreement ended before invoicing", [*SIGNED, told("delivered", 2, 9, net=1000)], told("ended", 2, 20, reason="x"),
     ["signed > cancelled 9000.00 + 1800.00", "billable > cancelled 1000.00 + 200.00"]),
    ("disputed for a part", DUE, told("disputed", 3, 10, F1, amount=300, dispute="d"),
     ["invoiced > disputed 250.00 + 50.00 F-1"]),
    ("disputed when late", DUE, told("disputed", 4, 10, F1, amount=300, dispute="d"),
     ["overdue > disputed 250.00 + 50.00 F-1"]),
    ("settled before its date", CONTESTED, told("dispute_settled", 3, 20, F1, dispute="d", outcome="upheld"),
     ["disputed > invoiced 250.00 + 50.00 F-1"]),
    ("settled after its date", CONTESTED, told("dispute_settled", 4, 20, F1, dispute="d", outcome="upheld"),
     ["disputed > overdue 250.00 + 50.00 F-1"]),
    ("settled by a credit note", CONTESTED, told("credited", 3, 20, F1, credit_note=str(F2), net=250, tax=50),
     ["disputed > cancelled 250.00 + 50.00 F-1"]),
    ("insolvency", [*CONTESTED, invoiced(10, 2, F2, on=(3, 12), due="2026-05-01")],
     told("insolvency", 4, 20, party="p", judged_on="2026-04-14", published_on="2026-04-20"),
     ["overdue > doubtful 750.00 + 150.00 F-1", "disputed > doubtful 250.00 + 50.00 F-1",
      "invoiced > doubtful 10.00 + 2.00 F-2"]),
    ("given up", DUE, told("written_off", 6, 1, F1), ["overdue > written_off 1000.00 + 200.00 F-1"]),
    ("given up in part, the worst first", CONTESTED, told("written_off", 6, 1, F1, amount=420),
     ["disputed > written_off 250.00 + 50.00 F-1", "overdue > written_off 100.00 + 20.00 F-1"]),
    ("recovered after all", GIVEN_UP, told("paid", 7, 1, F1, amount=120), ["written_off > cashed 100.00 + 20.00 F-1"]),
    ("given up by mistake", GIVEN_UP, told("restored", 7, 1, F1), ["written_off > overdue 1000.00 + 200.00 F-1"]),
    ("penalty received", DUE, told("penalty_paid", 7, 1, F1, amount=40, what="indemnity"),
     ["origin > cashed 40.00 + 0.00"]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "fact", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_row_of_the_table(before: list[Fact], fact: Fact, expected: list[str]) -> None:
    played = [entry for entry in timeline([*before, fact]).entries if entry.fact is fact]
    assert [moves(entry) for entry in played] == [expected]
    assert sum(stands([*before, fact]).values()) == 0


def test_what_falls_due_does_so_the_day_after_its_last_day() -> None:
    (fallen,) = entries(DUE, "fell_due")
    assert (fallen.at, moves(fallen)) == (at(4, 2, 0), ["invoiced > overdue 1000.00 + 200.00 F-1"])


REFUSED: list[tuple[str, list[Fact], Fact]] = [
    ("delivered_more_than_signed", SIGNED, told("delivered", 2, 9, net=10_000.01)),
    ("not_enough_there", SIGNED, told("amended_down", 2, 9, net=10_001, tax=0)),
    ("not_invoiced", SIGNED, told("paid", 2, 9, F1, amount=1)),
    ("not_invoiced", DUE, told("disputed", 3, 1, F1, amount=1)),
    ("paid_more_than_open", DUE, told("paid", 3, 9, F1, amount=1200.01)),
    ("discounted_more_than_open", DUE, told("discounted", 3, 9, F1, net=1000, tax=201)),
    ("bounced_more_than_paid", PAID, told("bounced", 3, 25, F1, amount=1200.01)),
    ("held_less", [], told("held_used", 3, 9, amount=1)),
    ("held_less", PAID, told("refunded", 3, 29, F1, amount=1)),
    ("disputed_more_than_open", DUE, told("disputed", 3, 9, F1, amount=1201)),
    ("not_disputed", DUE, told("dispute_settled", 3, 9, F1, dispute="d")),
    ("written_off_more_than_open", DUE, told("written_off", 3, 9, F1, amount=1201)),
    ("credited_more_than_invoiced", DUE, told("credited", 3, 9, F1, credit_note=str(F2), net=1001, tax=0)),
]


@pytest.mark.parametrize(("code", "before", "fact"), REFUSED, ids=[f"{row[0]} {row[2].kind}" for row in REFUSED])
def test_what_cannot_be_is_refused(code: str, before: list[Fact], fact: Fact) -> None:
    with pytest.raises(Refused) as refusal:
        timeline([*before, fact])
    assert (refusal.value.code, refusal.value.fact) == (code, fact)


def test_a_milestone_invoiced_ahead_is_not_moved_again_when_it_is_delivered() -> None:
    """The deposit took the first milestone's euros from the backlog; delivering the second moves the second's."""
    deposit = invoiced(3000, 600, on=(2, 3), milestone="m1")
    facts = [*SIGNED, deposit, told("delivered", 2, 9, net=3000, milestone="m1")]
    assert [moves(entry) for entry in entries(facts, "delivered")] == [[]]
    facts += [told("delivered", 3, 9, net=7000, milestone="m2")]
    assert moves(entries(facts, "delivered")[1]) == ["signed > billable 7000.00 + 1400.00"]


def test_what_was_recorded_late_as_invoiced_before_is_not_delivered_twice() -> None:
    facts = [*SIGNED, told("delivered", 2, 9, net=10_000), invoiced(4000, 800, on=(2, 5))]
    assert moves(entries(facts, "delivered")[0]) == ["signed > billable 6000.00 + 1200.00"]


def test_a_bounced_payment_of_an_insolvent_debtor_is_doubtful_at_once() -> None:
    facts = [*PAID, told("insolvency", 4, 20, party="p"), told("bounced", 4, 25, F1, amount=1200)]
    assert moves(entries(facts, "bounced")[0]) == [
        "cashed > overdue 1000.00 + 200.00 F-1", "overdue > doubtful 1000.00 + 200.00 F-1",
    ]  # fmt: skip


def test_what_is_invoiced_after_the_insolvency_is_due_as_usual() -> None:
    facts = [*DUE, told("insolvency", 4, 20, party="p"), invoiced(10, 2, F2, on=(5, 4), due="2026-06-01")]
    assert stands(facts) == stands(DUE) | {
        "signed": 10_788, "overdue": 12, "doubtful": 1_200, "origin": stands(DUE)["origin"],
    }  # fmt: skip


def test_what_is_doubtful_may_be_contested_and_stays_doubtful() -> None:
    """The dispute was recorded first, the earlier insolvency afterwards: both hold."""
    facts = [*DUE, told("disputed", 4, 25, F1, amount=300, dispute="d"), told("insolvency", 4, 20, party="p")]
    assert moves(entries(facts, "disputed")[0]) == []
    assert stands(facts)["doubtful"] == 1200
    facts += [told("dispute_settled", 5, 5, F1, dispute="d")]
    assert stands(facts)["doubtful"] == 1200


def test_a_dispute_that_a_payment_settled_has_nothing_left_to_settle() -> None:
    facts = [*CONTESTED, told("paid", 3, 20, F1), told("dispute_settled", 3, 25, F1, dispute="d")]
    assert moves(entries(facts, "dispute_settled")[0]) == []
    claim = timeline(facts).state.memory["invoices"].claims[F1]
    assert (claim.disputes, str(claim.settled_on)) == ({"d": 0}, "2026-03-20")


def test_two_disputes_of_one_invoice_are_settled_each_for_its_part() -> None:
    facts = [*CONTESTED, told("disputed", 3, 12, F1, amount=100, dispute="e"),
             told("dispute_settled", 3, 20, F1, dispute="d", outcome="founded")]  # fmt: skip
    assert stands(facts)["disputed"] == 100
    assert timeline(facts).state.memory["invoices"].claims[F1].disputes == {"d": 0, "e": 100}
