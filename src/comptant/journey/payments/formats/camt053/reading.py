"""Reads camt.053 and camt.054: what was booked, one line a transaction where the bank details its entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from comptant.ground.money.amounts import MINOR_DIGITS
from comptant.journey.payments.formats.layout import Layout
from comptant.journey.payments.rules.statements import LARGEST, ZERO, Movement, StatementRefused, Told, given_reference

NAME = "camt"
_HOLDERS = ("BkToCstmrStmt/Stmt", "BkToCstmrDbtCdtNtfctn/Ntfctn")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_CENT = Decimal("0.01")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is such a message."""
    return b":camt.05" in head and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(content: bytes, layout: Layout) -> list[Told]:
    """Every statement of the file. Refuses, with the line, what is no such message or is not written as one."""
    root = _root(content)
    found = etree.QName(root).namespace or ""
    if ".053." not in found and ".054." not in found:
        raise StatementRefused("statement_unknown", found=found.rpartition(":")[2] or "XML")
    message = _Message(found)
    told = [message.statement(one) for holder in _HOLDERS for one in message.all(root, holder)]
    if not told:
        raise StatementRefused("statement_value", line=1, field="Stmt", found="", expected="Stmt / Ntfctn")
    return told


def _root(content: bytes) -> Any:
    """The document, read without entities, without network, within libxml2's limits of size and depth."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise StatementRefused("statement_broken", line=line, reason=str(error).split(", line")[0]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise StatementRefused("statement_entities")
    return root


class _Message:
    """One namespace, so that every version reads alike; paths are written without it."""

    def __init__(self, namespace: str) -> None:
        self._head, self._known = f"{{{namespace}}}", {}  # type: tuple[str, dict[str, str]]

    def _path(self, path: str) -> str:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = "/".join(self._head + step for step in path.split("/"))
        return known

    def all(self, element: Any, path: str) -> Sequence[Any]:
        return element.findall(self._path(path))  # type: ignore[no-any-return]

    def text(self, element: Any, *paths: str) -> str:
        """The first of the paths that says something."""
        for path in paths:
            said = element.findtext(self._path(path))
            if said and (said := said.strip()):
                return str(said)
        return ""

    def statement(self, element: Any) -> Told:
        """One statement or notification, its pending entries left out."""
        iban = self.text(element, "Acct/Id/IBAN").replace(" ", "").upper()
        account = iban or self.text(element, "Acct/Id/Othr/Id")
        if not account:
            raise StatementRefused("statement_value", line=element.sourceline, field="Acct", found="", expected="IBAN")
        made_on = self._day_in(element, "CreDtTm")
        movements = tuple(m for entry in self.all(element, "Ntry") for m in self._entry(entry, made_on))
        amounts = self.all(element, "Bal/Amt")
        currency = self.text(element, "Acct/Ccy") or (movements[0].currency if movements else "")
        currency = currency or (amounts[0].get("Ccy", "") if amounts else "")
        odd = next((m for m in movements if m.currency != currency), None)
        if odd:
            facts = {"line": odd.line, "field": "Ccy", "found": odd.currency, "expected": currency}
            raise StatementRefused("statement_value", **facts)
        days = [movement.booked_on for movement in movements]
        return Told(
            NAME, account[:60], currency, movements, iban[:34], self.text(element, "Id")[:60],
            self._day_in(element, "FrToDt/FrDtTm") or min(days, default=None),
            self._day_in(element, "FrToDt/ToDtTm") or max(days, default=None),
            self._balance(element, _OPENING, currency), self._balance(element, _CLOSING, currency),
        )  # fmt: skip

    def _balance(self, element: Any, kinds: Sequence[str], currency: str) -> Decimal | None:
        """The balance of a kind in the account's currency; the statement's last one of that kind is not another's."""
        for kind in kinds:
            for balance in self.all(element, "Bal"):
                amount = balance.find(self._path("Amt"))
                is_it = self.text(balance, "Tp/CdOrPrtry/Cd") == kind
                if is_it and amount is not None and amount.get("Ccy") == currency:
                    return _amount(amount) * self._sign(balance)
        return None

    def _entry(self, entry: Any, made_on: date | None) -> Iterator[Movement]:
        """The lines of an entry; none while it is pending. Booked without a day: on that of the message."""
        if self.text(entry, "Sts/Cd", "Sts") != "BOOK":
            return
        amount = entry.find(self._path("Amt"))
        if amount is None:
            raise StatementRefused("statement_value", line=entry.sourceline, field="Amt", found="", expected="Amt")
        whole = _amount(amount) * self._sign(entry)
        details = self.all(entry, "NtryDtls/TxDtls")
        parts = self._parts(details, whole, amount.get("Ccy", ""))
        if parts is None:
            parts = [(details[0] if len(details) == 1 else entry, whole)]
        for place, (detail, part) in enumerate(parts, start=1):
            if part:
                day = self._day_in(entry, "BookgDt") or self._day_in(entry, "ValDt") or made_on
                if day is None:
                    facts = {"line": entry.sourceline, "field": "BookgDt", "found": "", "expected": "2026-01-31"}
                    raise StatementRefused("statement_value", **facts)
                yield self._movement(entry, detail, part, amount.get("Ccy", ""), place if len(parts) > 1 else 0, day)

    def _parts(self, details: Sequence[Any], whole: Decimal, currency: str) -> list[tuple[Any, Decimal]] | None:
        """Each transaction with its signed amount, when all say one and they add up to the entry's; else None."""
        if len(details) < 2:
            return None
        parts = []
        for detail in details:
            amount = next(
                (one for path in ("AmtDtls/TxAmt/Amt", "Amt") for one in self.all(detail, path)),
                None,
            )
            if amount is None or amount.get("Ccy") != currency:
                return None
            side = self.text(detail, "CdtDbtInd")
            sign = (1 if side == "CRDT" else -1) if side else (1 if whole > 0 else -1)
            parts.append((detail, _amount(amount) * sign))
        return parts if sum(part for _, part in parts) == whole else None

    def _movement(self, entry: Any, detail: Any, amount: Decimal, currency: str, place: int, day: date) -> Movement:
        """A line of an entry, told by one of its transactions (``place`` from 1) or by the entry itself (0)."""
        entry_ref = given_reference(self.text(entry, "AcctSvcrRef", "NtryRef"))
        own = given_reference(self.text(detail, "Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId"))
        bank_ref = own if not entry_ref else entry_ref + (f"/{own or place}" if place else "")
        side = "Dbtr" if amount > 0 else "Cdtr"
        words = [self.text(entry, "AddtlNtryInf"), self.text(detail, "AddtlTxInf")]
        remitted = [
            self._remitted(one) for one in (self.all(entry, "NtryDtls/TxDtls") if detail is entry else [detail])
        ]
        label = " ".join(" ".join(part.split()) for part in (*remitted, *words) if part.strip())
        party = f"RltdPties/{side}"
        reason = self.text(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
        return Movement(
            entry.sourceline, day, self._day_in(entry, "ValDt") or day, amount, currency, label,
            self.text(detail, f"RltdPties/Ultmt{side}/Pty/Nm", f"RltdPties/Ultmt{side}/Nm", f"{party}/Pty/Nm",
                      f"{party}/Nm")[:300],
            self.text(detail, f"RltdPties/{side}Acct/Id/IBAN").replace(" ", "").upper()[:34],
            self.text(detail, "RmtInf/Strd/CdtrRefInf/Ref")[:60],
            given_reference(self.text(detail, "Refs/EndToEndId"))[:60],
            bank_ref, entry_ref[:60], self._fee(detail, amount, currency),
            self.text(entry, "RvslInd") == "true" or bool(reason), reason[:60],
            etree.tostring(detail, encoding="unicode", with_tail=False) if detail is not entry else "",
        )  # fmt: skip

    def _remitted(self, detail: Any) -> str:
        """What the payer wrote, free or structured, but for the reference."""
        paths = ("RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/AddtlRmtInf")
        return " ".join(one.text or "" for path in paths for one in self.all(detail, path))

    def _fee(self, detail: Any, amount: Decimal, currency: str) -> Decimal:
        """What is missing between the amount instructed and the one credited, in one currency."""
        sent = next(iter(self.all(detail, "AmtDtls/InstdAmt/Amt")), None)
        if amount <= 0 or sent is None or sent.get("Ccy") != currency:
            return ZERO
        return max(_amount(sent) - amount, ZERO)

    def _sign(self, element: Any) -> int:
        side = self.text(element, "CdtDbtInd")
        if side not in ("CRDT", "DBIT"):
            facts = {"line": element.sourceline, "field": "CdtDbtInd", "found": side, "expected": "CRDT / DBIT"}
            raise StatementRefused("statement_value", **facts)
        return 1 if side == "CRDT" else -1

    def _day_in(self, element: Any, path: str) -> date | None:
        """A day, or the day of an instant as the bank wrote it, in its own zone."""
        said = self.text(element, f"{path}/Dt", f"{path}/DtTm", path)
        if not said:
            return None
        try:
            return date.fromisoformat(said[:10]) if len(said) <= 16 else datetime.fromisoformat(said).date()
        except ValueError as error:
            facts = {"line": element.sourceline, "field": path, "found": said, "expected": "2026-01-31"}
            raise StatementRefused("statement_value", **facts) from error


def _amount(element: Any) -> Decimal:
    """The amount, exact; zeros beyond the cent are nothing, anything else there is refused."""
    said = (element.text or "").strip()
    try:
        exact = Decimal(said)
        amount = exact.quantize(_CENT)
    except InvalidOperation:
        exact, amount = Decimal(1), ZERO
    if amount != exact or not 0 <= amount < LARGEST or element.get("Ccy", "") not in MINOR_DIGITS:
        facts = {"line": element.sourceline, "field": f"Amt {element.get('Ccy', '')}", "found": said}
        raise StatementRefused("statement_value", **facts, expected="1234.50")
    return amount
