"""Rows of offers corrupted by the owner: the doctor names what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from comptant.ground.deals.models import Deal
from comptant.ground.journal.models import Act
from comptant.journey.offers.actions import (
    accept_extra,
    decline_offer,
    deliver,
    propose_extra,
    record_agreement,
    send_offer,
)
from comptant.journey.offers.doctor import FAULTS, checks
from comptant.journey.offers.models import Milestone
from comptant.journey.offers.rules.drafts import LineDraft
from tests.offers.selling import SCHEDULE, TUESDAY, accepted, identified, sent
from tests.world import MONDAY, House, atelier_lune

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
WEDNESDAY, APRIL = TUESDAY + timedelta(days=1), date(2026, 4, 20)
SUM, TOLD, REACHED, SIGNED, SENT = FAULTS

SIGNED_ONE = "(SELECT id FROM offers_agreement WHERE proof = 'signature')"
EXTRA = "(SELECT id FROM offers_agreement WHERE kind = 'extra')"
OTHER_DEAL = "(SELECT id FROM deals_deal WHERE ref = 'refused')"
ANOTHER = "(SELECT id FROM documents_document WHERE id <> document_id LIMIT 1)"

CORRUPTIONS = {
    "a milestone's net": ("UPDATE offers_milestone SET net = net + 0.01 WHERE reached_on IS NULL", {SUM}),
    "a milestone's tax": ("UPDATE offers_milestone SET tax = tax + 0.01 WHERE reached_on IS NULL", {SUM}),
    "milestones, removed": (f"DELETE FROM offers_milestone WHERE agreement_id = {EXTRA}", {SUM}),
    "an agreement's net": (f"UPDATE offers_agreement SET net = net + 0.01 WHERE id = {EXTRA}", {SUM, TOLD}),
    "an agreement of another deal": (f"UPDATE offers_agreement SET deal_id = {OTHER_DEAL} WHERE id = {EXTRA}", {TOLD}),
    "an agreement of another day": ("UPDATE offers_agreement SET signed_on = signed_on - 1", {TOLD}),
    "an extra request made a sale": (
        f"UPDATE offers_agreement SET kind = 'sale', ended_on = signed_on WHERE id = {EXTRA}", {TOLD}
    ),
    "an agreement that no act tells": (
        "UPDATE journal_act SET details = details - 'agreement' WHERE kind = 'won'", {TOLD}
    ),
    "an agreement filed by no act": (
        "UPDATE journal_act SET details = details - 'agreement' WHERE kind = 'agreement_filed'", {TOLD}
    ),
    "an act that tells another's agreement": (
        (f"UPDATE journal_act SET details = details || jsonb_build_object('agreement', {SIGNED_ONE}::text)"
        " WHERE kind = 'extra_accepted'"), {TOLD}
    ),
    "an act of no agreement": (
        "UPDATE journal_act SET details = details || '{\"agreement\": \"x\"}' WHERE kind = 'won'", {TOLD}
    ),
    "a milestone reached that no act tells": (
        "UPDATE offers_milestone SET reached_on = '2026-04-20' WHERE reached_on IS NULL", {REACHED}
    ),
    "a milestone told and not reached": ("UPDATE offers_milestone SET reached_on = NULL", {REACHED}),
    "the day a milestone was reached": ("UPDATE offers_milestone SET reached_on = reached_on + 1", {REACHED}),
    "what an act says a milestone comes to": (
        "UPDATE journal_act SET details = details || '{\"net\": \"1.00\"}' WHERE kind = 'delivered'", {REACHED}
    ),
    "an act of no milestone": (
        "UPDATE journal_act SET details = details || '{\"milestone\": \"x\"}' WHERE kind = 'delivered'", {REACHED}
    ),
    "the bytes that were signed": (
        "UPDATE offers_signature SET document_sha256 = sha256(document_sha256)", {SIGNED}
    ),
    "the document that was signed": (f"UPDATE offers_signature SET document_id = {ANOTHER}", {SIGNED}),
    "the document of a signed offer": (
        f"UPDATE offers_offer SET document_id = {ANOTHER} WHERE accepted_at IS NOT NULL", {SIGNED}
    ),
    "the amount that was signed": ("UPDATE offers_signature SET net = net - 1", {SIGNED}),
    "a signature, removed": ("DELETE FROM offers_signature", {SIGNED}),
    "a signed offer that was not accepted": (
        "UPDATE offers_offer SET accepted_at = NULL WHERE accepted_at IS NOT NULL", {SIGNED}
    ),
    "an offer sent without its document": (
        "UPDATE offers_offer SET document_id = NULL WHERE declined_at IS NOT NULL", {SENT}
    ),
    "an offer accepted and ended": (
        "UPDATE offers_offer SET ended_at = accepted_at WHERE accepted_at IS NOT NULL", {SENT}
    ),
    "an offer accepted and declined": (
        "UPDATE offers_offer SET declined_at = accepted_at WHERE accepted_at IS NOT NULL", {SENT}
    ),
}  # fmt: skip


@pytest.fixture
def lune() -> Iterator[House]:
    """Signed on its page with an extra request beside it and a milestone delivered; filed; declined. As the owner."""
    kept = connections["default"]
    connections["default"] = connections["owner"]
    try:
        house = identified(atelier_lune())
        with house.open():
            lived(house)
            yield house
    finally:
        connections["default"] = kept


def lived(house: House) -> None:
    ada, at = house.people["Ada"], house.at(APRIL)
    signed, filed, refused = (house.opens(ref, MONDAY, "17700") for ref in ("signed", "filed", "refused"))
    agreement = accepted(house, sent(house, signed), house.at(WEDNESDAY))
    deliver(Milestone.objects.get(agreement=agreement, trigger="acceptance"), on=APRIL, at=at, by=ada)
    training = [LineDraft("Journée de formation", Decimal("900"), Decimal(20))]
    extra = propose_extra(signed, lines=training, decision_on=APRIL + timedelta(days=9), at=at, by=ada)
    extra = send_offer(extra, at=at, by=ada)
    accept_extra(extra, proof="purchase_order", document=extra.document, at=at, by=ada)
    house.says(filed, "won", TUESDAY, amount="17700.00", tax="3540.00")
    record_agreement(
        filed, net=Decimal(17700), tax=Decimal(3540), proof="imported", schedule=SCHEDULE, at=house.at(WEDNESDAY),
        by=ada,
    )  # fmt: skip
    decline_offer(sent(house, refused), why="price", at=house.at(WEDNESDAY))


def without_its_guards() -> None:
    """What the table itself refuses is let through, so that the doctor alone is asked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in ("offer_sent_whole", "offer_one_answer"):
            cursor.execute(f"ALTER TABLE offers_offer DROP CONSTRAINT {name}")


def faults(house: House) -> dict[str, str]:
    return {check.name: check.detail for check in checks(house.firm) if not check.ok}


def test_nothing_is_wrong_before(lune: House) -> None:
    assert faults(lune) == {}


@pytest.mark.parametrize("what", list(CORRUPTIONS))
def test_a_corrupted_row_is_found(lune: House, what: str) -> None:
    statement, expected = CORRUPTIONS[what]
    without_its_guards()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0, "nothing corrupted"
    found = faults(lune)
    assert found.keys() == expected
    assert all(found.values()), "a fault names what is wrong"


def test_an_act_corrected_and_told_again_is_told_once(lune: House) -> None:
    deal = Deal.objects.get(ref="signed")
    lune.says(deal, "stage", lune.at(MONDAY, 18), stage="discovery")
    assert Act.objects.filter(deal=deal, kind="won").count() == 2, "the second is the one that stands"
    assert faults(lune) == {}


def test_every_check_is_failed_by_some_corruption() -> None:
    assert set().union(*(names for _, names in CORRUPTIONS.values())) == set(FAULTS)
