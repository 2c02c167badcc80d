"""How many statements a write takes: it must not grow with the deals, nor with the acts before."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import load_cases, post, settle
from comptant.ground.journal.acts import Fact, Posting
from comptant.ground.parties.models import Party
from tests.ground import players


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_posting_on_time_takes_nine_statements_at_most(lune: Firm) -> None:
    with firm_scope(lune.id):
        deal = Deal.objects.select_related("firm").get(ref="D1")
        ada = Member.objects.get(name="Ada")
        at = datetime(2026, 6, 25, tzinfo=lune.tz)
        counts = []
        for n in range(3):
            postings = [Posting("signed", "billable", Decimal(10)), Posting("origin", "held", Decimal(5))]
            with CaptureQueriesContext(connection) as captured:
                post(deal, act="stated", at=at + timedelta(minutes=n), by=ada, postings=postings)
            counts.append(len(statements(captured)))
        assert max(counts) <= 9
        assert len(set(counts)) == 1


@pytest.mark.parametrize("has_history", [False, True], ids=["new deals", "deals with a history"])
def test_settling_takes_as_many_statements_for_a_hundred_deals_as_for_one(db, has_history: bool) -> None:
    firm = players.found("many")
    with firm_scope(firm.id):
        players.furnish(firm)
        party = Party.objects.get()
        at = firm.midnight(players.START)
        opened = Fact("opened", at, {"stage": "contacted", "amount": "100.00"})
        moved = Fact("stage", at + timedelta(hours=1), {"stage": "proposal"})
        counts = []
        for many in (1, 10, 100):
            deals = [Deal(firm=firm, ref=f"{many}-{n}", party=party, currency="EUR") for n in range(many)]
            Deal.objects.bulk_create(deals)
            if has_history:
                settle(firm, load_cases(firm, {deal.id: [opened] for deal in deals}))
            facts = [moved] if has_history else [opened, moved]
            with CaptureQueriesContext(connection) as captured:
                settle(firm, load_cases(firm, {deal.id: facts for deal in deals}))
            counts.append(len(statements(captured)))
        assert len(set(counts)) == 1
        assert counts[0] <= 20


def test_the_clock_takes_as_many_statements_for_many_stalls_as_for_one(db) -> None:
    firm = players.found("clock")
    with firm_scope(firm.id):
        players.furnish(firm)
        party, house, counts = Party.objects.get(), players.House(firm), []
        for many in (1, 100):
            deals = [Deal(firm=firm, ref=f"{many}-{n}", party=party, currency="EUR") for n in range(many)]
            Deal.objects.bulk_create(deals)
            opened = Fact("opened", firm.midnight(firm.clock_on), {"stage": "contacted", "amount": "100.00"})
            settle(firm, load_cases(firm, {deal.id: [opened] for deal in deals}))
            with CaptureQueriesContext(connection) as captured:
                assert house.run_clock(firm.clock_on + timedelta(days=40)) == many
            counts.append(len(statements(captured)))
        assert counts[0] == counts[1]
