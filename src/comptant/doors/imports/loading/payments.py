"""Payments from a file: given to the invoice they name, held for the party when it is not here, else a bank line.

Balances at every date are the same whichever of invoices and payments comes first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.deals import Story
from comptant.doors.imports.loading.paid import tell_payments, unsettle
from comptant.doors.imports.loading.people import KnownParty
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.rows import PaymentRow
from comptant.ground.database.ids import uuid7
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.payments.bank import SAID_ACCOUNT, said_account
from comptant.journey.payments.models import Allocation, BankLine, Payment
from comptant.journey.payments.queries import accounts_of
from comptant.journey.payments.writing import write_payments

COMPARED = ("received_on", "amount", "currency", "label", "iban", "invoice_number")


class PaymentLoader:
    """Loads the staged rows, a chunk at a time."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm

    def check(self) -> None:
        """Refuse a payment said twice in one file."""
        for ref, line, first in self.staging.said_twice():
            self.loading.outcome.refuse(RowError(line, "ref", ref, "said_twice", {"first": first}))

    def stories(self) -> Iterator[Story]:
        """Payments are no buyer moves."""
        return iter(())

    def load(self) -> None:
        """Write the payments."""
        for rows in self.staging.chunks():
            self._load([row for row in rows if row.amount])
            self.loading.step(len(rows))

    def _load(self, rows: Sequence[PaymentRow]) -> None:
        invoices = self._invoices(rows)
        rows = [row for row in rows if self._fits(row, invoices.get(row.invoice_number))]
        held = {one.ref: one for one in self._held(rows)}
        lines = self._lines(rows)
        fresh = [row for row in rows if row.ref not in held and identity_of(row.ref) not in lines]
        parties = self.loading.people.parties(sorted({row.party_ref for row in fresh if row.party_ref}))
        payments = {row.ref: self._payment(row, parties, invoices.get(row.invoice_number)) for row in fresh}
        known = {ref: payment for ref, payment in payments.items() if payment is not None}
        write_payments(known.values())
        self._wait([row for row in fresh if row.ref not in known])
        self.loading.outcome.counts["added"] += len(fresh)
        changed, numbers, accounts = self._compared(rows, held, invoices)
        self.loading.outcome.counts["unchanged"] += sum(identity_of(row.ref) in lines for row in rows)
        numbers |= {row.invoice_number for row in fresh if row.invoice_number}
        unsettle(self.loading, [invoices[number] for number in numbers if number in invoices])
        at = {payment.id: row.line for row in rows if (payment := known.get(row.ref) or held.get(row.ref))}
        others = [payment.id for payment in known.values() if payment.invoice_number not in invoices] + changed
        tell_payments(self.loading, numbers, others, at, accounts)

    def _invoices(self, rows: Sequence[PaymentRow]) -> dict[str, Invoice]:
        numbers = {row.invoice_number for row in rows if row.invoice_number}
        found = Invoice.objects.filter(firm=self.firm, number__in=numbers).exclude(kind=InvoiceKind.CREDIT_NOTE)
        return {one.number: one for one in found.select_related("party").defer("content")}

    def _fits(self, row: PaymentRow, invoice: Invoice | None) -> bool:
        """An invoice is paid in its currency."""
        currency = row.currency or self.firm.currency
        if invoice is None or invoice.currency == currency:
            return True
        facts = {"number": invoice.number, "currency": invoice.currency}
        self.loading.outcome.refuse(RowError(row.line, "currency", currency, "other_currency", facts))
        return False

    def _held(self, rows: Sequence[PaymentRow]) -> list[Payment]:
        refs = [row.ref for row in rows]
        return list(Payment.objects.filter(firm=self.firm, ref__in=refs).select_related("party"))

    def _lines(self, rows: Sequence[PaymentRow]) -> set[str]:
        """The identities of those that wait as bank lines."""
        identities = [identity_of(row.ref) for row in rows]
        lines = BankLine.objects.filter(firm=self.firm, account__ref=SAID_ACCOUNT, identity__in=identities)
        return set(lines.filter(state="open").values_list("identity", flat=True))

    def _payment(self, row: PaymentRow, parties: Mapping[str, KnownParty], invoice: Invoice | None) -> Payment | None:
        """The payment; None where nobody knows who paid."""
        party = parties[row.party_ref].id if row.party_ref else invoice.party_id if invoice else None
        if party is None:
            return None
        return Payment(
            id=uuid7(), firm=self.firm, ref=row.ref, party_id=party, received_on=row.received_on, amount=row.amount,
            currency=row.currency or self.firm.currency, label=row.label, iban=row.iban,
            invoice_number=row.invoice_number, taken_at=self.firm.midnight(row.received_on), custom=row.custom,
        )  # fmt: skip

    def _wait(self, rows: Sequence[PaymentRow]) -> None:
        """Rows without payer and invoice stay lines of the bank."""
        if not rows:
            return
        account = said_account(self.firm)
        BankLine.objects.bulk_create(
            BankLine(
                firm=self.firm, account=account, identity=identity_of(row.ref), booked_on=row.received_on,
                value_on=row.received_on, amount=row.amount, currency=row.currency or self.firm.currency,
                label=row.label, iban=row.iban, said_number=row.invoice_number,
                raw=json.dumps({"ref": row.ref, "custom": row.custom}, ensure_ascii=False),
            )
            for row in rows
        )  # fmt: skip
        self.loading.outcome.notices.add("payer_not_known", rows[0].line, len(rows), ref=rows[0].ref)

    def _compared(
        self, rows: Sequence[PaymentRow], held: Mapping[str, Payment], invoices: Mapping[str, Invoice]
    ) -> tuple[list[UUID], set[str], set[UUID]]:
        """Rows of payments that are here: what differs is noted, and written with --update.

        Comes back: the payments written, the invoices they name or named, the deals they were told on.
        """
        changed: list[UUID] = []
        numbers: set[str] = set()
        accounts: set[UUID] = set()
        outcome, update = self.loading.outcome, self.loading.is_update
        for row in rows:
            payment = held.get(row.ref)
            if payment is None:
                continue
            differs = self._differs(row, payment)
            for column, value in differs.items():
                before = payment.party.ref if column == "party_ref" else getattr(payment, column)
                outcome.differs(row.line, row.ref, column, before, value)
            outcome.counts[("changed" if update else "left") if differs else "unchanged"] += 1
            if differs and update:
                numbers |= {payment.invoice_number, row.invoice_number} - {""}
                accounts |= self._told_on(payment)
                self._write(payment, differs)
                changed.append(payment.id)
        return changed, numbers, accounts

    def _differs(self, row: PaymentRow, payment: Payment) -> dict[str, Any]:
        """What the row says otherwise; a blank says nothing."""
        said: dict[str, Any] = {name: getattr(row, name) for name in COMPARED}
        differs = {name: value for name, value in said.items() if value and value != getattr(payment, name)}
        if row.party_ref and row.party_ref != payment.party.ref:
            differs["party_ref"] = row.party_ref
        return differs

    def _told_on(self, payment: Payment) -> set[UUID]:
        """The deals on which a payment was told: its party's accounts, and those of the invoices it went to."""
        given = Allocation.objects.filter(firm=self.firm, payment=payment)
        invoices = set(given.values_list("invoice__deal_id", flat=True))
        return invoices | set(accounts_of(self.firm, [payment.party_id]).values())

    def _write(self, payment: Payment, differs: Mapping[str, Any]) -> None:
        """The payment as the row says it; what the file had given to an invoice is given anew."""
        named = Allocation.objects.filter(firm=self.firm, payment=payment, invoice__number=payment.invoice_number)
        named.delete()
        for name, value in differs.items():
            if name == "party_ref":
                payment.party_id = self.loading.people.parties([value])[value].id
            else:
                setattr(payment, name, value)
        payment.save()


def identity_of(ref: str) -> str:
    """The identity of a line that a file of payments told under a ref."""
    return hashlib.sha256(f"ref\x1f{ref}".encode()).hexdigest()
