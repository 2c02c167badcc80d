"""A call said twice gets its first answer again: later, at once, after a refusal; another body is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from comptant.doors.api import calls
from comptant.doors.api.models import ApiCall
from comptant.ground.deals.models import Deal
from tests.api.calling import Caller, caller
from tests.world import House, atelier_lune

BODY = {"party": "mercure", "title": "Audit", "amount": "100"}


@pytest.mark.django_db
def test_the_first_answer_again(ada: Caller, bilal: Caller, lune: House) -> None:
    first = ada.call("open_a_deal", BODY, key="k-1")
    again = ada.call("open_a_deal", BODY, key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert bilal.good("open_a_deal", BODY, key="k-1")["id"] != first.json()["id"], "another token's keys are its own"
    with lune.open():
        assert Deal.objects.filter(firm=lune.firm).count() == 2


@pytest.mark.django_db
def test_another_request_under_the_same_key(ada: Caller) -> None:
    ada.good("open_a_deal", BODY, key="k-1")
    assert ada.bad("open_a_deal", {**BODY, "amount": "200"}, key="k-1") == (422, "idempotency_mismatch")
    assert ada.bad("add_party", {"name": "Orvane"}, key="k-1") == (422, "idempotency_mismatch")
    assert ada.bad("open_a_deal", BODY, key="é" * 3) == (422, "bad_idempotency_key")
    assert ada.bad("open_a_deal", BODY, key="k" * 201) == (422, "bad_idempotency_key")


@pytest.mark.django_db
def test_a_refusal_is_said_again_and_a_mistake_may_be_mended(ada: Caller) -> None:
    deal = ada.good("open_a_deal", BODY)["ref"]
    assert ada.bad("wake_deal", {}, deal=deal, key="k-2") == (422, "not_waiting")
    ada.good("hold_deal", {"wake_on": "2199-01-01", "reason": "x"}, deal=deal)
    assert ada.bad("wake_deal", {}, deal=deal, key="k-2") == (422, "not_waiting"), "the first answer"
    assert ada.bad("open_a_deal", {"party": "mercure", "amount": "x"}, key="k-3") == (422, "wrong_fields")
    assert ada.good("open_a_deal", BODY, key="k-3")["net"] == "100.00"


@pytest.mark.django_db
def test_answers_are_forgotten_after_seven_days(ada: Caller, lune: House) -> None:
    first = ada.good("open_a_deal", BODY, key="k-1")
    with lune.open():
        ApiCall.objects.update(at=datetime.now(UTC) - timedelta(days=8))
    second = ada.good("open_a_deal", BODY, key="k-1")
    assert second["id"] != first["id"]
    with lune.open():
        assert calls.forget(lune.firm, datetime.now(UTC) + timedelta(days=8)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    house = atelier_lune()
    ada = caller(house, "Ada")

    def open_one(_: int) -> dict[str, object]:
        try:
            return Caller(ada.token).good("open_a_deal", BODY, key="at-once")  # type: ignore[no-any-return]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(open_one, range(8)))
    assert all(answer == answers[0] for answer in answers)
    with house.open():
        assert Deal.objects.filter(firm=house.firm).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_ref_taken_by_two_at_once_is_told() -> None:
    house = atelier_lune()
    ada = caller(house, "Ada")

    def open_one(_: int) -> int:
        try:
            return Caller(ada.token).call("open_a_deal", {**BODY, "ref": "ONE"}).status_code  # type: ignore[no-any-return]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(open_one, range(4))) == [201, 409, 409, 409]
