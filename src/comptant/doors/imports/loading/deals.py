"""Deals from a file: identity, opening and end; on their dates, interleaved with the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from comptant.doors.imports.facts import CLOSED, HELD, OPENED, deal_facts
from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.said import Said, compare
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.rows import DealRow
from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.deals.models import Deal
from comptant.ground.journal.actions import lock_deals
from comptant.ground.journal.acts import Fact, Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.rooms import Case, DealHead
from comptant.journey.pipeline.queries import stages_of

DEAL_COLUMNS = ("id", "firm_id", "ref", "title", "party_id", "currency", "custom", "is_mentioned")


SHOWN = frozenset({"amount", "stage", "decision_on", "presented", "source", "wake_on", "reason", "competitor"})
"""Details of a fact that are columns of a row."""

Story = tuple[list[Fact], list[Fact]]
"""The facts of a deal before an import, and after."""


@dataclass(frozen=True, slots=True)
class HeldDeal:
    """A deal the firm already has, by its ref."""

    id: UUID
    title: str
    party_ref: str
    currency: str
    is_mentioned: bool = False


def held_deals(loading: Loading, refs: Sequence[str]) -> dict[str, HeldDeal]:
    """The deals of these refs that exist."""
    rows = Deal.objects.filter(firm=loading.firm, ref__in=refs).values_list(
        "ref", "id", "title", "party__ref", "currency", "is_mentioned"
    )
    return {ref: HeldDeal(*rest) for ref, *rest in rows}


class DealLoader:
    """Loads the staged rows, a chunk at a time."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm
        self.first_stage = next(iter(stages_of(self.firm)))

    def check(self) -> None:
        """Refuse a deal said twice in one file."""
        for ref, line, first in self.staging.said_twice():
            self.loading.outcome.refuse(RowError(line, "ref", ref, "said_twice", {"first": first}))

    def stories(self) -> Iterator[Story]:
        """What each deal said before and will have said after, for the thresholds. Writes nothing."""
        for rows in self.staging.chunks():
            held = held_deals(self.loading, [row.ref for row in rows])
            acts = recorded_acts(self.firm, [deal.id for deal in held.values()]) if held else {}
            for row in rows:
                if row.ref not in held and row.status != "won":
                    continue  # thresholds come from wins alone
                facts = deal_facts(row, self.firm.tz, self.first_stage)
                if row.ref in held:
                    recorded = acts.get(held[row.ref].id, [])
                    yield story(recorded, compare_row(facts, recorded, self.loading), self.loading.is_update)
                else:
                    yield [], facts

    def load(self) -> None:
        """Write the deals."""
        for rows in self.staging.chunks():
            self._load(rows)
            self.loading.step(len(rows))

    def _load(self, rows: Sequence[DealRow]) -> None:
        held = held_deals(self.loading, [row.ref for row in rows])
        parties = self.loading.people.parties(row.party_ref for row in rows if row.ref not in held)
        sellers = self.loading.people.sellers(row.seller for row in rows)
        fresh = [row for row in rows if row.ref not in held]
        cases = []
        deals = []
        for row in fresh:
            party, deal_id, currency = parties[row.party_ref], uuid7(), row.currency or self.firm.currency
            deals.append((deal_id, self.firm.id, row.ref, row.title, party.id, currency, row.custom, False))
            facts = self._facts(row, sellers.get(row.seller), deal_id)
            cases.append(Case(DealHead(deal_id, currency, party.country or self.firm.country), (), facts))
        insert_rows("deals_deal", DEAL_COLUMNS, deals)
        self.loading.outcome.counts["added"] += len(fresh)
        self.loading.outcome.counts["facts_added"] += sum(len(case.facts) for case in cases)
        cases += self._known([row for row in rows if row.ref in held], held)
        self.loading.settle(cases)

    def _facts(self, row: DealRow, seller: UUID | None, deal_id: UUID) -> list[Fact]:
        facts = with_seller(deal_facts(row, self.firm.tz, self.first_stage), row, seller)
        for key in (OPENED, HELD, CLOSED):
            self.loading.lines[deal_id, key] = row.line
        return facts

    def _known(self, rows: Sequence[DealRow], held: dict[str, HeldDeal]) -> Iterator[Case]:
        """Deals that exist: what is new of them, and with --update what differs."""
        ids = [held[row.ref].id for row in rows]
        lock_deals(self.firm, ids)
        acts = recorded_acts(self.firm, ids) if ids else {}
        met = {row.ref: self._met(row, held[row.ref], acts.get(held[row.ref].id, [])) for row in rows}
        heads = deal_heads(self.firm, ids)  # after the parties: working days are those of the client's place
        for row in rows:
            deal = held[row.ref]
            differs, has_moved = met[row.ref]
            facts = self._facts(row, self.loading.people.members.get(row.seller), deal.id)
            said = compare_row(facts, acts.get(deal.id, []), self.loading)
            self._note(row, said)
            update = self.loading.is_update
            new = said.facts if update else said.new
            self.loading.outcome.counts["facts_added"] += len(said.new)
            if deal.is_mentioned:
                self.loading.outcome.counts["added"] += 1
            elif differs or said.differs:
                self.loading.outcome.counts["changed" if update else "left"] += 1
            elif not said.new:
                self.loading.outcome.counts["unchanged"] += 1
            if new or has_moved or (update and said.unsaid):
                gone = said.corrected if update else frozenset()
                yield Case(heads[deal.id], acts.get(deal.id, ()), new, gone)

    def _met(self, row: DealRow, deal: HeldDeal, acts: Sequence[Recorded]) -> tuple[bool, bool]:
        """Whether a deal's identity differs from the row's, and whether it now has another party."""
        if deal.is_mentioned:
            return False, self._introduce(row, deal, has_money=any(act.postings for act in acts))
        differs = self._identity(row, deal)
        return differs, differs and self.loading.is_update and row.party_ref != deal.party_ref

    def _introduce(self, row: DealRow, deal: HeldDeal, *, has_money: bool) -> bool:
        """A deal only mentioned so far is now known; whether its party is another.

        It takes the row's currency, unless money moved on it already.
        """
        if has_money and not self._fits(row, deal):
            return False
        party = self.loading.people.parties([row.party_ref])[row.party_ref]
        Deal.objects.filter(firm=self.firm, id=deal.id).update(
            title=row.title, party_id=party.id, currency=row.currency or self.firm.currency, custom=row.custom,
            is_mentioned=False,
        )  # fmt: skip
        return row.party_ref != deal.party_ref

    def _fits(self, row: DealRow, deal: HeldDeal) -> bool:
        """A deal keeps its currency."""
        currency = row.currency or self.firm.currency
        if currency != deal.currency:
            facts = {"currency": deal.currency}
            self.loading.outcome.refuse(RowError(row.line, "currency", currency, "deal_has_currency", facts))
        return currency == deal.currency

    def _identity(self, row: DealRow, deal: HeldDeal) -> bool:
        """Title, party and currency beside those held; written when updating."""
        outcome = self.loading.outcome
        if not self._fits(row, deal):
            return False
        changes: dict[str, object] = {}
        if row.title not in (deal.title, row.ref):
            outcome.differs(row.line, row.ref, "title", deal.title, row.title)
            changes["title"] = row.title
        if row.party_ref != deal.party_ref:
            outcome.differs(row.line, row.ref, "party_ref", deal.party_ref, row.party_ref)
            if self.loading.is_update:
                changes["party_id"] = self.loading.people.parties([row.party_ref])[row.party_ref].id
        if changes and self.loading.is_update:
            Deal.objects.filter(firm=self.firm, id=deal.id).update(**changes)
        return bool(changes)

    def _note(self, row: DealRow, said: Said) -> None:
        for act, fact in said.changed:
            held, now = self._plain(act), self._plain(fact)
            for column in sorted(set(held) | set(now)):
                if held.get(column) != now.get(column):
                    self.loading.outcome.differs(row.line, row.ref, column, held.get(column, ""), now.get(column, ""))
        for act in said.unsaid:
            self.loading.outcome.differs(row.line, row.ref, "status", act.kind, row.status)

    def _plain(self, said: Recorded | Fact) -> dict[str, str]:
        """What a fact says, in words of the columns."""
        words = {name: str(value) for name, value in said.details.items() if value not in (None, "") and name in SHOWN}
        if seller := said.details.get("seller"):
            words["seller"] = next(
                (name for name, known in self.loading.people.members.items() if str(known) == seller), ""
            )
        on = {"opened": "opened_on", "hold": "wake_on"}.get(said.kind, "closed_on")
        status = {"opened": {}, "hold": {"status": "waiting"}}.get(said.kind, {"status": said.kind})
        return {**words, **status, **({} if on == "wake_on" else {on: self.firm.day(said.at).isoformat()})}


def story(recorded: Sequence[Recorded], said: Said, is_update: bool) -> Story:
    """The facts of a deal that exists, before and after what a file says of it."""
    held = [act for act in effective(recorded) if not act.is_clock]
    gone = said.corrected if is_update else frozenset()
    kept = [act.as_fact(True) for act in held if act.id not in gone]
    return [act.as_fact(True) for act in held], kept + list(said.facts if is_update else said.new)


def with_seller(facts: list[Fact], row: DealRow, seller: UUID | None) -> list[Fact]:
    """The opening also says who sells, and where the deal came from."""
    more = {"seller": str(seller) if seller else None, "source": row.source or None}
    known = {name: value for name, value in more.items() if value}
    return [replace(facts[0], details={**facts[0].details, **known}), *facts[1:]] if known else facts


def compare_row(facts: Sequence[Fact], acts: Sequence[Recorded], loading: Loading) -> Said:
    """A deal's own row beside the acts that hold."""
    said = compare(facts, effective(acts), loading.firm.day, prefix="row:")
    return said if "status" in loading.said_columns else replace(said, unsaid=())
