"""A statement imported, matched and confirmed, against the very statements that write it. Nothing is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from bench import cluster, house, seeds
from bench.measuring import Bar, Spent, in_pairs, spent
from bench.sizes import Size
from comptant.ground.database import place

if TYPE_CHECKING:
    from comptant.ground.firms.models import Firm

CAME = seeds.TODAY
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
WRITES = ("INSERT", "UPDATE", "DELETE")


def lines(size: Size) -> tuple[int, int]:
    """How many lines the small statement has, and the large one."""
    large = min(10_000, size.deals)
    return large // 10, large


def database(size: Size) -> str:
    """Its name in the cluster."""
    return f"bench_bank_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards two firms are there, each with as many open invoices as its statement has lines, and a few more."""
    told = f"{lines(size)} {_invoices(3)}"
    seeds.kept(database(size), told, lambda: cluster.inside(database(size), "seed_bank", size.name))


def seed(size: Size) -> None:
    """Inside: found the firms and bring in their invoices, as a file of them would."""
    from comptant.doors.imports.loading import load
    from comptant.doors.imports.reading import Firm as ReadingFirm
    from comptant.doors.imports.reading import open_reading

    for name, count in zip(("small", "large"), lines(size), strict=True):
        house.found(database(size), name, 1)
        firm = house.firm_called(name)
        asked = ReadingFirm(firm.tz, ("contacted",), seeds.DUE_BY)
        reading = open_reading(_invoices(count + count // 5).encode(), "invoices", asked)
        assert not load(firm, reading, today=seeds.DUE_BY).errors.count
    seeds.refresh(database(size))


def _invoices(count: int) -> str:
    """A file of invoices, ten a party, none of the same amount within a party."""
    rows = (
        f"FA-2026-{n:05d},P{n // 10},2026-01-15,2026-02-14,{1000 + n % 977}.00,{200 + n % 10}.00" for n in range(count)
    )
    return "number,party_ref,issued_on,due_on,net,tax\n" + "\n".join(rows) + "\n"


def statement(count: int) -> bytes:
    """A camt.053 whose lines pay the first invoices in full, each naming its number."""
    entries, closing = [], 0
    for n in range(count):
        amount = 1200 + n % 977 + n % 10
        closing += amount
        entries.append(
            f'<Ntry><Amt Ccy="EUR">{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{CAME}</Dt></BookgDt><ValDt><Dt>{CAME}</Dt></ValDt><AcctSvcrRef>R{n:09d}</AcctSvcrRef>"
            f"<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Client {n // 10}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>"
            f"FR14{n // 10:023d}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>VIR SEPA FA-2026-{n:05d}</Ustrd>"
            "</RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}.00</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{CAME}</Dt></Dt></Bal>"
        for kind, amount in (("OPBD", 0), ("CLBD", closing))
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id>'
        f"<IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def run(size: Size) -> list[Bar]:
    """Pairs with the small statement; then the large one's rate against the small one's, in pairs too."""
    small, large = lines(size)
    firms = {small: house.firm_called("small"), large: house.firm_called("large")}
    contents = {count: statement(count) for count in firms}
    heard = _hear(firms[small], contents[small], small)
    pairs = in_pairs(
        size.rounds, lambda: _same(size, firms[small], heard), lambda: _ours(firms[small], contents[small], small)
    )
    floor, ours = pairs.walls()
    slowdown = pairs.cpu_slowdown()
    rates = in_pairs(
        size.rounds, lambda: _ours(firms[small], contents[small], small),
        lambda: _ours(firms[large], contents[large], large),
    )  # fmt: skip
    share = [slow * small / large for slow in rates.slowdowns()]
    one, many = rates.walls()
    return [
        Bar(
            "bank", f"{small:,} lines imported, matched, confirmed: at least 0.15 of the SQL that writes the same rows",
            0.15, True, pairs.shares(), slowdown and 1 / slowdown, f"{small / floor:,.0f} lines/s",
            f"{small / ours:,.0f} lines/s",
        ),
        Bar(
            "bank, many", f"{large:,} lines: at least 0.9 of the rate of {small:,}", 0.9, True,
            [1 / times for times in share], None, f"{small / one:,.0f} lines/s", f"{large / many:,.0f} lines/s",
        ),
    ]  # fmt: skip


def _ours(firm: Firm, content: bytes, count: int) -> Spent:
    """The product, its rows taken back."""
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope

    with firm_scope(firm.id):
        cost = spent(lambda: _work(firm, content, count), [connection.connection.info.backend_pid])
        transaction.set_rollback(True)
    return cost


def _work(firm: Firm, content: bytes, count: int) -> None:
    from comptant.journey.payments.bank import import_statement, match

    assert import_statement(firm, content, "march.xml", at=NOW + timedelta(hours=1), by=None).added == count
    assert sum(one.is_posted for one in match(firm, now=NOW)) == count


def _hear(firm: Firm, content: bytes, count: int) -> list[bytes]:
    """Every statement that writes, as it was sent."""
    from django.db import connection, transaction

    from comptant.ground.database.scope import firm_scope

    heard: list[bytes] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(WRITES):
            client = psycopg.ClientCursor(connection.connection)
            heard.append((client.mogrify(sql, params) if params else sql).encode())
        return execute(sql, params, many, context)

    with firm_scope(firm.id), connection.execute_wrapper(listen):
        _work(firm, content, count)
        transaction.set_rollback(True)
    return heard


def _same(size: Size, firm: Firm, heard: list[bytes]) -> Spent:
    """The same rows by the same statements, from a client that computes nothing, and taken back."""
    with psycopg.connect(cluster.url(place.APP_ROLE, database(size))) as client:
        client.execute(f"SET LOCAL app.firm = '{firm.id}'".encode())

        def send() -> None:
            with client.cursor() as cursor:
                for statement_sent in heard:
                    cursor.execute(statement_sent)

        cost = spent(send, [client.info.backend_pid])
        client.rollback()
    return cost
