"""Tells the journal what the rows of payments say: whatever changed in them, the journal comes to agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from uuid import UUID

from comptant.ground.firms.models import Firm
from comptant.ground.journal.actions import Bench, load_cases, settle
from comptant.ground.journal.acts import Fact, Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.rooms import Case
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import NewAct
from comptant.journey.payments.models import HeldUse
from comptant.journey.payments.queries import received_of
from comptant.journey.payments.rules.telling import CreditUse, Received, facts_of, facts_of_use, prefix

HEAD = len("use:") + 32
"""Of a fact's key, what says of which payment or use it is."""


def tell(
    firm: Firm,
    payments: Sequence[UUID] = (),
    uses: Sequence[HeldUse] = (),
    *,
    also: Iterable[UUID] = (),
    gone: Iterable[UUID] = (),
    more: Mapping[UUID, Sequence[Fact]] | None = None,
    bench: Bench | None = None,
    tally: Tally | None = None,
) -> list[NewAct]:
    """Bring the journal to what the rows of these payments and uses say; the acts written come back.

    ``also`` are deals on which they were told before, ``gone`` payments that are no more: what was told of them there
    is taken back. ``more`` are facts said with them. Deals are locked in id order, in one call.
    Raises Refused when a fact is impossible at its moment.
    """
    received = received_of(firm, payments).values()
    return tell_received(firm, received, uses, also=also, gone=gone, more=more, bench=bench, tally=tally)


def tell_received(
    firm: Firm,
    payments: Iterable[Received],
    uses: Sequence[HeldUse] = (),
    *,
    also: Iterable[UUID] = (),
    gone: Iterable[UUID] = (),
    more: Mapping[UUID, Sequence[Fact]] | None = None,
    bench: Bench | None = None,
    tally: Tally | None = None,
) -> list[NewAct]:
    """The same for payments whose rows were just written, or read: nothing is read of them again."""
    known = list(payments)
    told: dict[UUID, list[Fact]] = {deal: [] for deal in also}
    for received in known:
        _gather(told, facts_of(received))
    _gather(told, more or {})
    for use in uses:
        if use.amount:
            _gather(told, facts_of_use(_credit_use(use)))
    begun = {prefix(payment)[:HEAD] for payment in (*(one.id for one in known), *gone)}
    begun |= {f"use:{use.id.hex}" for use in uses}
    cases = [one for case in load_cases(firm, told) if (one := _changed(case, begun))]
    return settle(firm, cases, bench=bench, tally=tally) if cases else []


def _gather(told: dict[UUID, list[Fact]], facts: Mapping[UUID, Sequence[Fact]]) -> None:
    for deal, said in facts.items():
        told.setdefault(deal, []).extend(said)


def _credit_use(use: HeldUse) -> CreditUse:
    credited, to = use.credited, use.to_invoice
    return CreditUse(
        use.id, credited.deal_id, credited.id, credited.number, use.amount, use.at, use.by_id,
        to.deal_id if to else None, to.id if to else None, to.number if to else "", use.label,
    )  # fmt: skip


def _changed(case: Case, begun: Set[str]) -> Case | None:
    """The case with only what is new, and what is no longer said; None when the journal says it all."""
    if not case.recorded:
        return case if case.facts else None
    held = {act.key: act for act in effective(case.recorded) if act.key[:HEAD] in begun}
    if not held:
        return case if case.facts else None
    new = [fact for fact in case.facts if not _same(held.get(fact.key), fact)]
    kept = {fact.key for fact in case.facts} - {fact.key for fact in new}
    unsaid = frozenset(act.id for key, act in held.items() if key not in kept)
    return replace(case, facts=new, unsaid=unsaid) if new or unsaid else None


def _same(act: Recorded | None, fact: Fact) -> bool:
    """The act says this fact; what its room added to it (the tax by rate) does not count."""
    if act is None or (act.kind, act.at) != (fact.kind, fact.at):
        return False
    return all(act.details.get(name) == value for name, value in fact.details.items())
