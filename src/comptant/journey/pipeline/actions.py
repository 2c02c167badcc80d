"""Acts of the pipeline: a firm's stages, and every fact a person states on a deal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import begin, load_cases, post, record, settle
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.differences import effective
from comptant.ground.journal.rooms import DealHead
from comptant.ground.money.amounts import Money, quantum
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.pipeline.clock import draw_again
from comptant.journey.pipeline.desk import STANDING_COLUMNS, standing_rows
from comptant.journey.pipeline.models import Closure, Cost, Stage, StageKind, Standing

DECLARED = {"contacted": 14, "discovery": 14, "proposal": 21, "decision": 14}
"""Days of silence declared by default, by stage (product.md 4.2)."""

STAGE_NAMES = {
    "fr": ("Premier échange", "Découverte", "Proposition remise", "Oui ou non"),
    "fr-ca": ("Premier échange", "Découverte", "Soumission remise", "Oui ou non"),
    "en": ("First talk", "Discovery", "Proposal delivered", "Yes or no"),
}


DEAL_COLUMNS = ("id", "firm_id", "ref", "title", "party_id", "currency", "custom", "is_mentioned")


def lay_stages(firm: Firm) -> list[Stage]:
    """The firm gets the usual four stages, named in its language; it may rename them."""
    names = STAGE_NAMES.get(firm.language, STAGE_NAMES["en"])
    stages = [
        Stage(firm=firm, key=key, kind=StageKind(key), name=name, position=position, declared_days=days)
        for position, ((key, days), name) in enumerate(zip(DECLARED.items(), names, strict=True), start=1)
    ]
    return Stage.objects.bulk_create(stages)


@transaction.atomic
def open_deal(
    party: Party,
    ref: str,
    title: str,
    *,
    stage: str,
    at: datetime,
    by: Member,
    amount: str | None = None,
    decision_on: date | None = None,
    source: str = "",
    seller: Member | None = None,
) -> Deal:
    """A deal is opened: the first buyer move. Without an ``amount`` (net) it counts as a prospect and for 0.

    Raises Refused when what is said of it is impossible, and Refusal deal_ref_taken.
    """
    opening = Opening(stage, amount, decision_on, source, seller)
    return open_within(party, ref, title, opening, at=at, by=by)[0]


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said of a deal when it is opened. ``amount`` is net, as text."""

    stage: str
    amount: str | None = None
    decision_on: date | None = None
    source: str = ""
    seller: Member | None = None

    def details(self, by: Member) -> dict[str, Any]:
        """As its act keeps it."""
        return {
            "amount": self.amount,
            "stage": self.stage,
            "decision_on": self.decision_on.isoformat() if self.decision_on else None,
            "seller": str((self.seller or by).id),
            "source": self.source,
        }


def open_within(
    party: Party, ref: str, title: str, opening: Opening, *, at: datetime, by: Member
) -> tuple[Deal, Standing]:
    """As ``open_deal``, in a transaction, or savepoint, that ends with whatever is raised here.

    With it comes where the deal stands, as it was written.
    """
    firm = party.firm
    deal = Deal(firm=firm, ref=ref, title=title, party=party, currency=firm.currency)
    row: tuple[Any, ...] = (deal.id, firm.id, ref, title, party.id, deal.currency, {}, False)
    head = DealHead(deal.id, deal.currency, party.country or firm.country)
    fact = Fact("opened", at, opening.details(by), by=by.id)
    try:
        settled = begin(firm, head, fact, also=[("deals_deal", DEAL_COLUMNS, [row])])
    except IntegrityError as error:
        if "deal_ref_once" in str(error):
            raise Refusal("deal_ref_taken", ref=ref) from error
        raise
    [standing] = standing_rows(firm, [settled])
    return deal, Standing(**dict(zip(STANDING_COLUMNS, standing, strict=True)))


@transaction.atomic
def say(deal: Deal, kind: str, details: Mapping[str, Any] | None = None, *, at: datetime, by: Member) -> UUID:
    """Record what someone says happened on a deal; its euros go where the pipeline's rules send them.

    Raises Refused when it is impossible at that moment. The act's id comes back.
    """
    fact = Fact(kind, at, dict(details or {}), by=by.id)
    acts = record(deal.firm, {deal.id: [fact]})
    return next(act.id for act in reversed(acts) if act.kind == kind and not act.is_clock)


UNSAID = frozenset(
    {"buyer_move", "seller_touch", "maybe", "meeting_accepted", "stage", "estimate", "hold", "wake", "lost", "vanished",
     "declined", "reactivated"}
)  # fmt: skip
"""What its author may take back: words about a sale, never what a client signed or a bank booked."""


@transaction.atomic
def unsay(deal: Deal, act_id: UUID, *, at: datetime, by: Member) -> None:
    """Take back what one said of a deal: the act stays, a later one corrects it, and time concludes again.

    Raises Refusal nothing_to_undo when it is not there, was taken back already, was said by someone else, or is not
    for taking back; Refused when what was said since cannot do without it.
    """
    [case] = load_cases(deal.firm, {deal.id: []})
    act = next((act for act in effective(case.recorded) if act.id == act_id), None)
    if act is None or act.is_clock or act.by != by.id or act.kind not in UNSAID:
        raise Refusal("nothing_to_undo")
    settle(deal.firm, [replace(case, unsaid=frozenset({act_id}))])
    post(deal, act="undone", at=at, by=by, details={"kind": act.kind, "act": str(act_id)})


@transaction.atomic
def declare_closure(firm: Firm, first_on: date, last_on: date) -> Closure:
    """The firm is closed from one day to another, both included: silence does not count them, past days neither."""
    closure: Closure = Closure.objects.create(firm=firm, first_on=first_on, last_on=last_on)
    draw_again(firm)
    return closure


@transaction.atomic
def add_cost(deal: Deal, *, amount: Decimal, on: date, label: str, at: datetime, by: Member) -> Cost:
    """A cost of the deal, net, on a day not to come; an amount below zero says that some came back. Told by an act.

    Raises Refusal: bad_amount, bad_day.
    """
    firm = deal.firm
    if not amount or amount != Money(amount.quantize(quantum(deal.currency)), deal.currency).amount:
        raise Refusal("bad_amount", amount=str(amount))
    if on > firm.day(at):
        raise Refusal("bad_day", day=on.isoformat())
    cost: Cost = Cost.objects.create(
        firm=firm, deal=deal, amount=amount, on=on, label=label.strip()[:200], by=by, entered_at=at
    )
    details = {"cost": str(cost.id), "amount": str(amount), "on": on.isoformat(), "label": cost.label}
    post(deal, act="cost", at=at, by=by, details=details)
    return cost


@transaction.atomic
def change_stage(firm: Firm, key: str, *, name: str, declared_days: int) -> Stage:
    """The stage has this name, and declares these days of silence.

    Months whose threshold is recorded keep it: the days hold from the first of next month on. Before the first record
    they hold at once, and conclusions are drawn again. Raises Refusal unknown_stage.
    """
    stage: Stage | None = Stage.objects.select_for_update().filter(firm=firm, key=key).first()
    if stage is None:
        raise Refusal("unknown_stage", stage=key)
    has_other_days = stage.declared_days != declared_days
    stage.name, stage.declared_days = name, declared_days
    stage.save(update_fields=["name", "declared_days"])
    if has_other_days:
        draw_again(firm)
    return stage
