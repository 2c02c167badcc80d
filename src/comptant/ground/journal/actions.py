"""The only writer of value: ``post`` for one act, ``settle`` and its callers for many.

Source: product.md section 2; docs/invariants.md; docs/decisions/0003-timeline-from-facts.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from comptant.ground.database.bulk import Part
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.acts import Fact, Posting
from comptant.ground.journal.differences import Addition, Correction, difference, effective, facts_of
from comptant.ground.journal.presence import presence
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.replay import STATED_RANK, Refused, Room, State, replay, routed_kinds
from comptant.ground.journal.rollup import roll_acts
from comptant.ground.journal.rooms import Beginning, Case, DealHead, Desk, Settled, desks, routes
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import NewAct, NothingThere, write_acts, write_story, write_tally
from comptant.ground.refusals import Refusal


def go_live(firm: Firm, at: datetime) -> None:
    """The first act that is not imported makes the firm live: what was concluded before then is no longer redrawn."""
    day = firm.day(at)
    if firm.live_on is None or day < firm.live_on:
        Firm.objects.filter(pk=firm.pk).update(live_on=day)
        firm.live_on = day


class NotEnoughThere(Refusal):
    """A posting takes more than stands in its account."""


def lock_deals(firm: Firm, deal_ids: Sequence[UUID]) -> None:
    """Hold the deals until the transaction ends, in id order; 404 is the caller's business."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM deals_deal WHERE firm_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [firm.id, sorted(deal_ids)],
        )
        if len(cursor.fetchall()) != len(set(deal_ids)):
            raise Refusal("no_such_deal")


@transaction.atomic
def post(
    deal: Deal,
    *,
    act: str,
    at: datetime,
    by: Member | None = None,
    postings: Sequence[Posting] = (),
    stage: str = "",
    details: Mapping[str, Any] | None = None,
    key: str = "",
    document_sha256: bytes | None = None,
) -> UUID:
    """Record one act with the postings it states, the deal locked; its id comes back.

    A late act, dated before acts of its deal, has the clock's conclusions after it taken back and drawn again.
    Raises NotEnoughThere when a balance other than ``origin`` would go below zero at any instant; RuntimeError for a
    kind that a room routes: drawn again, its euros would go where the room says, so it is said with ``record``.
    """
    if routes(act):
        raise RuntimeError(f"{act} is routed by its room: say it with record")
    firm = deal.firm
    lock_deals(firm, [deal.id])
    last_seq, is_late = _head(firm, deal.id, at)
    fact = Fact(act, at, dict(details or {}), key, by.id if by else None, None, last_seq + 1, document_sha256)
    if is_late:
        return _post_late(firm, deal, fact, tuple(postings))
    new = NewAct(
        deal.id, last_seq + 1, last_seq + 1, STATED_RANK, act, at, firm.day(at), fact.by, False, stage,
        dict(fact.details), key, None, document_sha256, tuple(postings),
    )  # fmt: skip
    _write(firm, [new])
    return new.id


@transaction.atomic
def record(firm: Firm, facts: Mapping[UUID, Sequence[Fact]], *, live: bool = True) -> list[NewAct]:
    """Say facts of deals, in one transaction; their rooms route the euros. The acts written come back, in id order.

    The deals are locked in id order, whatever the order given. Unless the facts come from a file (``live`` False), the
    firm is live from the first of them on. Raises Refused, naming the fact, when one is impossible at its moment; then
    nothing is written.
    """
    said = [fact.at for told in facts.values() for fact in told]
    if live and said:
        go_live(firm, min(said))
    return settle(firm, load_cases(firm, facts))


def begin(firm: Firm, head: DealHead, fact: Fact, *, also: Sequence[Part] = ()) -> Settled:
    """Tell the first fact of a deal made in this very transaction: nobody else knows it, so nothing is locked or read.

    What became of it comes back. ``also`` are rows written in the same statement, the deal's own among them. Raises
    Refused; the caller's transaction, or savepoint, then ends.
    """
    go_live(firm, fact.at)
    bench, until, sums = Bench.open(firm), clock_end(firm), Tally()
    settled = _settled(Case(head, (), (fact,)), bench, until)
    _count(firm, settled, sums)
    first = [desk.first_rows(firm, settled) for desk, _ in bench.opened if isinstance(desk, Beginning)]
    write_story(firm, _new_acts(firm, settled), sums, [*also, *first])
    for desk, _ in bench.opened:
        if not isinstance(desk, Beginning):
            desk.keep(firm, [settled], until)
    return settled


def _head(firm: Firm, deal_id: UUID, at: datetime) -> tuple[int, bool]:
    """The deal's last sequence number, and whether ``at`` lies before an act of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(seq), max(occurred_at) FROM journal_act WHERE firm_id = %s AND deal_id = %s",
            [firm.id, deal_id],
        )
        last_seq, last_at = cursor.fetchone()
    return last_seq or 0, last_at is not None and at < last_at


def _post_late(firm: Firm, deal: Deal, fact: Fact, postings: tuple[Posting, ...]) -> UUID:
    stated = Fact(fact.kind, fact.at, fact.details, fact.key, fact.by, None, fact.seq, fact.document_sha256, postings)
    acts = settle(firm, load_cases(firm, {deal.id: [stated]}))
    return next(act.id for act in acts if act.said == fact.seq and act.corrects is None and not act.is_clock)


def _write(firm: Firm, acts: Sequence[NewAct], *, fresh: bool = False, rolled: bool = False) -> None:
    try:
        with transaction.atomic(savepoint=False):
            write_acts(firm, acts, fresh=fresh, rolled=rolled)
    except NothingThere as missing:
        raise NotEnoughThere("not_enough_there") from missing
    except IntegrityError as error:
        if "balance_not_negative" in str(error):
            raise NotEnoughThere("not_enough_there") from error
        raise


def load_cases(firm: Firm, facts: Mapping[UUID, Sequence[Fact]]) -> list[Case]:
    """The deals named, locked, with what the journal holds of them, in id order. Three queries, however many deals.

    Locked before they are read: an act that someone else records meanwhile is either read here or comes after.
    """
    lock_deals(firm, list(facts))
    heads = deal_heads(firm, list(facts))
    recorded = recorded_acts(firm, list(facts))
    return [Case(heads[deal_id], recorded.get(deal_id, ()), facts[deal_id]) for deal_id in sorted(facts)]


@dataclass
class Bench:
    """The rooms' rules for one firm, opened once for many deals."""

    firm: Firm
    opened: list[tuple[Desk, Callable[[DealHead], Room]]] = field(default_factory=list)

    @classmethod
    def open(cls, firm: Firm) -> Bench:
        """Every registered room, with what it needs to know of the firm."""
        return cls(firm, [(desk, desk.open(firm)) for desk in desks()])

    def rooms(self, head: DealHead) -> list[Room]:
        """The rules for one deal, in the order of the journey."""
        return [room(head) for _, room in self.opened]


def clock_end(firm: Firm) -> datetime:
    """The last instant the clock has concluded upon: the end of the firm's ``clock_on``."""
    if firm.clock_on is None:
        raise RuntimeError("the firm's clock was never set")
    return firm.midnight(firm.clock_on + timedelta(days=1)) - timedelta(microseconds=2)


def drawn(firm: Firm, deal_ids: Sequence[UUID], bench: Bench) -> Iterator[Settled | Refused]:
    """Each deal's timeline drawn again from its facts, beside what the journal holds; writes nothing.

    In id order; Refused in place of a deal whose facts are impossible.
    """
    heads, recorded, until = deal_heads(firm, deal_ids), recorded_acts(firm, deal_ids), clock_end(firm)
    for deal_id in sorted(deal_ids):
        try:
            yield _settled(Case(heads[deal_id], recorded.get(deal_id, ()), ()), bench, until)
        except Refused as refused:
            yield refused


def state_at(firm: Firm, deal_ids: Sequence[UUID], at: datetime) -> dict[UUID, State]:
    """What stood where, and what each room remembered, after everything up to ``at`` included. Reads only.

    Drawn from the facts that hold, time's conclusions up to ``at`` among them, even those the clock has not come to
    yet. A deal of which nothing was said by then has an empty state. Lock the deals first to act upon what is read.
    """
    heads, recorded, bench = deal_heads(firm, deal_ids), recorded_acts(firm, deal_ids), Bench.open(firm)
    states = {}
    for deal_id in deal_ids:
        rooms = bench.rooms(heads[deal_id])
        held = [act for act in effective(recorded.get(deal_id, ())) if act.at <= at]
        states[deal_id] = replay(facts_of(held, routed_kinds(rooms)), rooms, at).state
    return states


OnRefused = Callable[[Case, Refused], Case | None]
"""Told of a refused case; gives it back mended, or None to leave it out."""


@transaction.atomic
def settle(
    firm: Firm,
    cases: Sequence[Case],
    *,
    bench: Bench | None = None,
    tally: Tally | None = None,
    on_refused: OnRefused | None = None,
) -> list[NewAct]:
    """Bring each deal to the timeline its facts tell; the acts written come back. ``post_many`` for facts.

    What no longer holds is corrected, what is new is added, the clock's conclusions are drawn again up to the
    firm's ``clock_on``; all in one transaction. Deals are locked in id order. Raises Refused, naming
    the fact, when one is impossible; then nothing is written. ``tally`` gathers the rollup of many calls.
    """
    bench, until, sums = bench or Bench.open(firm), clock_end(firm), tally if tally is not None else Tally()
    lock_deals(firm, [case.head.id for case in cases if case.recorded])
    roll_acts(firm, [act.id for case in cases for act in case.recorded if not act.is_clock])
    settled = [one for case in cases if (one := _settled_or_mended(case, bench, until, on_refused))]
    acts = [act for one in settled for act in _new_acts(firm, one)]
    for one in settled:
        _count(firm, one, sums)
    fresh = not any(case.recorded for case in cases)
    _write(firm, acts, fresh=fresh, rolled=True)
    for desk, _ in bench.opened:
        desk.keep(firm, settled, until)
    if tally is None:
        write_tally(firm, sums)
    return acts


def _settled_or_mended(case: Case, bench: Bench, until: datetime, on_refused: OnRefused | None) -> Settled | None:
    """The settled case; refused, what ``on_refused`` makes of it; without one, Refused is raised."""
    mended: Case | None = case
    while mended is not None:
        try:
            return _settled(mended, bench, until)
        except Refused as refused:
            if on_refused is None:
                raise
            mended = on_refused(mended, refused)
    return None


def _settled(case: Case, bench: Bench, until: datetime) -> Settled:
    rooms = bench.rooms(case.head)
    held = effective(case.recorded)
    routed = routed_kinds(rooms) if held else {}
    last = max((act.seq for act in case.recorded), default=0)
    said = [act for act in held if act.id not in case.unsaid]
    facts = [*facts_of(said, routed), *_numbered(case.facts, last)]
    timeline = replay(facts, rooms, until)
    return Settled(case, timeline, difference(held, timeline))


def _numbered(facts: Sequence[Fact], last: int) -> list[Fact]:
    """New facts take their place after those recorded, in the order given."""
    return [
        Fact(f.kind, f.at, f.details, f.key, f.by, None, last + n, f.document_sha256, f.postings)
        for n, f in enumerate(facts, start=1)
    ]


def _new_acts(firm: Firm, settled: Settled) -> list[NewAct]:
    head, acts = settled.case.head, []
    seq = max((act.seq for act in settled.case.recorded), default=0)
    for correction in settled.difference.corrections:
        seq += 1
        acts.append(_corrected(firm, head.id, seq, correction))
    for addition in settled.difference.additions:
        seq += 1
        acts.append(_added(firm, head.id, seq, addition))
    return acts


def _corrected(firm: Firm, deal_id: UUID, seq: int, correction: Correction) -> NewAct:
    act = correction.act
    return NewAct(
        deal_id, seq, act.said, act.rank, "corrected", act.at, firm.day(act.at), None, act.is_clock, act.stage,
        {"kind": act.kind}, "", act.id, None, correction.postings,
    )  # fmt: skip


def _added(firm: Firm, deal_id: UUID, seq: int, addition: Addition) -> NewAct:
    entry, fact = addition.entry, addition.entry.fact
    said = addition.said if addition.said is not None else (fact.seq if fact else seq)
    return NewAct(
        deal_id, seq, said, addition.rank, entry.kind, entry.at, firm.day(entry.at),
        fact.by if fact else None, entry.is_clock, entry.stage, dict(entry.details), fact.key if fact else "",
        None, fact.document_sha256 if fact else None, entry.postings,
    )  # fmt: skip


def _count(firm: Firm, settled: Settled, tally: Tally) -> None:
    """Add to the rollup what this deal's new acts change."""
    currency = settled.case.head.currency
    for correction in settled.difference.corrections:
        for posting in correction.act.postings:
            tally.flow(firm.day(correction.act.at), currency, posting, -1)
    for addition in settled.difference.additions:
        for posting in addition.entry.postings:
            tally.flow(firm.day(addition.entry.at), currency, posting)
    if settled.difference:
        held = effective(settled.case.recorded)
        tally.presence(currency, presence((firm.day(act.at), act.postings) for act in held), -1)
        entries = settled.timeline.entries
        tally.presence(currency, presence((firm.day(entry.at), entry.postings) for entry in entries))
