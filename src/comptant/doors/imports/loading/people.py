"""Parties and sellers that a file names and the firm does not know yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from comptant.doors.imports.loading.outcome import Outcome
from comptant.ground.database.bulk import insert_rows
from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import Firm, Member, Role
from comptant.ground.parties.models import Party

PARTY_COLUMNS = (
    "id", "firm_id", "ref", "name", "kind", "country", "siren", "siret", "vat_number", "bn", "email", "phone", "iban",
    "tags", "custom", "is_mentioned", "street", "postcode", "city", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownParty:
    """What loading needs of a party. ``country`` is blank where unknown."""

    id: UUID
    ref: str
    country: str


@dataclass
class People:
    """Parties and members by the words a file uses, made where they are missing."""

    firm: Firm
    outcome: Outcome
    members: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.members = dict(Member.objects.filter(firm=self.firm).values_list("name", "id"))

    def parties(self, refs: Iterable[str]) -> Mapping[str, KnownParty]:
        """The parties with these refs; one that is unknown is made, named by its ref. Two statements."""
        wanted = set(refs)
        found = {
            ref: KnownParty(party_id, ref, country)
            for party_id, ref, country in Party.objects.filter(firm=self.firm, ref__in=wanted).values_list(
                "id", "ref", "country"
            )
        }
        missing = sorted(wanted - set(found))
        made = {ref: KnownParty(uuid7(), ref, "") for ref in missing}
        insert_rows(
            "parties_party",
            PARTY_COLUMNS,
            (
                (party.id, self.firm.id, ref, ref, "company", *[""] * 8, [], {}, True, *[""] * 4)
                for ref, party in made.items()
            ),
        )
        self.outcome.counts["parties_added"] += len(made)
        return found | made

    def sellers(self, names: Iterable[str]) -> Mapping[str, UUID]:
        """The members with these names; one that is unknown becomes an inactive seller."""
        missing = sorted({name for name in names if name} - set(self.members))
        if missing:
            made = [Member(firm=self.firm, name=name, role=Role.SELLER, is_active=False) for name in missing]
            for member in Member.objects.bulk_create(made):
                self.members[member.name] = member.id
            self.outcome.counts["members_added"] += len(made)
        return self.members
