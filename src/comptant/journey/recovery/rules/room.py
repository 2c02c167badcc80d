"""How what is fought for moves euros: contested, settled, doubtful, given up, taken up again. No clock, no database.

A euro stands where it waits for the worst: doubtful, disputed, overdue, invoiced. The facts stay as they were said.
Source: product.md section 2, "how acts post"; docs/decisions/0010-where-a-claimed-euro-stands.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from comptant.ground.journal.acts import ZERO, Entry, Fact, Posting
from comptant.ground.journal.replay import Refused, State, Timeless
from comptant.journey.invoices.rules.claims import WORST_FIRST, claim_in, claims_of, gross_of, moved, sunk
from comptant.journey.offers.rules import amount, stage_of

BECOMES_DOUBTFUL = ("invoiced", "overdue", "disputed")


class RecoveryRoom(Timeless):
    """Routes disputes, insolvencies and write-offs, for deals of one currency.

    Refusals: not_invoiced, disputed_more_than_open, not_disputed, written_off_more_than_open.
    """

    name = "recovery"
    begins_with = ""
    kinds: Mapping[str, int] = {
        "disputed": 8, "dispute_settled": 9, "insolvency": 12, "written_off": 13, "restored": 13,
    }  # fmt: skip

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._routes: dict[str, Callable[[State, Fact], Sequence[Posting]]] = {
            "disputed": self._disputed,
            "dispute_settled": self._dispute_settled,
            "insolvency": self._insolvency,
            "written_off": self._written_off,
            "restored": self._restored,
        }

    def record(self, state: State, fact: Fact) -> Entry:
        """The entry of what was said. Raises Refused."""
        postings = tuple(self._routes[fact.kind](state, fact))
        return Entry(fact.kind, fact.at, postings, stage=stage_of(state), details=fact.details, fact=fact)

    def _disputed(self, state: State, fact: Fact) -> Sequence[Posting]:
        """A part, tax included, of what is invoiced or overdue becomes disputed; the rest stays due.

        What is doubtful may be contested too, and stays doubtful.
        """
        claim, dispute = claim_in(state, fact), _name(fact)
        postings, left = moved(
            state, claim, amount(fact), ("overdue", "invoiced"), "disputed", self.currency, is_first=False
        )
        if left > sum(state.of("doubtful", claim.document)):
            raise Refused("disputed_more_than_open", fact, number=claim.number, left=str(left))
        claim.disputes[dispute] = claim.disputes.get(dispute, ZERO) + gross_of(postings)
        return postings

    def _dispute_settled(self, state: State, fact: Fact) -> Sequence[Posting]:
        """What is still contested is due again, by its date; what was paid or credited meanwhile is settled already."""
        claim, dispute = claim_in(state, fact), _name(fact)
        contested = claim.disputes.get(dispute)
        if contested is None:
            raise Refused("not_disputed", fact, number=claim.number)
        part = min(amount(fact), contested) if fact.details.get("amount") is not None else contested
        target = "invoiced" if fact.at < claim.overdue_at else "overdue"
        postings, _ = moved(state, claim, part, ("disputed",), target, self.currency)
        claim.disputes[dispute] = contested - part
        return postings

    def _insolvency(self, state: State, fact: Fact) -> Sequence[Posting]:
        """All that the debtor owes on this deal is doubtful; what is invoiced afterwards is due as usual."""
        postings: list[Posting] = []
        for claim in claims_of(state).values():
            claim.is_doubtful = True
            claim.disputes = dict.fromkeys(claim.disputes, ZERO)
            postings += moved(state, claim, None, BECOMES_DOUBTFUL, "doubtful", self.currency)[0]
        return postings

    def _written_off(self, state: State, fact: Fact) -> Sequence[Posting]:
        """Given up: the amount said, or without one whatever is open."""
        claim = claim_in(state, fact)
        part = amount(fact) if fact.details.get("amount") is not None else None
        postings, left = moved(state, claim, part, WORST_FIRST, "written_off", self.currency, is_first=False)
        if left:
            raise Refused("written_off_more_than_open", fact, number=claim.number, left=str(left))
        claim.less_contested(gross_of(postings, "disputed"))
        return postings

    def _restored(self, state: State, fact: Fact) -> Sequence[Posting]:
        """Given up by mistake: overdue again, or doubtful when the debtor is insolvent."""
        claim = claim_in(state, fact)
        postings, _ = moved(state, claim, None, ("written_off",), "overdue", self.currency)
        return [*postings, *sunk(claim, postings)]


def _name(fact: Fact) -> str:
    """The dispute a fact is of; blank for the one of a file, which gives none."""
    return str(fact.details.get("dispute") or "")
