"""Journeys of one deal drawn at random: whatever happens to its euros, none is lost and none is made."""

import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import record, state_at
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.models import NO_DOCUMENT, Act, Balance
from comptant.ground.journal.replay import Refused, State
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.rules.claims import LINE
from tests import world
from tests.ground.doctors import faults
from tests.journey_value.telling import END, PARIS, opened, timeline, told, won

Journey = list[Fact]
DOCUMENTS = [UUID(int=n) for n in range(1, 5)]
NOTES = [UUID(int=n) for n in range(101, 140)]
KINDS = [
    *["paid"] * 6, *["disputed"] * 6, *["dispute_settled"] * 4, *["credited"] * 3, *["bounced"] * 4, "discounted",
    *["written_off"] * 2, "restored", "insolvency", "received", "held_used", *["refunded"] * 2, "penalty_paid",
    "delivered", "ended", "extra_accepted", "amended_down",
]  # fmt: skip
ALL_OF_IT = {"paid", "dispute_settled", "written_off"}
OF_NO_DOCUMENT = {
    "insolvency", "received", "held_used", "penalty_paid", "delivered", "ended", "extra_accepted", "amended_down",
}  # fmt: skip


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """A signed deal, a deposit and a balance among its invoices, then whatever is possible, each at its own instant."""
    facts, at, issued = [opened(1_000), won(1_000, 200)], datetime(2026, 2, 3, 9, tzinfo=PARIS), 0
    for _ in range(draw(st.integers(3, 25))):
        at += timedelta(hours=draw(st.sampled_from([1, 5, 24, 100, 400])))
        kind = draw(st.sampled_from(["invoiced", *KINDS])) if issued else "invoiced"
        if kind == "invoiced" and issued == len(DOCUMENTS):
            continue
        most = 60_000 if kind == "invoiced" else 20_000
        net = draw(st.integers(0, most).map(lambda n: Decimal(n) / 100) | st.sampled_from([10, 300]).map(Decimal))
        tax = (net / 5).quantize(Decimal("0.01"))
        said: dict[str, Any] = {"net": net, "tax": tax, "dispute": draw(st.sampled_from(["", str(UUID(int=9))]))}
        if kind not in ALL_OF_IT or draw(st.booleans()):
            said["amount"] = net
        document = None if kind in OF_NO_DOCUMENT else DOCUMENTS[draw(st.integers(0, max(issued - 1, 0)))]
        if kind == "invoiced":
            document, issued = DOCUMENTS[issued], issued + 1
            said["due_on"] = (at.date() + timedelta(days=draw(st.integers(0, 30)))).isoformat()
            if draw(st.booleans()):
                said["rates"] = [[str(net + tax), "20"]]
        if kind == "credited":
            said |= {"credit_note": str(NOTES[len(facts)]), "reissue": draw(st.booleans())}
        fact = Fact(kind, at, told(kind, 1, 1, **said).details, key=f"{len(facts)}")
        if document is not None:
            fact = Fact(kind, at, {**fact.details, "document": str(document), "number": f"F-{document.int}"}, fact.key)
        if at < END and is_possible([*facts, fact]):
            facts.append(fact)
        elif kind == "invoiced":
            issued -= 1
    return facts


def is_possible(facts: Journey) -> bool:
    try:
        timeline(facts)
    except Refused:
        return False
    return True


def claimed(facts: Journey) -> dict[UUID, tuple[Decimal, Decimal]]:
    return {
        UUID(fact.details["document"]): (Decimal(fact.details["net"]), Decimal(fact.details["tax"]))
        for fact in facts
        if fact.kind == "invoiced"
    }


def reissued(facts: Journey) -> Counter[UUID]:
    """What credit notes led back to be invoiced again, tax included, by document."""
    gone: Counter[UUID] = Counter()
    for entry in timeline(facts).entries:
        for posting in entry.postings:
            if posting.target == "billable" and posting.document is not None:
                gone[posting.document] += posting.net + posting.tax  # type: ignore[assignment]
    return gone


def check_cents(facts: Journey, state: State) -> None:
    """No cent is lost, none stands below zero, and each document adds up."""
    assert sum(net for net, _ in state.balances.values()) == sum(tax for _, tax in state.balances.values()) == 0
    assert all(net >= 0 and tax >= 0 for (account, _), (net, tax) in state.balances.items() if account != "origin")
    gone = reissued(facts)
    for document, (net, tax) in claimed(facts).items():
        accounts = [*LINE, "cancelled", "held"]
        assert sum(sum(state.of(account, document)) for account in accounts) + gone[document] == net + tax
        if not gone[document]:
            assert sum(state.of(account, document)[1] for account in accounts) == tax


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(journeys())
def test_no_cent_is_lost_on_any_journey(facts: Journey) -> None:
    for n in range(len(facts)):
        told_so_far = facts[: n + 1]
        check_cents(told_so_far, timeline(told_so_far, told_so_far[-1].at).state)
    check_cents(facts, timeline(facts).state)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(journeys())
def test_what_is_contested_by_each_dispute_adds_up_to_what_stands_there(facts: Journey) -> None:
    state = timeline(facts).state
    memory = state.memory.get("invoices")
    for document, claim in (memory.claims if memory else {}).items():
        assert sum(claim.disputes.values()) == sum(state.of("disputed", document))


def settled_house(facts: Journey) -> tuple[world.House, Deal]:
    """A firm with the deal and its documents; nothing told of them yet. Within no scope."""
    house = world.atelier_lune(today=facts[0].at.date())
    with house.open():
        party = house.clients["mercure"]
        deal = Deal.objects.create(firm=house.firm, ref="D-1", title="D-1", party=party, currency="EUR")
        for fact in facts:
            if fact.kind in ("invoiced", "credited"):
                document(house.firm, deal, fact)
    return house, deal


def document(firm: Firm, deal: Deal, fact: Fact) -> None:
    said, is_note = fact.details, fact.kind == "credited"
    Invoice.objects.create(
        id=said["credit_note"] if is_note else said["document"], firm=firm, deal=deal, party_id=deal.party_id,
        number=f"A-{fact.key}" if is_note else said["number"], kind="credit_note" if is_note else "invoice",
        corrects_id=said["document"] if is_note else None, issued_on=fact.at.date(),
        due_on=said.get("due_on") or fact.at.date(), net=said["net"], tax=said["tax"], currency="EUR",
        open_net=0, open_tax=0,
    )  # fmt: skip


def recorded_in_any_order(firm: Firm, deal: Deal, facts: Journey, chance: random.Random) -> None:
    """One by one, what is refused tried again, and at last with all that is left: it may need what comes after."""
    waiting = [*facts]
    chance.shuffle(waiting)
    while waiting:
        refused = []
        for fact in waiting:
            try:
                record(firm, {deal.id: [fact]})
            except Refused:
                refused.append(fact)
        if len(refused) == len(waiting):
            record(firm, {deal.id: refused})
            return
        waiting = refused


def balances(deal: Deal) -> dict[tuple[str, UUID | None], tuple[Decimal, Decimal]]:
    rows = Balance.objects.filter(deal=deal)
    return {
        (row.account, None if str(row.document) == NO_DOCUMENT else row.document): (row.net, row.tax)
        for row in rows
        if row.net or row.tax
    }


def told_again(state: State) -> dict[tuple[str, UUID | None], tuple[Decimal, Decimal]]:
    return {key: both for key, both in state.balances.items() if any(both)}


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(journeys(), st.integers(0, 1 << 30))
def test_whatever_the_order_of_recording_the_journal_says_what_the_facts_tell(facts: Journey, seed: int) -> None:
    house, deal = settled_house(facts)
    house.sleeps_until(END.date() - timedelta(days=1))
    with firm_scope(house.firm.id):
        recorded_in_any_order(house.firm, deal, facts, random.Random(seed))
        assert faults(house.firm) == {}
        until = datetime(2026, 12, 30, 12, tzinfo=PARIS)
        assert balances(deal) == told_again(timeline(facts, until).state)
        for fact in facts:
            found = state_at(house.firm, [deal.id], fact.at)[deal.id]
            assert told_again(found) == told_again(timeline([f for f in facts if f.at <= fact.at], fact.at).state)
        acts = Act.objects.count()
        assert record(house.firm, {deal.id: []}) == []
        assert Act.objects.count() == acts
