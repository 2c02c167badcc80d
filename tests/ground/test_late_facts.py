"""Facts that arrive late, one by one: what is taken back, what is told again, what is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import NotEnoughThere, load_cases, post, settle
from comptant.ground.journal.acts import Fact, Posting
from comptant.ground.journal.history import deals_by_account
from comptant.ground.journal.models import Act
from comptant.ground.journal.models import Posting as PostingRow
from comptant.ground.journal.replay import Refused
from comptant.ground.journal.sums import sums
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.actions import open_deal, say
from tests.ground.conftest import TODAY, claim
from tests.ground.doctors import faults


@pytest.fixture
def house(lune: Firm):
    with firm_scope(lune.id):
        yield lune
        assert faults(lune) == {}


def at(firm: Firm, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=firm.tz)


def told(deal: Deal) -> list[tuple[str, date]]:
    return list(Act.objects.filter(deal=deal).order_by("seq").values_list("kind", "occurred_on"))


def test_a_late_buyer_move_takes_the_stall_back_dated_as_it_was(house):
    deal, ada = Deal.objects.get(ref="D2"), Member.objects.get(name="Ada")
    assert told(deal) == [("opened", date(2026, 5, 4)), ("stalled", date(2026, 5, 19))]
    say(deal, "buyer_move", at=at(house, 5, 12), by=ada)
    assert told(deal)[2:] == [
        ("corrected", date(2026, 5, 19)), ("buyer_move", date(2026, 5, 12)), ("stalled", date(2026, 5, 27)),
    ]  # fmt: skip
    correction = Act.objects.get(deal=deal, kind="corrected")
    assert correction.corrects == Act.objects.get(deal=deal, seq=2)
    assert [(p.source, p.target, p.is_correction) for p in correction.postings.all()] == [("stalled", "hoped", True)]


def test_a_late_estimate_changes_what_was_signed_afterwards(house):
    """Taking the signature back goes from signed to hoped, which no act but a correction may."""
    party, ada = Party.objects.get(), Member.objects.get(name="Ada")
    deal = open_deal(party, "D5", "Bilan", stage="contacted", at=at(house, 6, 1), by=ada, amount="1449.00")
    say(deal, "won", at=at(house, 6, 8), by=ada)
    say(deal, "estimate", {"amount": "4.47"}, at=at(house, 6, 3), by=ada)
    assert deal.balances.get(account="signed").net == Decimal("4.47")
    taken_back = PostingRow.objects.filter(deal=deal, is_correction=True).values_list("source", "target", "net")
    assert ("signed", "hoped", Decimal("1449.00")) in taken_back
    with pytest.raises(IntegrityError, match="posting_legal_pair"), transaction.atomic():
        post(deal, act="unsigned", at=at(house, 6, 9), postings=[Posting("signed", "hoped", Decimal(1))])


def test_a_late_fact_counts_a_deal_once_whose_last_act_is_in_no_rollup_yet(house):
    deal = Deal.objects.get(ref="D2")
    post(deal, act="overpaid", at=at(house, 6, 20), postings=[Posting("origin", "held", Decimal(5))])
    post(deal, act="overpaid", at=at(house, 6, 10), postings=[Posting("origin", "held", Decimal(7))])
    for day in (date(2026, 6, 9), date(2026, 6, 10), date(2026, 6, 20), TODAY):
        assert {key: n for key, n in sums(house, day).deals.items() if n} == deals_by_account(house, day)


def test_a_credit_note_with_less_tax_than_it_meets_takes_what_it_says(house):
    deal = Deal.objects.create(firm=house, ref="D6", party=Party.objects.get(), currency="EUR")
    invoice = claim(deal, "F-6", date(2026, 6, 1), date(2026, 6, 15), "150.00", "30.00")
    document = {"document": str(invoice.id), "number": "F-6"}
    facts = [
        Fact("disputed", at(house, 6, 2), {**document, "amount": "120.00"}),
        Fact("credited", at(house, 6, 3), {**document, "net": "150.00", "tax": "5.00"}),
    ]
    settle(house, load_cases(house, {deal.id: facts}))
    assert (deal.balances.get(account="cancelled").net, deal.balances.get(account="cancelled").tax) == (150, 5)
    invoice.refresh_from_db()
    assert (invoice.open_net, invoice.open_tax) == (0, 25)


def test_what_is_not_there_is_not_taken_now_or_late(house):
    deal = Deal.objects.get(ref="D1")
    acts = Act.objects.count()
    for day in (25, 13):
        with pytest.raises((NotEnoughThere, Refused)) as refusal:
            post(deal, act="stated", at=at(house, 6 if day == 25 else 5, day), postings=[
                Posting("signed", "billable", Decimal("500.01")),
            ])  # fmt: skip
        assert refusal.value.code == "not_enough_there"
    with pytest.raises(NotEnoughThere):
        post(deal, act="freed", at=at(house, 6, 25), postings=[Posting("held", "origin", Decimal("1.00"))])
    assert Act.objects.count() == acts


def test_a_fact_impossible_at_its_moment_is_refused_and_nothing_is_written(house):
    deal, ada = Deal.objects.get(ref="D1"), Member.objects.get(name="Ada")
    acts = Act.objects.count()
    with pytest.raises(Refused) as refusal:
        say(deal, "lost", {"competitor": "Autre"}, at=at(house, 5, 20), by=ada)
    assert (refusal.value.code, refusal.value.fact.kind) == ("not_open", "lost")
    assert Act.objects.count() == acts
