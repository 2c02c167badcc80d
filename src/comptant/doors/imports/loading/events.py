"""Events of deals that exist: each posted on its date, whatever was imported before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from comptant.doors.imports.facts import event_facts
from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.loading.deals import DEAL_COLUMNS, Story, held_deals, story
from comptant.doors.imports.loading.said import Said, compare
from comptant.doors.imports.loading.staging import Staging
from comptant.doors.imports.rows import EventRow
from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.journal.actions import lock_deals
from comptant.ground.journal.acts import Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.rooms import Case

UNKNOWN_PARTY = "?"
"""The party of deals that nobody has said yet."""

Group = tuple[UUID, list[EventRow], list[Recorded]]


class EventLoader:
    """Loads the staged rows, the events of a deal together."""

    def __init__(self, loading: Loading, staging: Staging) -> None:
        self.loading, self.staging, self.firm = loading, staging, loading.firm

    def check(self) -> None:
        """Note the events that come before their deal: they wait, and move nothing until a file says it."""
        for groups in self.staging.grouped():
            for ref in sorted(set(groups) - set(held_deals(self.loading, list(groups)))):
                rows = groups[ref]
                self.loading.outcome.notices.add("deal_not_known_yet", rows[0].line, len(rows), ref=ref)

    def stories(self) -> Iterator[Story]:
        """What each deal said before and will have said after, for the thresholds. Writes nothing."""
        for groups in self.staging.grouped():
            for _, rows, acts in self._groups(groups):
                yield story(acts, self._said(rows, acts), False)

    def load(self) -> None:
        """Write the events."""
        for groups in self.staging.grouped():
            cases = list(self._cases(groups))
            self.loading.settle(cases)
            self.loading.step(sum(map(len, groups.values())))

    def _cases(self, groups: dict[str, list[EventRow]]) -> Iterator[Case]:
        self._mention(groups)
        found = list(self._groups(groups))
        heads = deal_heads(self.firm, [deal_id for deal_id, _, _ in found])
        for deal_id, rows, acts in found:
            said = self._said(rows, acts)
            counts = self.loading.outcome.counts
            counts["facts_added"] += len(said.new)
            counts["added"] += len(said.new)
            counts["unchanged"] += len(said.known) + len(said.changed)
            for row, fact in zip(rows, event_facts(rows), strict=True):
                self.loading.lines[deal_id, fact.key] = row.line
            if said.new:
                yield Case(heads[deal_id], acts, said.new, said.outdone)

    def _mention(self, groups: dict[str, list[EventRow]]) -> None:
        """Make the deals that nobody has said yet, so that their events are kept."""
        missing = sorted(set(groups) - set(held_deals(self.loading, list(groups))))
        if missing:
            party = self.loading.people.parties([UNKNOWN_PARTY])[UNKNOWN_PARTY]
            currency = self.firm.currency
            no_custom: dict[str, str] = {}
            rows = [(uuid7(), self.firm.id, ref, ref, party.id, currency, no_custom, True) for ref in missing]
            insert_rows("deals_deal", DEAL_COLUMNS, rows)

    def _said(self, rows: Sequence[EventRow], acts: Sequence[Recorded]) -> Said:
        return compare(event_facts(rows), effective(acts), self.firm.day)

    def _groups(self, groups: dict[str, list[EventRow]]) -> Iterator[Group]:
        """The groups whose deal exists, with the acts held."""
        known = held_deals(self.loading, list(groups))
        lock_deals(self.firm, [deal.id for deal in known.values()])
        acts = recorded_acts(self.firm, [deal.id for deal in known.values()])
        for ref, deal in known.items():
            yield deal.id, groups[ref], acts.get(deal.id, [])
