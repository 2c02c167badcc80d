"""Invoices issued elsewhere: followed like our own, never renumbered. Each has a deal, its own when it names none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.doors.imports.facts import day_start
from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.deals import DEAL_COLUMNS, HeldDeal, Story, held_deals
from comptant.doors.imports.loading.said import Said, compare
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.rows import InvoiceRow
from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.journal.actions import lock_deals
from comptant.ground.journal.acts import Fact, Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.rooms import Case, DealHead
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.rules import LEGAL_TERMS_DAYS

INVOICE = """
id firm_id deal_id party_id number kind issued_on due_on net tax currency corrects_id is_elsewhere open_net open_tax
custom
"""
INVOICE_COLUMNS = tuple(INVOICE.split())


def own_deal_ref(number: str) -> str:
    """The ref of the deal of an invoice that names none: the same whichever file comes first."""
    return f"invoice {number}"


class InvoiceLoader:
    """Loads the staged rows, the invoices of a deal together, credit notes with what they correct."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm

    @staticmethod
    def group(row: InvoiceRow) -> str:
        """The deal a row names; a credit note that names none goes where its invoice is, once that is known."""
        return row.deal_ref or ("" if row.corrects else own_deal_ref(row.number))

    def check(self) -> None:
        """Refuse a number said twice, and a credit note of an invoice that nobody knows."""
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE staged ADD number text, ADD corrects text")
            cursor.execute("UPDATE staged SET number = row::jsonb ->> 1, corrects = row::jsonb ->> 11")
            cursor.execute(
                "SELECT s.number, s.line, f.first FROM staged s"
                " JOIN (SELECT number, min(line) AS first FROM staged GROUP BY 1 HAVING count(*) > 1) f USING (number)"
                " WHERE s.line > f.first ORDER BY 2"
            )
            for number, line, first in cursor.fetchall():
                self.loading.outcome.refuse(RowError(line, "number", number, "said_twice", {"first": first}))
            self._follow_corrected(cursor)

    def _follow_corrected(self, cursor: Any) -> None:
        """Put credit notes that name no deal with the invoice they correct, in this file or already here."""
        cursor.execute(
            "UPDATE staged s SET grp = c.grp FROM staged c WHERE s.grp = '' AND c.number = s.corrects AND c.grp <> ''"
        )
        cursor.execute(
            "UPDATE staged s SET grp = d.ref FROM invoices_invoice i JOIN deals_deal d"
            " ON d.firm_id = i.firm_id AND d.id = i.deal_id"
            " WHERE s.grp = '' AND i.firm_id = %s AND i.number = s.corrects",
            [self.firm.id],
        )
        cursor.execute("SELECT line, corrects FROM staged WHERE grp = '' ORDER BY 1")
        for line, corrects in cursor.fetchall():
            self.loading.outcome.refuse(RowError(line, "corrects", corrects, "no_such_invoice", {}))
        cursor.execute("DELETE FROM staged WHERE grp = ''")

    def stories(self) -> Iterator[Story]:
        """Invoices are no buyer moves."""
        return iter(())

    def load(self) -> None:
        """Write the invoices."""
        for groups in self.staging.grouped():
            self._load(groups)
            self.loading.step(sum(map(len, groups.values())))

    def _load(self, groups: dict[str, list[InvoiceRow]]) -> None:
        parties = self.loading.people.parties(row.party_ref for rows in groups.values() for row in rows)
        held = held_deals(self.loading, list(groups))
        made = {ref: self._made(ref, rows) for ref, rows in groups.items() if ref not in held}
        insert_rows(
            "deals_deal",
            DEAL_COLUMNS,
            (
                (
                    deal.id,
                    self.firm.id,
                    ref,
                    deal.title,
                    parties[deal.party_ref].id,
                    deal.currency,
                    {},
                    deal.is_mentioned,
                )
                for ref, deal in made.items()
            ),
        )  # fmt: skip
        ids = [deal.id for deal in held.values()]
        lock_deals(self.firm, ids)
        heads, acts = (deal_heads(self.firm, ids), recorded_acts(self.firm, ids)) if ids else ({}, {})
        for deal in made.values():
            country = parties[deal.party_ref].country or self.firm.country
            heads[deal.id] = DealHead(deal.id, deal.currency, country)
        deals = held | made
        known = self._documents(groups)
        self._insert([row for rows in groups.values() for row in rows], known, groups, deals, parties)
        cases = [
            case
            for ref, rows in groups.items()
            if (case := self._case(heads[deals[ref].id], rows, acts.get(deals[ref].id, []), known))
        ]
        self.loading.settle(cases)

    def _made(self, ref: str, rows: Sequence[InvoiceRow]) -> HeldDeal:
        """A deal for invoices that have none yet, named by the first of them."""
        first = rows[0]
        currency = first.currency or self.firm.currency
        return HeldDeal(uuid7(), first.number, first.party_ref, currency, is_mentioned=bool(first.deal_ref))

    def _documents(self, groups: dict[str, list[InvoiceRow]]) -> dict[str, UUID]:
        """The document of each number met, held or corrected."""
        numbers = {row.number for rows in groups.values() for row in rows}
        numbers |= {row.corrects for rows in groups.values() for row in rows if row.corrects}
        return dict(Invoice.objects.filter(firm=self.firm, number__in=numbers).values_list("number", "id"))

    def _insert(
        self,
        rows: Sequence[InvoiceRow],
        known: dict[str, UUID],
        groups: dict[str, list[InvoiceRow]],
        deals: dict[str, HeldDeal],
        parties: Any,
    ) -> None:
        """Write the documents that are new, invoices before the credit notes that name them."""
        where = {row.number: ref for ref, members in groups.items() for row in members}
        fresh = [row for row in rows if row.number not in known and self._fits(row, deals[where[row.number]])]
        known.update({row.number: uuid7() for row in fresh})
        self.loading.outcome.counts["added"] += len(fresh)
        insert_rows(
            "invoices_invoice",
            INVOICE_COLUMNS,
            (
                (
                    known[row.number], self.firm.id, deals[where[row.number]].id, parties[row.party_ref].id, row.number,
                    row.kind, row.issued_on, due_on(row), row.net, row.tax, deals[where[row.number]].currency,
                    known.get(row.corrects), True, *_open(row), row.custom,
                )
                for row in sorted(fresh, key=lambda row: bool(row.corrects))
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
        self, head: DealHead, rows: Sequence[InvoiceRow], acts: Sequence[Recorded], known: dict[str, UUID]
    ) -> Case | None:
        counts, update = self.loading.outcome.counts, self.loading.is_update
        new: list[Fact] = []
        gone: set[UUID] = set()
        for row in rows:
            if row.number not in known:
                continue
            facts = invoice_facts(row, known, self.firm.tz)
            for fact in facts:
                self.loading.lines[head.id, fact.key] = row.line
            said = compare(facts, effective(acts), self.firm.day, prefix=f"invoice:{row.number}:")
            self._note(row, said)
            counts["facts_added"] += len(said.new)
            if said.differs:
                counts["changed" if update else "left"] += 1
                if update:
                    self._update(row, known)
            elif not said.new:
                counts["unchanged"] += 1
            new += said.facts if update else said.new
            gone |= said.corrected if update else frozenset()
        return Case(head, acts, new, frozenset(gone)) if new or gone else None

    def _update(self, row: InvoiceRow, known: dict[str, UUID]) -> None:
        Invoice.objects.filter(firm=self.firm, id=known[row.number]).update(
            issued_on=row.issued_on, due_on=due_on(row), net=row.net, tax=row.tax,
            open_net=0, open_tax=0, settled_on=None, next_on=None,
        )  # fmt: skip

    def _note(self, row: InvoiceRow, said: Said) -> None:
        outcome = self.loading.outcome
        for act, fact in said.changed:
            held = {**act.details, "on": act.at.isoformat()}
            now = {**fact.details, "on": fact.at.isoformat()}
            for column in sorted(set(held) | set(now)):
                if held.get(column) != now.get(column):
                    outcome.differs(row.line, row.number, column, held.get(column, ""), now.get(column, ""))
        for act in said.unsaid:
            outcome.differs(row.line, row.number, act.kind, act.at.isoformat(), "")


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
