"""Issuing an invoice, its number without a gap, one per commit, against the same writes by SQL; and two at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from bench import cluster, house
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place
from comptant.ground.database.ids import uuid7_digits

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm, Member
    from comptant.journey.invoices.models import Draft

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ISSUERS = 2
MOST_STATEMENTS = 20
NOWHERE = "0" * 32
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_NUMBER = re.compile(r"FA-2026-\d{4,}")
_WRITES = re.compile(r"^\s*(?:INSERT|UPDATE)")
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def database(size: Size) -> str:
    """Its name in the cluster."""
    return "bench_invoices"


def prepare(size: Size) -> None:
    """Seeded anew each time: what was issued stays."""
    cluster.drop_database(database(size))
    cluster.make_database(database(size))
    cluster.inside(database(size), "seed_invoices", size.name)


def seed(size: Size) -> None:
    """Inside: a firm able to invoice, with drafts enough, each on a deal of its own."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.describing import describe
    from comptant.ground.firms.models import Member
    from comptant.ground.parties.actions import add_party
    from comptant.journey.invoices.actions import draft_for
    from comptant.journey.invoices.rules.lines import Line

    house.found(database(size), "invoices", 100)
    firm = house.firm_called("invoices")
    with firm_scope(firm.id):
        describe(
            firm, legal_name="Bench", legal_form="SAS", capital="1 000 €", street="1 rue", postcode="69001",
            city="Lyon", siren="123456782", register="RCS Lyon", vat_number="FR11123456782",
        )  # fmt: skip
        party = add_party(firm, "Client", street="2 rue", postcode="69002", city="Lyon", country="FR")
        by = Member.objects.get(firm=firm, name="Bench")
        line = Line("Work", Decimal("1000.00"), Decimal(20))
        for _ in range((2 * size.rounds + 2) * size.posts + ISSUERS * size.posts + 2):
            draft_for(party, lines=[line], at=AT, by=by)


def run(size: Size) -> list[Bar]:
    """Rates of both with one client, each round on drafts of its own; then two at once."""
    firm, by = _opened()
    heard, names, count = _hear(firm, by)
    _issue_some(firm, by, size.posts)
    pairs = in_pairs(
        size.rounds,
        lambda: _floor(firm, heard, names, size.posts),
        lambda: _issue_some(firm, by, size.posts),
    )
    floor, ours = pairs.walls()
    slowdown = pairs.cpu_slowdown()
    both = _two_at_once(size)
    return [
        Bar(
            "issue", "an invoice issued, gapless, one per commit: at least 0.10 of the same writes committed by SQL",
            0.10, True, pairs.shares(), slowdown and 1 / slowdown, f"{size.posts / floor:,.0f} invoices/s",
            f"{size.posts / ours:,.0f} invoices/s",
        ),
        Bar(
            "issue, two", "two who issue at once: both succeed, no number twice and none missing (1: yes)", 1, True,
            [both],
        ),
        Bar(
            "statements issue", f"an invoice issued: at most {MOST_STATEMENTS} statements", MOST_STATEMENTS, False,
            [float(count)],
        ),
    ]  # fmt: skip


def _opened() -> tuple[Firm, Member]:
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.models import Member

    firm = house.firm_called("invoices")
    with firm_scope(firm.id):
        return firm, Member.objects.get(firm=firm, name="Bench")


def _drafts(firm: Firm, count: int, offset: int = 0) -> list[Draft]:
    from comptant.ground.database.scope import firm_scope
    from comptant.journey.invoices.queries import drafts_waiting

    with firm_scope(firm.id):
        found = list(drafts_waiting(firm)[offset : offset + count])
    assert len(found) == count
    return found


def _issue_some(firm: Firm, by: Member, count: int, offset: int = 0) -> Spent:
    from django.db import connection

    drafts = _drafts(firm, count, offset)
    return spent(lambda: [_issue(firm, draft, by) for draft in drafts], [connection.connection.info.backend_pid])


def _issue(firm: Firm, draft: Draft, by: Member) -> None:
    from comptant.ground.database.scope import firm_scope
    from comptant.journey.invoices.actions import issue

    draft.firm = firm
    with firm_scope(firm.id):
        issue(draft, at=AT, by=by)


def _hear(firm: Firm, by: Member) -> tuple[list[str], list[str], int]:
    """The writes of one issue, its ids and number left open; the names of the new ids; how many statements in all."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    [first, draft] = _drafts(firm, 2)
    _issue(firm, first, by)
    with CaptureQueriesContext(connection) as heard:
        _issue(firm, draft, by)
    said = [query["sql"] for query in heard.captured_queries]
    known = {_digits(found) for words in said if not _WRITES.match(words) for found in _UUID.findall(words)}
    known |= {_digits(str(one)) for one in (by.id, draft.deal.party_id)}
    named = {_digits(str(draft.deal_id)): "deal", _digits(str(draft.id)): "draft", _series(firm): "series"}
    writes = [words for words in said if _WRITES.match(words)]
    opened = [_left_open(words, known - named.keys(), named) for words in writes]
    names = sorted({name for words in opened for name in re.findall(r"\{(u[0-9a-f]+)\}", words)})
    return opened, names, sum(not words.startswith(CONTROL) for words in said)


def _series(firm: Firm) -> str:
    from comptant.ground.database.scope import firm_scope
    from comptant.journey.invoices.models import Series

    with firm_scope(firm.id):
        return _digits(str(Series.objects.get(firm=firm).id))


def _digits(found: str) -> str:
    return found.replace("-", "")


def _left_open(words: str, known: set[str], named: dict[str, str]) -> str:
    words = words.replace("{", "{{").replace("}", "}}")

    def open_up(match: re.Match[str]) -> str:
        digits = _digits(match[0])
        if digits == NOWHERE or digits in known:
            return match[0]
        return "{" + named.get(digits, f"u{digits}") + "}"

    return _NUMBER.sub("{number}", _UUID.sub(open_up, words))


def _floor(firm: Firm, writes: list[str], names: list[str], count: int) -> Spent:
    """One bare client that commits the same writes for each draft, the number taken from the same row."""
    drafts = _drafts(firm, count)
    url = cluster.url(place.APP_ROLE, "bench_invoices")
    client = psycopg.connect(url, cursor_factory=psycopg.ClientCursor)

    def send() -> None:
        for draft in drafts:
            _send(client, firm, draft.deal_id, draft.id, writes, names)

    cost = spent(send, [client.info.backend_pid])
    client.close()
    return cost


def _send(
    client: psycopg.Connection[Any], firm: Firm, deal: UUID, draft: UUID, writes: list[str], names: list[str]
) -> None:
    new = dict(zip(names, uuid7_digits(len(names)), strict=True))
    new |= {"deal": deal.hex, "draft": draft.hex, "number": "", "series": ""}
    with client.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.firm = '{firm.id}'")
        for words in writes:
            cursor.execute(words.format(**new))
            if "invoices_series AS" in words:
                row = cursor.fetchone()
                assert row is not None
                new |= {"series": row[0].hex, "number": f"FA-2026-{row[2]:04d}"}
    client.commit()


def _two_at_once(size: Size) -> float:
    """1 when two processes that begin together both issue all they were given, and no number is missing or twice."""
    command = [sys.executable, "-m", "bench.inside", "issue_some", str(size.posts)]
    issuers = [
        subprocess.Popen([*command, str(n * size.posts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(ISSUERS)
    ]
    for issuer in issuers:
        assert issuer.stdout and issuer.stdout.readline() == "ready\n"
    for issuer in issuers:
        assert issuer.stdin
        issuer.stdin.write("go\n")
        issuer.stdin.flush()
    said = [json.loads(issuer.communicate()[0]) for issuer in issuers]
    return float(said == [size.posts] * ISSUERS and _is_gapless())


def _is_gapless() -> bool:
    with cluster.connect(place.ADMIN_ROLE, "bench_invoices") as admin:
        row = admin.execute(
            "SELECT count(*) = count(DISTINCT number) AND count(*) = (SELECT last_number FROM invoices_series)"
            " FROM invoices_invoice"
        ).fetchone()
    return bool(row and row[0])


def issue_some(count: str, offset: str) -> int:
    """Inside, one issuer: get ready, wait for the word, issue; how many were."""
    firm, by = _opened()
    drafts = _drafts(firm, int(count), int(offset))
    print("ready", flush=True)
    sys.stdin.readline()
    for draft in drafts:
        _issue(firm, draft, by)
    return len(drafts)
