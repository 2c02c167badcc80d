"""Two people at the same moment: one outcome, and the second is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from comptant.doors.nightly import remind
from comptant.ground.database.scope import firm_scope
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.recovery.actions import open_dispute, settle_dispute, write_off
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.models import Policy, Reminder, Step
from comptant.journey.recovery.sending import approve_reminders
from tests.recovery.late import invoiced, standing
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
DAY, DUE = date(2026, 6, 24), date(2026, 5, 31)


@pytest.fixture
def house() -> House:
    made = atelier_lune(today=DAY)
    with made.open():
        Party.objects.filter(ref="mercure").update(email="compta@mercure.example")
    return made


def together(house: House, *works: Callable[[], Any]) -> list[Any]:
    """Each in its own thread and transaction, begun at the same moment: what it gave, or the code of its refusal."""
    gate = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            with firm_scope(house.firm.id):
                return work()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_a_dispute_settled_by_two_is_settled_once(house: House) -> None:
    ada, bilal = house.people["Ada"], house.people["Bilal"]
    with house.open():
        invoice = invoiced(house, due_on=DUE)
        dispute = open_dispute(
            invoice, amount=Decimal("500.00"), category="price", reason="", owner=ada, at=house.at(DAY), by=ada
        )
    done = together(
        house,
        *(lambda by=by: settle_dispute(dispute, outcome="upheld", at=house.at(DAY, 11), by=by).outcome  # type: ignore[misc]
          for by in (ada, bilal)),
    )  # fmt: skip
    assert sorted(done) == ["already_settled", "upheld"]
    with house.open():
        assert standing(invoice) == {"overdue": Decimal("12000.00")}


def test_an_invoice_given_up_by_two_is_given_up_once(house: House) -> None:
    ada = house.people["Ada"]
    with house.open():
        invoice = invoiced(house, due_on=DUE)
    work = lambda: write_off(invoice, reason="x", at=house.at(DAY), by=ada).amount  # noqa: E731
    assert sorted(map(str, together(house, work, work))) == ["12000.00", "nothing_open"]


def test_reminders_approved_by_two_leave_once(house: House) -> None:
    with house.open():
        for n in range(4):
            invoiced(house, f"F-{n}", due_on=DUE)
        prepare_reminders(house.firm, DAY)
        ids = list(Reminder.objects.values_list("id", flat=True))
    work = lambda: len(approve_reminders(house.firm, ids, at=house.at(DAY), by=None).letters)  # noqa: E731
    assert sorted(together(house, work, work)) == [0, 1]
    with house.open():
        assert Message.objects.filter(kind="reminder").count() == 1


def test_reminders_prepared_by_two_are_there_once(house: House) -> None:
    with house.open():
        for n in range(4):
            invoiced(house, f"F-{n}", due_on=DUE)
    work = lambda: prepare_reminders(house.firm, DAY)  # noqa: E731
    assert sum(together(house, work, work)) == 4


def test_the_night_sends_what_the_policy_sends_by_itself_once(house: House) -> None:
    with house.open():
        policy = Policy.objects.create(firm=house.firm, name="by itself", tag="")
        Step.objects.create(firm=house.firm, policy=policy, level=1, days=7, channel="email", is_automatic=True)
        invoiced(house, due_on=DUE)
    now = datetime(2026, 6, 24, 3, tzinfo=UTC)
    assert [remind(house.firm, DAY, now) for _ in range(2)] == [(1, 1), (0, 0)]
    with house.open():
        assert Message.objects.get(kind="reminder").by is None


def test_a_demonstration_prepares_and_sends_nothing(house: House) -> None:
    house.firm.is_demo = True
    with house.open():
        policy = Policy.objects.create(firm=house.firm, name="by itself", tag="")
        Step.objects.create(firm=house.firm, policy=policy, level=1, days=7, channel="email", is_automatic=True)
        invoiced(house, due_on=DUE)
    assert remind(house.firm, DAY, datetime(2026, 6, 24, 3, tzinfo=UTC)) == (1, 0)
