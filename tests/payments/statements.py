"""Statements as banks write them, made for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from tests.payments.made import ISSUED

IBAN = "FR7630006000011234567890189"
PAYER = "FR1420041010050500013M02606"


@dataclass
class Entry:
    """A movement: signed amount, what the payer wrote."""

    amount: str
    label: str
    on: date = ISSUED
    ref: str = ""
    payer: str = ""
    iban: str = ""
    status: str = "BOOK"
    reference: str = ""
    parts: Sequence[tuple[str, str]] = ()
    """(amount, label) of each transaction of a batch."""


def camt(entries: Sequence[Entry], opening: str = "1000.00", *, version: str = "053.001.08", iban: str = IBAN) -> bytes:
    """A camt.053 whose balances hold; a camt.054 when the version says so."""
    moved = sum((Decimal(one.amount) for one in entries if one.status == "BOOK"), Decimal(0))
    is_notice = version.startswith("054")
    holder, one = ("BkToCstmrDbtCdtNtfctn", "Ntfctn") if is_notice else ("BkToCstmrStmt", "Stmt")
    balances = "" if is_notice else _balance("OPBD", Decimal(opening)) + _balance("CLBD", Decimal(opening) + moved)
    body = "".join(_entry(entry) for entry in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">'
        f"<{holder}><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-31T06:00:00</CreDtTm></GrpHdr>\n<{one}><Id>S-1</Id>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}\n{body}</{one}></{holder}></Document>"
    ).encode()


def _balance(kind: str, amount: Decimal) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{_side(amount)}</CdtDbtInd><Dt><Dt>2026-03-31</Dt></Dt></Bal>"
    )


def _side(amount: Decimal) -> str:
    return "CRDT" if amount >= 0 else "DBIT"


def _entry(one: Entry) -> str:
    amount = Decimal(one.amount)
    ref = f"<AcctSvcrRef>{one.ref}</AcctSvcrRef>" if one.ref else ""
    parts = one.parts or ((one.amount, one.label),)
    details = "".join(_details(one, Decimal(part), label, bool(one.parts)) for part, label in parts)
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{_side(amount)}</CdtDbtInd>'
        f"<Sts><Cd>{one.status}</Cd></Sts><BookgDt><Dt>{one.on}</Dt></BookgDt><ValDt><Dt>{one.on}</Dt></ValDt>{ref}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>\n"
    )


def _details(one: Entry, amount: Decimal, label: str, is_part: bool) -> str:
    said = f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{_side(amount)}</CdtDbtInd>' if is_part else ""
    party = f"<Dbtr><Pty><Nm>{escape(one.payer)}</Nm></Pty></Dbtr>" if one.payer else ""
    account = f"<DbtrAcct><Id><IBAN>{one.iban}</IBAN></Id></DbtrAcct>" if one.iban else ""
    structured = f"<Strd><CdtrRefInf><Ref>{one.reference}</Ref></CdtrRefInf></Strd>" if one.reference else ""
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{said}<RltdPties>{party}{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(label)}</Ustrd>{structured}</RmtInf></TxDtls>"
    )
