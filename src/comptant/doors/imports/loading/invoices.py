"""Invoices issued elsewhere: followed like our own, never renumbered. Each has a deal, its own when it names none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from comptant.doors.imports.facts import day_start
from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.deals import DEAL_COLUMNS, HeldDeal, Story, held_deals
from comptant.doors.imports.loading.invoices_staged import check_staged
from comptant.doors.imports.loading.paid import (
    claim_lines,
    paid_numbers,
    payments_on,
    put_aside,
    tell_payments,
    uses_on,
)
from comptant.doors.imports.loading.people import KnownParty
from comptant.doors.imports.loading.said import Said, compare, same
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.rows import InvoiceRow
from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import lock_deals
from comptant.ground.journal.acts import Fact, Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.rooms import Case, DealHead
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.rules import LEGAL_TERMS_DAYS

INVOICE = """
id firm_id deal_id party_id number kind issued_on due_on net tax currency corrects_id is_elsewhere open_net open_tax
custom
"""
INVOICE_COLUMNS = tuple(INVOICE.split())


NOTE = InvoiceKind.CREDIT_NOTE.value

_UNTOLD = """
    DELETE FROM invoices_invoice i WHERE i.firm_id = %(firm)s AND i.id = ANY(%(documents)s) AND NOT EXISTS (
        SELECT FROM journal_act a
        WHERE a.firm_id = i.firm_id AND a.deal_id = i.deal_id AND a.kind IN ('invoiced', 'credited')
          AND coalesce(a.details ->> 'credit_note', a.details ->> 'document') = i.id::text)
"""
_EMPTY = """
    DELETE FROM deals_deal d WHERE d.firm_id = %(firm)s AND d.id = ANY(%(deals)s)
      AND NOT EXISTS (SELECT FROM journal_act a WHERE a.firm_id = d.firm_id AND a.deal_id = d.id)
"""


def own_deal_ref(number: str) -> str:
    """The ref of the deal of an invoice that names none: the same whichever file comes first."""
    return f"invoice {number}"


@dataclass(frozen=True, slots=True)
class HeldInvoice:
    """A document the firm already has, by its number. ``corrects`` is blank but for a credit note."""

    id: UUID
    deal_ref: str
    deal_id: UUID
    party_ref: str
    currency: str
    kind: str
    corrects: str
    corrects_id: UUID | None
    net: Decimal
    custom: dict[str, str]
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class Unlike:
    """What a row says otherwise than the document held; with an ``error`` when it can never be written."""

    column: str
    held: str
    said: str
    error: RowError | None = None


class InvoiceLoader:
    """Loads the staged rows, the invoices of a deal together, credit notes with what they correct."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm
        self.paid: frozenset[str] = frozenset()
        """Numbers of the rows at hand for which payments came, or wait."""
        self.told: set[UUID] = set()
        """Payments to be told again once the invoices stand."""
        self.used: set[UUID] = set()
        """Uses of credit notes, too."""

    @staticmethod
    def group(row: InvoiceRow) -> str:
        """The deal a row names; a credit note that names none goes where its invoice is, once that is known."""
        return row.deal_ref or ("" if row.corrects else own_deal_ref(row.number))

    def check(self) -> None:
        """Refuse what only the whole file shows: a number said twice, a credit note of an unknown invoice..."""
        check_staged(self.loading)

    def stories(self) -> Iterator[Story]:
        """Invoices are no buyer moves."""
        return iter(())

    def load(self) -> None:
        """Write the invoices."""
        for groups in self.staging.grouped():
            self._load(groups)
            self.loading.step(sum(map(len, groups.values())))

    def _load(self, groups: dict[str, list[InvoiceRow]]) -> None:
        held = held_deals(self.loading, list(groups))
        ids = [deal.id for deal in held.values()]
        lock_deals(self.firm, ids)
        documents = self._documents(groups)
        self.paid = paid_numbers(self.firm, documents.keys() | _numbers(groups))
        self.told, self.used = set(), set()
        made = {ref: self._made(ref, rows) for ref, rows in groups.items() if ref not in held}
        deals = held | made
        fresh = [
            (row if row.party_ref else row._replace(party_ref=deals[ref].party_ref), deals[ref])
            for ref, rows in groups.items()
            for row in rows
            if row.number not in documents and self._fits(row, deals[ref])
        ]
        parties = self.loading.people.parties(row.party_ref for row, _ in fresh)
        self._insert_deals(made, parties)
        known = {number: document.id for number, document in documents.items()}
        self._insert(fresh, known, parties)
        heads, acts = (deal_heads(self.firm, ids), recorded_acts(self.firm, ids)) if ids else ({}, {})
        for deal in made.values():
            country = parties[deal.party_ref].country or self.firm.country
            heads[deal.id] = DealHead(deal.id, deal.currency, country)
        rewritten: list[InvoiceRow] = []
        cases = [
            case
            for ref, rows in groups.items()
            for head in [heads[deals[ref].id]]
            if (case := self._case(head, rows, acts.get(head.id, []), known, documents, rewritten))
        ]
        refused = self.loading.outcome.errors.count
        self._make_room(rewritten)
        self.loading.settle(cases)
        self._rewrite(rewritten, documents)
        if self.loading.outcome.errors.count > refused:
            self._take_out([known[row.number] for row, _ in fresh], [deal.id for deal in made.values()])
        self._meet_payments()

    def _meet_payments(self) -> None:
        """Payments that came first are given to these invoices; those put aside meanwhile are told again."""
        if self.paid or self.told or self.used:
            invoices = Invoice.objects.filter(firm=self.firm, number__in=self.paid).exclude(kind=NOTE)
            claim_lines(self.firm, {invoice.number: invoice for invoice in invoices})
            tell_payments(self.loading, self.paid, sorted(self.told), {}, uses=self.used)

    def _made(self, ref: str, rows: Sequence[InvoiceRow]) -> HeldDeal:
        """A deal for invoices that have none yet, named by the first of them."""
        first = rows[0]
        party_ref = next(row.party_ref for row in rows if row.party_ref)
        currency = first.currency or self.firm.currency
        return HeldDeal(uuid7(), first.number, party_ref, currency, is_mentioned=bool(first.deal_ref))

    def _documents(self, groups: dict[str, list[InvoiceRow]]) -> dict[str, HeldInvoice]:
        """The document held of each number met or corrected."""
        numbers = {row.number for rows in groups.values() for row in rows}
        numbers |= {row.corrects for rows in groups.values() for row in rows if row.corrects}
        rows = Invoice.objects.filter(firm=self.firm, number__in=numbers).values_list(
            "number", "id", "deal__ref", "deal_id", "party__ref", "currency", "kind", "corrects__number",
            "corrects_id", "net", "custom", "is_elsewhere",
        )  # fmt: skip
        return {
            number: HeldInvoice(
                known, deal_ref, deal_id, party_ref, currency, kind, corrects or "", corrects_id, *others
            )
            for number, known, deal_ref, deal_id, party_ref, currency, kind, corrects, corrects_id, *others in rows
        }

    def _insert_deals(self, made: dict[str, HeldDeal], parties: Mapping[str, KnownParty]) -> None:
        insert_rows(
            "deals_deal",
            DEAL_COLUMNS,
            (
                (
                    deal.id, self.firm.id, ref, deal.title, parties[deal.party_ref].id, deal.currency, {},
                    deal.is_mentioned,
                )
                for ref, deal in made.items()
            ),
        )  # fmt: skip

    def _insert(
        self,
        fresh: Sequence[tuple[InvoiceRow, HeldDeal]],
        known: dict[str, UUID],
        parties: Mapping[str, KnownParty],
    ) -> None:
        """Write the documents that are new, invoices before the credit notes that name them."""
        known.update({row.number: uuid7() for row, _ in fresh})
        self.loading.outcome.counts["added"] += len(fresh)
        insert_rows(
            "invoices_invoice",
            INVOICE_COLUMNS,
            (
                (
                    known[row.number], self.firm.id, deal.id, parties[row.party_ref].id, row.number, row.kind,
                    row.issued_on, due_on(row), row.net, row.tax, deal.currency, known.get(row.corrects), True,
                    *_open(row), row.custom,
                )
                for row, deal in sorted(fresh, key=lambda one: bool(one[0].corrects))
            ),
        )  # fmt: skip

    def _fits(self, row: InvoiceRow, deal: HeldDeal) -> bool:
        """One deal has one currency."""
        currency = row.currency or self.firm.currency
        if currency != deal.currency:
            facts = {"currency": deal.currency}
            self.loading.outcome.refuse(RowError(row.line, "currency", currency, "deal_has_currency", facts))
        return currency == deal.currency

    def _case(
        self,
        head: DealHead,
        rows: Sequence[InvoiceRow],
        acts: Sequence[Recorded],
        known: dict[str, UUID],
        documents: dict[str, HeldInvoice],
        rewritten: list[InvoiceRow],
    ) -> Case | None:
        """What is to be settled of a deal; the rows to write over their document are added to ``rewritten``."""
        update, holds = self.loading.is_update, effective(acts)
        new: list[Fact] = []
        gone: set[UUID] = set()
        for row in rows:
            if row.number not in known or (row.corrects and row.corrects not in known):
                continue
            document = documents.get(row.number)
            unlike = self._unlike(row, document) if document else []
            if any(one.error for one in unlike):
                self._hold_back(row, unlike)
                continue
            facts = invoice_facts(row, known, self.firm.tz)
            if row.number in self.paid:
                facts = [fact for fact in facts if fact.kind != "paid"]
            for fact in facts:
                self.loading.lines[head.id, fact.key] = row.line
            said = compare(facts, holds, self.firm.day, prefix=f"invoice:{row.number}:")
            self._note(row, said, unlike)
            if update and document and unlike:
                self._identify(row, document)
            if update and said.differs:
                rewritten.append(row)
            new += said.facts if update else said.new
            gone |= said.corrected if update else frozenset()
        if not (new or gone):
            return None
        self.told |= payments_on(holds)
        self.used |= uses_on(holds)
        return Case(head, acts, new, frozenset(gone) | put_aside(holds))

    def _unlike(self, row: InvoiceRow, held: HeldInvoice) -> list[Unlike]:
        """What the row says otherwise of a document held, beside what its acts say; a blank says nothing."""
        line, currency, said = row.line, row.currency or self.firm.currency, []
        if not held.is_elsewhere:
            error = RowError(line, "number", row.number, "issued_here", {})
            return [Unlike("number", row.number, row.number, error)]
        if row.deal_ref and row.deal_ref != held.deal_ref:
            error = RowError(line, "deal_ref", row.deal_ref, "invoice_keeps_deal", {"held": held.deal_ref})
            said.append(Unlike("deal_ref", held.deal_ref, row.deal_ref, error))
        if (row.kind == NOTE) != (held.kind == NOTE):
            error = RowError(line, "kind", row.kind, "invoice_keeps_kind", {"held": held.kind})
            said.append(Unlike("kind", held.kind, row.kind, error))
        elif row.corrects != held.corrects:
            error = RowError(line, "corrects", row.corrects, "credit_note_keeps_invoice", {"held": held.corrects})
            said.append(Unlike("corrects", held.corrects, row.corrects, error))
        if currency != held.currency:
            error = RowError(line, "currency", currency, "deal_has_currency", {"currency": held.currency})
            said.append(Unlike("currency", held.currency, currency, error))
        if row.party_ref and row.party_ref != held.party_ref:
            said.append(Unlike("party_ref", held.party_ref, row.party_ref))
        for name, value in row.custom.items():
            if value != held.custom.get(name):
                said.append(Unlike(name, held.custom.get(name, ""), value))
        return said

    def _hold_back(self, row: InvoiceRow, unlike: Sequence[Unlike]) -> None:
        """A row that would move a document elsewhere: noted, refused when updating; nothing of it is loaded."""
        outcome = self.loading.outcome
        if self.loading.is_update:
            outcome.refuse(next(one.error for one in unlike if one.error))
            return
        outcome.counts["left"] += 1
        for one in unlike:
            outcome.differs(row.line, row.number, one.column, one.held, one.said)

    def _identify(self, row: InvoiceRow, held: HeldInvoice) -> None:
        """Write whose the document is and its own fields; the deal made for it alone follows its party."""
        parties = self.loading.people.parties([row.party_ref] if row.party_ref else [])
        changes: dict[str, Any] = {"custom": held.custom | row.custom}
        if row.party_ref and row.party_ref != held.party_ref:
            changes["party_id"] = parties[row.party_ref].id
            if held.deal_ref == own_deal_ref(row.number):
                Deal.objects.filter(firm=self.firm, id=held.deal_id).update(party_id=changes["party_id"])
        Invoice.objects.filter(firm=self.firm, id=held.id).update(**changes)

    def _make_room(self, rewritten: Sequence[InvoiceRow]) -> None:
        """Let what will be open fit in the document, whether its new amount is taken or refused."""
        for row in rewritten:
            Invoice.objects.filter(firm=self.firm, number=row.number).update(net=Greatest(F("net"), Value(row.net)))

    def _rewrite(self, rewritten: Sequence[InvoiceRow], documents: dict[str, HeldInvoice]) -> None:
        """Write over each document what its act says now; one whose row was refused stays as it was."""
        deals = list({documents[row.number].deal_id for row in rewritten})
        acts = recorded_acts(self.firm, deals) if deals else {}
        for row in rewritten:
            document = documents[row.number]
            facts = {act.key: act for act in effective(acts.get(document.deal_id, []))}
            known = {row.number: document.id} | ({row.corrects: document.corrects_id} if document.corrects_id else {})
            told = invoice_facts(row, known, self.firm.tz)[0]
            act = facts.get(told.key)
            changes: dict[str, Any] = {"net": document.net}
            if act is not None and act.at == told.at and same(act, told):
                changes = {name: getattr(row, name) for name in ("issued_on", "net", "tax", "kind")}
                changes["due_on"] = due_on(row)
            Invoice.objects.filter(firm=self.firm, id=document.id).update(**changes)

    def _take_out(self, documents: Sequence[UUID], deals: Sequence[UUID]) -> None:
        """Of rows refused while settling, neither the document stays nor the deal made for it."""
        with connection.cursor() as cursor:
            cursor.execute(_UNTOLD, {"firm": self.firm.id, "documents": list(documents)})
            self.loading.outcome.counts["added"] -= cursor.rowcount
            cursor.execute(_EMPTY, {"firm": self.firm.id, "deals": list(deals)})

    def _note(self, row: InvoiceRow, said: Said, unlike: Sequence[Unlike]) -> None:
        outcome, update = self.loading.outcome, self.loading.is_update
        outcome.counts["facts_added"] += len(said.new)
        if said.differs or unlike:
            outcome.counts["changed" if update else "left"] += 1
        elif not said.new:
            outcome.counts["unchanged"] += 1
        for one in unlike:
            outcome.differs(row.line, row.number, one.column, one.held, one.said)
        for act, fact in said.changed:
            held = {**act.details, "on": act.at.isoformat()}
            now = {**fact.details, "on": fact.at.isoformat()}
            for column in sorted(set(held) | set(now)):
                if held.get(column) != now.get(column):
                    outcome.differs(row.line, row.number, column, held.get(column, ""), now.get(column, ""))
        for act in said.unsaid:
            outcome.differs(row.line, row.number, act.kind, act.at.isoformat(), "")


def _numbers(groups: Mapping[str, Sequence[InvoiceRow]]) -> set[str]:
    return {row.number for rows in groups.values() for row in rows}


def due_on(row: InvoiceRow) -> date:
    """The last day to pay on time; 30 days from issue when the file does not say (Code de commerce, L441-10 I)."""
    return row.due_on or row.issued_on + timedelta(days=LEGAL_TERMS_DAYS)


def _open(row: InvoiceRow) -> tuple[Any, Any]:
    """What is open before its acts are written: nothing of a credit note, and the room puts the rest right."""
    return (0, 0) if row.kind == "credit_note" else (row.net, row.tax)


def invoice_facts(row: InvoiceRow, known: dict[str, UUID], zone: Any) -> list[Fact]:
    """What a row says happened to its document: issued or credited, contested, paid in full."""
    at, key = day_start(row.issued_on, zone), f"invoice:{row.number}"
    amounts = {"number": row.number, "net": str(row.net), "tax": str(row.tax)}
    if row.kind == "credit_note":
        said = {"document": str(known[row.corrects]), "credit_note": str(known[row.number]), **amounts}
        return [Fact("credited", at, said, f"{key}:credited")]
    document = {"document": str(known[row.number]), "number": row.number}
    issued = {**document, **amounts, "kind": row.kind, "due_on": due_on(row).isoformat()}
    facts = [Fact("invoiced", at, issued, f"{key}:issued")]
    if row.disputed is not None and row.disputed_on is not None:
        contested = {**document, "amount": str(row.disputed)}
        facts.append(Fact("disputed", day_start(row.disputed_on, zone), contested, f"{key}:disputed"))
    if row.settled_on is not None:
        facts.append(Fact("paid", day_start(row.settled_on, zone), document, f"{key}:settled"))
    return facts
