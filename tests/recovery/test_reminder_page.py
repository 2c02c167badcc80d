"""The page of a reminder by plain HTTP: three answers, no account, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from comptant.ground.mail.links import end_links
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery.dunning import planned, prepare_reminders
from comptant.journey.recovery.models import Dispute, Promise, Reminder
from comptant.journey.recovery.sending import approve_reminders
from tests.recovery.late import invoiced, pays, standing
from tests.world import House, atelier_lune

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 6, 24)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    moment: dict[str, Any] = {"now": datetime(2026, 6, 24, 9, tzinfo=UTC)}
    monkeypatch.setattr("comptant.ground.web.middleware.timezone.now", lambda: moment["now"])
    return moment


@pytest.fixture
def house(today: dict[str, Any]) -> House:
    lune = atelier_lune(today=DAY)
    with lune.open():
        Party.objects.filter(ref="mercure").update(email="compta@mercure.example")
    return lune


@pytest.fixture
def invoice(house: House) -> Invoice:
    """Late, and reminded."""
    with house.open():
        late = invoiced(house, due_on=date(2026, 5, 31))
        prepare_reminders(house.firm, DAY)
        ids = list(Reminder.objects.values_list("id", flat=True))
        approve_reminders(house.firm, ids, at=house.at(DAY, 8), by=house.people["Bilal"])
        return late


@pytest.fixture
def at(house: House, invoice: Invoice) -> Iterator[str]:
    """The address in the letter."""
    with house.open():
        text = Message.objects.get(kind="reminder").text
    found = re.search(r"http://[^/]+(/r/[^/]+/)promise/", text)
    assert found
    yield found[1]


def plain(response: Any) -> str:
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_tells_what_is_left_and_offers_three_answers(at: str) -> None:
    response = Client().get(at)
    page = plain(response)
    assert "F-1" in page
    assert "12 000,00 €" in page
    assert all(f'href="{at}{answer}/"' in page for answer in ("promise", "payment", "dispute"))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "sessionid" not in response.cookies


def test_i_pay_on_holds_reminders_until_that_day_and_is_kept_as_said(house: House, invoice: Invoice, at: str) -> None:
    form = {"number": "F-1", "day": "2026-07-10", "name": "Mme Roche"}
    assert Client().post(f"{at}promise/", form).status_code == 302
    with house.open():
        kept = Promise.objects.get()
        assert (kept.pay_on, kept.said_by, kept.by, kept.has_paid) == (date(2026, 7, 10), "Mme Roche", None, False)
        assert [item.plan.skip for item in planned(house.firm, date(2026, 7, 10))] == ["promise"]
        assert [item.plan.skip for item in planned(house.firm, date(2026, 7, 11))] == [None]
        [told] = Message.objects.filter(kind="reminder_answer")
        assert (told.to, "Mme Roche" in told.text) == ("bilal@atelier-lune.example", True)
    assert "10 juillet 2026" in plain(Client().get(at))


def test_i_have_paid_holds_reminders_for_a_week(house: House, invoice: Invoice, at: str) -> None:
    assert Client().post(f"{at}payment/", {"number": "F-1", "day": "2026-06-22", "name": "R"}).status_code == 302
    with house.open():
        kept = Promise.objects.get()
        assert (kept.pay_on, kept.until, kept.has_paid) == (date(2026, 6, 22), date(2026, 7, 1), True)


def test_i_contest_a_part_moves_that_part_and_no_other(house: House, invoice: Invoice, at: str) -> None:
    form = {"number": "F-1", "amount": "1 200,00", "category": "quality", "reason": "Le second jour.", "name": "R"}
    assert Client().post(f"{at}dispute/", form).status_code == 302
    with house.open():
        assert standing(invoice) == {"disputed": Decimal("1200.00"), "overdue": Decimal("10800.00")}
        dispute = Dispute.objects.get()
        assert (dispute.owner, dispute.is_from_client, dispute.opened_by) == (house.people["Bilal"], True, None)
    page = plain(Client().get(at))
    assert "10 800,00 €" in page
    assert "1 200,00 €" in page


@pytest.mark.parametrize(
    ("answer", "form"),
    [
        ("promise", {"number": "F-1", "day": "2026-07-10", "name": " "}),
        ("promise", {"number": "F-9", "day": "2026-07-10", "name": "R"}),
        ("promise", {"number": "F-1", "day": "soon", "name": "R"}),
        ("promise", {"number": "F-1", "day": "2026-06-20", "name": "R"}),
        ("promise", {"number": "F-1", "day": "2027-06-20", "name": "R"}),
        ("payment", {"number": "F-1", "day": "2026-06-25", "name": "R"}),
        ("dispute", {"number": "F-1", "amount": "12 000,01", "category": "quality", "reason": "x", "name": "R"}),
        ("dispute", {"number": "F-1", "amount": "0", "category": "quality", "reason": "x", "name": "R"}),
        ("dispute", {"number": "F-1", "amount": "<b>", "category": "quality", "reason": "x", "name": "R"}),
        ("dispute", {"number": "F-1", "amount": "10", "category": "weather", "reason": "x", "name": "R"}),
        ("dispute", {}),
    ],
)
def test_what_cannot_be_is_told_on_the_page_and_nothing_is_kept(
    house: House, invoice: Invoice, at: str, answer: str, form: dict[str, str]
) -> None:
    response = Client().post(f"{at}{answer}/", form)
    assert response.status_code == 422
    assert 'role="alert"' in plain(response)
    assert "<b>" not in plain(response) or answer != "dispute" or form.get("amount") != "<b>"
    with house.open():
        assert (Promise.objects.count(), Dispute.objects.count()) == (0, 0)
        assert standing(invoice) == {"overdue": Decimal("12000.00")}


@pytest.mark.parametrize(
    ("answer", "field"),
    [(answer, field) for answer in ("promise", "payment", "dispute")
     for field in ("number", "day", "amount", "category", "reason", "name")],
)  # fmt: skip
def test_what_no_table_could_hold_is_left_out(house: House, invoice: Invoice, at: str, answer: str, field: str) -> None:
    """A NUL in any field is no failure: the rest of it is what was said."""
    day = "2026-06-22" if answer == "payment" else "2026-07-10"
    form = {"number": "F-1", "day": day, "amount": "10", "category": "quality", "reason": "x", "name": "R"}
    form[field] = f"\0{form[field]}\0"
    assert Client().post(f"{at}{answer}/", form).status_code == 302
    with house.open():
        assert Promise.objects.count() + Dispute.objects.count() == 1
        assert not Message.objects.filter(text__contains="\N{REPLACEMENT CHARACTER}").exists()


def test_once_paid_there_is_nothing_left_to_answer(house: House, invoice: Invoice, at: str) -> None:
    with house.open():
        pays(house, invoice, DAY)
    assert "<form" not in plain(Client().get(f"{at}promise/"))
    form = {"number": "F-1", "day": "2026-07-10", "name": "R"}
    assert Client().post(f"{at}promise/", form).status_code == 422


def test_a_link_that_is_wrong_over_or_ended_opens_nothing(
    house: House, invoice: Invoice, at: str, today: dict[str, Any]
) -> None:
    client = Client()
    for rest in ("", "promise/", "payment/", "dispute/"):
        assert client.get(f"/r/nothing-of-the-sort/{rest}").status_code == 404
        assert client.post(f"/r/nothing-of-the-sort/{rest}").status_code in (404, 405)
    today["now"] = datetime(2026, 9, 24, tzinfo=UTC)
    assert client.get(at).status_code == 404
    today["now"] = datetime(2026, 6, 24, 9, tzinfo=UTC)
    with house.open():
        end_links(house.firm, "reminder", Reminder.objects.get().letter_id)
    assert client.get(at).status_code == 404


def test_a_form_from_elsewhere_is_refused(at: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{at}promise/", {"number": "F-1", "day": "2026-07-10", "name": "R"}).status_code == 403


def test_who_asks_too_often_waits(at: str) -> None:
    client = Client()
    answers = [client.get(at).status_code for _ in range(62)]
    assert answers[0] == 200
    assert answers[-1] == 429
