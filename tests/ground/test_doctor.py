"""Each kind of row corrupted, by the owner since the application may not: the doctor names what is wrong."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import post
from comptant.ground.journal.acts import Posting
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.actions import open_deal, say
from tests.ground.conftest import TODAY, claim, furnish
from tests.ground.doctors import CORRUPTED_AT_HOME, every_check, faults

BALANCES = "balances equal the fold of the postings"
ZERO_SUM = "the balances of a deal sum to zero"
NUMBERS = "acts are numbered without a gap"
DAYS = "an act's day is its instant's in the firm's zone"
TOGETHER = "postings go with their act"
REVERSED = "a correction reverses what it corrects"
BELOW = "no balance was below zero at any instant"
SEALS = "every act waits to be sealed"
RECORDED = "acts are recorded when the database says"
ROLLUPS = "rollups equal the fold of the postings"
COUNTED = "deals are counted where they stand"
TOLD = "the journal holds what its facts tell"
STAND = "deals stand where the journal says"
OPEN = "invoices are open for what stands in the journal"
DUE = "invoices fall due the day after their last day"
CENTS = "every cent of a document stands somewhere"
SETTLED = "invoices are settled on the day they were paid"
DOCUMENTS = "every document of the journal is an invoice of its deal"
TOLD_ONCE = "each invoice and credit note is told by one act"
CLAIMS = "invoices claim what the journal was told"
KEPT = "kept documents are what their fingerprint says"
LETTERS = "letters say how far they came"
ENCLOSED = "the documents of a letter are all there"

DEAL = "deal_id = (SELECT id FROM deals_deal WHERE ref = '{}')"
D1, D2, D3 = DEAL.format("D1"), DEAL.format("D2"), DEAL.format("D3")
ACT = "(SELECT id FROM journal_act WHERE kind = '{}' LIMIT 1)"
COPY = """
  INSERT INTO journal_posting (id, firm_id, act_id, deal_id, n, source, target, source_stage, target_stage, net, tax,
                               document, occurred_on)
  SELECT gen_random_uuid(), firm_id, act_id, deal_id, n + 1, source, target, source_stage, target_stage, net, tax,
         document, occurred_on FROM journal_posting WHERE {}"""

CORRUPTIONS = {
    "an act's day": ("UPDATE journal_act SET occurred_on = occurred_on + 1 WHERE kind = 'met'", {DAYS}),
    "an act's instant, its day with it": (
        ("UPDATE journal_act SET occurred_at = occurred_at - interval '60 days', occurred_on = occurred_on - 60"
        " WHERE kind = 'won'"),
        {BELOW, TOGETHER, TOLD, STAND},
    ),
    "an act and its postings, another day": (
        "UPDATE journal_act SET occurred_at = occurred_at + interval '3 days', occurred_on = occurred_on + 3"
        " WHERE kind = 'won'; UPDATE journal_posting SET occurred_on = occurred_on + 3 WHERE act_id = "
        + ACT.format("won"),
        {ROLLUPS, STAND, BELOW, TOLD},
    ),
    "what an act says": (
        "UPDATE journal_act SET details = details || '{\"amount\": \"999.00\"}' WHERE kind = 'opened' AND " + D2,
        {TOLD, STAND},
    ),
    "an act's stage": ("UPDATE journal_act SET stage = 'decision' WHERE kind = 'stalled'", {TOLD}),
    "whether an act is the clock's": ("UPDATE journal_act SET is_clock = false WHERE kind = 'fell_due'", {TOLD}),
    "an act's number": ("UPDATE journal_act SET seq = seq + 5 WHERE kind = 'met'", {NUMBERS}),
    "an act without postings, removed": ("DELETE FROM journal_act WHERE kind = 'met'", {SEALS}),
    "an act, removed with its postings": (
        f"DELETE FROM journal_posting WHERE act_id = {ACT.format('won')}; DELETE FROM journal_act WHERE kind = 'won'",
        {NUMBERS, BALANCES, SEALS, ROLLUPS, COUNTED, TOLD, STAND},
    ),
    "an act, added": (
        ("INSERT INTO journal_act (id, firm_id, deal_id, seq, said, rank, kind, occurred_at, occurred_on, is_clock,"
        " stage, details, fact_key) SELECT gen_random_uuid(), firm_id, deal_id, seq + 1, said, rank, kind,"
        " occurred_at, occurred_on, is_clock, stage, details, fact_key FROM journal_act WHERE kind = 'met'"),
        {SEALS},
    ),
    "when an act was recorded": (
        "UPDATE journal_act SET recorded_at = now() + interval '1 day' WHERE seq = 1", {RECORDED}
    ),
    "a posting's net": (
        "UPDATE journal_posting SET net = net + 0.01 WHERE source = 'billable'", {BALANCES, ROLLUPS, TOLD, BELOW}
    ),
    "a posting's tax": (
        "UPDATE journal_posting SET tax = tax - 0.01 WHERE target = 'overdue'", {BALANCES, ROLLUPS, TOLD}
    ),
    "a posting's account": (
        f"UPDATE journal_posting SET target = 'waiting' WHERE target = 'stalled' AND {D2}",
        {BALANCES, ROLLUPS, COUNTED, TOLD},
    ),
    "a posting's stage": (
        f"UPDATE journal_posting SET target_stage = 'decision' WHERE source = 'origin' AND {D2}", {ROLLUPS, TOLD}
    ),
    "a posting's document": (
        "UPDATE journal_posting SET document = gen_random_uuid() WHERE target = 'overdue'", {BALANCES, BELOW, TOLD}
    ),
    "a posting's day": (
        "UPDATE journal_posting SET occurred_on = occurred_on - 1 WHERE target = 'signed'", {TOGETHER, ROLLUPS}
    ),
    "a posting's deal": (
        "UPDATE journal_posting SET deal_id = (SELECT id FROM deals_deal WHERE ref = 'D2') WHERE target = 'overdue'",
        {TOGETHER, BALANCES},
    ),
    "a posting, removed": ("DELETE FROM journal_posting WHERE target = 'overdue'", {BALANCES, ROLLUPS, TOLD}),
    "a posting, added": (COPY.format(f"target = 'hoped' AND source = 'origin' AND {D2}"), {BALANCES, ROLLUPS, TOLD}),
    "a balance": ("UPDATE journal_balance SET net = net + 0.01 WHERE account = 'signed'", {BALANCES, ZERO_SUM}),
    "two balances that still sum to zero": (
        (f"UPDATE journal_balance SET net = net + CASE account WHEN 'origin' THEN -1 ELSE 1 END WHERE {D2}"
        " AND account IN ('origin', 'stalled')"),
        {BALANCES},
    ),
    "a balance, removed": ("DELETE FROM journal_balance WHERE account = 'overdue'", {BALANCES, ZERO_SUM, OPEN}),
    "a balance, added": (
        ("INSERT INTO journal_balance (id, firm_id, deal_id, account, document, net, tax) SELECT gen_random_uuid(),"
        f" firm_id, deal_id, 'cashed', document, 1, 0 FROM journal_balance WHERE account = 'origin' AND {D2}"),
        {BALANCES, ZERO_SUM},
    ),
    "a correction of something else": (
        f"UPDATE journal_act SET corrects_id = {ACT.format('met')} WHERE id = {ACT.format('corrected')}",
        {REVERSED, TOLD},
    ),
    "a correction of another day": (
        "UPDATE journal_act SET occurred_at = occurred_at + interval '1 hour' WHERE kind = 'corrected'", {REVERSED}
    ),
    "what a correction takes back": (
        "UPDATE journal_posting SET net = net - 1 WHERE act_id = " + ACT.format("corrected"),
        {REVERSED, BALANCES, ROLLUPS},
    ),
    "a sum of postings": ("UPDATE journal_flowrollup SET net = net + 0.01 WHERE target = 'overdue'", {ROLLUPS}),
    "a sum of postings, removed": ("DELETE FROM journal_flowrollup WHERE target = 'signed'", {ROLLUPS}),
    "a sum of postings, another day": (
        "UPDATE journal_flowrollup SET occurred_on = occurred_on + 1 WHERE target = 'signed'", {ROLLUPS}
    ),
    "a count of deals": ("UPDATE journal_presencerollup SET deals = deals + 1 WHERE account = 'overdue'", {COUNTED}),
    "a count of deals, removed": ("DELETE FROM journal_presencerollup WHERE account = 'stalled'", {COUNTED}),
    "an act that no sum holds": (
        f"DELETE FROM journal_unrolled WHERE id = {ACT.format('won by hand')}", {ROLLUPS, COUNTED}
    ),
    "an act summed twice": (
        "INSERT INTO journal_unrolled (id, firm_id) SELECT id, firm_id FROM journal_act WHERE kind = 'fell_due'",
        {ROLLUPS, COUNTED},
    ),
    "an act that is not to be sealed": (
        f"DELETE FROM journal_unsealed WHERE id = {ACT.format('met')}", {SEALS}
    ),
    "a seal for no act": (
        "INSERT INTO journal_unsealed (id, firm_id) SELECT gen_random_uuid(), firm_id FROM journal_act LIMIT 1", {SEALS}
    ),
    "a deal's place": (f"UPDATE pipeline_standing SET place = 'hoped' WHERE {D2}", {STAND}),
    "a deal's amount": (f"UPDATE pipeline_standing SET net = net + 0.01 WHERE {D2}", {STAND}),
    "the day a deal will stall": (f"UPDATE pipeline_standing SET next_on = next_on + 1 WHERE {D3}", {STAND}),
    "a deal that stands nowhere": (f"DELETE FROM pipeline_standing WHERE {D2}", {STAND}),
    "a deal that stands where it was never hoped for": (
        "UPDATE pipeline_standing SET deal_id = (SELECT id FROM deals_deal WHERE ref = 'D4') WHERE " + D2, {STAND}
    ),
    "what is open of an invoice": ("UPDATE invoices_invoice SET open_net = open_net - 0.01", {OPEN}),
    "the tax open of an invoice": ("UPDATE invoices_invoice SET open_tax = 0", {OPEN}),
    "what stands of a document": ("UPDATE journal_balance SET net = net + 1 WHERE account = 'overdue'", {CENTS, OPEN}),
    "the day an invoice falls due": ("UPDATE invoices_invoice SET next_on = '2026-06-01'", {DUE}),
    "an invoice that never falls due": ("UPDATE invoices_invoice SET next_on = NULL WHERE number = 'F-4'", {DUE}),
    "the day an invoice was paid": ("UPDATE invoices_invoice SET settled_on = '2026-06-01'", {SETTLED}),
    "an invoice of another deal": (
        "UPDATE invoices_invoice SET deal_id = (SELECT id FROM deals_deal WHERE ref = 'D2') WHERE number = 'F-1'",
        {DOCUMENTS},
    ),
    "an invoice, removed": ("DELETE FROM invoices_invoice WHERE number = 'F-1'", {DOCUMENTS}),
    "an invoice made a credit note": (
        "UPDATE invoices_invoice SET kind = 'credit_note' WHERE number = 'F-1'", {TOLD_ONCE},
    ),
    "what an invoice claims": ("UPDATE invoices_invoice SET net = net + 1 WHERE number = 'F-1'", {CLAIMS}),
    "the number of an invoice": ("UPDATE invoices_invoice SET number = 'F-9' WHERE number = 'F-1'", {CLAIMS}),
    "a document's bytes": ("UPDATE documents_document SET content = content || 'x'::bytea, size = size + 1", {KEPT}),
    "a document's size": ("UPDATE documents_document SET size = size + 1", {KEPT}),
    "a letter that left untried": ("UPDATE mail_message SET state = 'left', left_at = now()", {LETTERS}),
    "a letter that failed without a word": ("UPDATE mail_message SET state = 'failed', tries = 1", {LETTERS}),
    "a letter that nobody holds": ("UPDATE mail_message SET state = 'leaving', tries = 1", {LETTERS}),
    "a letter's document, lost": ("UPDATE mail_attachment SET n = 1", {ENCLOSED}),
}  # fmt: skip

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def house(db) -> Firm:
    """A firm with a correction and an act in no rollup yet; told and read by the owner, who may also corrupt it."""
    kept = connections["default"]
    connections["default"] = connections["owner"]
    try:
        firm = furnish("Atelier Lune", "lune")
        with firm_scope(firm.id):
            lived(firm)
            yield firm
    finally:
        connections["default"] = kept


def lived(firm: Firm) -> None:
    ada, party = Member.objects.get(name="Ada"), Party.objects.get()
    say(Deal.objects.get(ref="D2"), "buyer_move", at=datetime(2026, 5, 12, tzinfo=firm.tz), by=ada)
    open_deal(party, "D3", "Conseil", stage="decision", at=datetime(2026, 6, 29, tzinfo=firm.tz), by=ada, amount="50")
    alone = Deal.objects.create(firm=firm, ref="D4", party=party, currency="EUR")
    claim(alone, "F-4", date(2026, 6, 25), date(2026, 7, 25), "80.00", "16.00")
    extra = [Posting("origin", "signed", Decimal("10.00"))]
    post(alone, act="won by hand", at=datetime(2026, 6, 30, tzinfo=firm.tz), by=ada, postings=extra)
    assert firm.clock_on == TODAY


def corrupt(statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement)
            assert cursor.rowcount > 0, "nothing corrupted"


def test_a_healthy_house_is_green(house):
    assert faults(house) == {}


def test_every_check_is_failed_by_some_corruption():
    assert set().union(*(names for _, names in CORRUPTIONS.values())) == {
        BALANCES, ZERO_SUM, NUMBERS, DAYS, TOGETHER, REVERSED, BELOW, SEALS, RECORDED, ROLLUPS, COUNTED, TOLD, STAND,
        OPEN, DUE, CENTS, SETTLED, DOCUMENTS, TOLD_ONCE, CLAIMS, KEPT, LETTERS, ENCLOSED,
    }  # fmt: skip


def test_every_check_is_known_here(house):
    known = set().union(*(names for _, names in CORRUPTIONS.values()))
    known |= {check.name for room in CORRUPTED_AT_HOME for check in room.checks(house)}
    assert [check.name for check in every_check(house) if check.name not in known] == []


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_the_doctor_finds(house, what):
    statement, expected = CORRUPTIONS[what]
    corrupt(statement)
    found = faults(house)
    assert expected - found.keys() == set(), found
    assert all(found.values()), "a fault names what is wrong"
