"""What random players may say of a few deals, said both to the house and to the little model."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st

from comptant.ground.deals.models import Deal
from comptant.ground.firms.actions import found_firm
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import load_cases, post, settle
from comptant.ground.journal.acts import Fact, Posting
from comptant.ground.parties.models import Party
from comptant.journey.invoices import clock as invoices
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline import clock as pipeline
from comptant.journey.pipeline.actions import lay_stages, say
from comptant.journey.pipeline.models import Closure
from tests.ground.little_model import Event, Thread
from tests.pipeline.made_up import DECLARED, fact_of, instant
from tests.pipeline.oracle import Said, World

START = date(2026, 3, 2)
CLOSURES = [(date(2026, 4, 6), date(2026, 4, 12)), (date(2026, 5, 1), date(2026, 5, 3))]
WORLD = World("FR", dict(DECLARED), {}, CLOSURES)
STATED = [
    ("origin", "signed"), ("signed", "billable"), ("signed", "cancelled"), ("signed", "origin"),
    ("origin", "held"), ("held", "origin"), ("origin", "cashed"),
]  # fmt: skip

amounts = st.one_of(st.integers(0, 3000).map(Decimal), st.decimals(0, 500, places=2))
stages = st.sampled_from(sorted(DECLARED))


def found(ref: str) -> Firm:
    """A firm with stages, closures, a seller and a party; call it within no scope."""
    return found_firm(ref, today=START, ref=ref)


def furnish(firm: Firm) -> None:
    lay_stages(firm)
    Closure.objects.bulk_create([Closure(firm=firm, first_on=first, last_on=last) for first, last in CLOSURES])
    Member.objects.create(firm=firm, name="Ada", role="owner")
    Party.objects.create(firm=firm, ref="P1", name="Verger Bio", country="FR")


def open_deal(firm: Firm, ref: str) -> Deal:
    """A deal of which nothing is said yet."""
    return Deal.objects.create(firm=firm, ref=ref, party=Party.objects.get(), currency=firm.currency)


@st.composite
def hopes(draw: st.DrawFn, at: datetime, kind: str) -> Said:
    """Something said of a prospect at that time; possible or not."""
    day = at.date()
    near = st.integers(-5, 30).map(lambda days: day + timedelta(days=days))
    values: dict[str, st.SearchStrategy[Any]] = {
        "opened": st.tuples(stages, amounts, st.none() | near),
        "estimate": amounts,
        "stage": stages,
        "reactivated": stages,
        "offer_sent": st.none() | near,
        "meeting_accepted": near,
        "hold": near,
        "won": st.none() | amounts,
    }
    return Said(at, kind, draw(values[kind]) if kind in values else None)


@st.composite
def claims(draw: st.DrawFn, at: datetime, kind: str, documents: list[str]) -> Event:
    """Something said of an agreement, an invoice or money, or an act that states its own posting; possible or not."""
    if kind == "stated":
        source, target = draw(st.sampled_from(STATED))
        return Event(at, kind, net=draw(amounts), tax=draw(amounts), source=source, target=target)
    net = draw(amounts)
    tax = draw(st.sampled_from([net / 5, net * 0, net / 20]) | amounts)
    event = Event(at, kind, net=net, tax=tax.quantize(CENT), part=draw(st.none() | amounts | amounts))
    if kind in OF_ANY:
        document = draw(st.sampled_from(["", *documents])) if kind == "held_used" else ""
        return replace(event, document=document, part=event.part or net)
    due_on = at.date() + timedelta(days=draw(st.integers(0, 40))) if kind == "invoiced" else None
    part = event.part if kind in {"paid", "dispute_settled", "written_off"} else event.part or net
    name, flag = draw(st.sampled_from(["", "a", "b"])), kind == "credited" and draw(st.booleans())
    document = draw(st.sampled_from(documents))
    return replace(event, document=document, due_on=due_on, part=part, name=name, flag=flag)


CENT = Decimal("0.01")


HOPES = [
    *["estimate"] * 2, *["stage"] * 3, *["buyer_move"] * 3, *["hold"] * 2, *["offer_sent"] * 2, "wake",
    "meeting_accepted", "seller_touch", "maybe", "lost", "vanished", "declined", "reactivated", *["won"] * 2,
]  # fmt: skip
CLAIMS = [
    *["invoiced"] * 5, *["paid"] * 4, *["disputed"] * 3, *["dispute_settled"] * 2, *["credited"] * 2, "discounted",
    *["bounced"] * 2, *["written_off"] * 2, "restored", "insolvency", "delivered", "ended", "extra_accepted",
    "amended_down", "received", "penalty_paid", "held_used", "stated",
]  # fmt: skip
QUARRELS = {"": "", "a": str(UUID(int=10)), "b": str(UUID(int=11))}
OF_ANY = {
    "insolvency", "delivered", "ended", "extra_accepted", "amended_down", "received", "penalty_paid", "held_used",
}  # fmt: skip
"""Kinds that need no document."""


class House:
    """The product, in the words of the little model; within the firm's scope."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.ada = Member.objects.get(name="Ada")

    def hear(self, deal: Deal, told: Said | Event, tax: Decimal | None = None) -> None:
        """Say it to the product. Raises Refusal, and then nothing is written."""
        with transaction.atomic():
            if isinstance(told, Said):
                fact = fact_of(told, 0)
                details = {**fact.details, **({"tax": str(tax)} if tax is not None else {})}
                say(deal, told.kind, details, at=fact.at, by=self.ada)
            elif told.kind == "stated":
                posting = Posting(told.source, told.target, told.net, told.tax)
                post(deal, act="stated", at=instant(told.at), by=self.ada, postings=[posting])
            else:
                settle(self.firm, load_cases(self.firm, {deal.id: [self.fact(deal, told)]}))

    def fact(self, deal: Deal, told: Said | Event, tax: Decimal | None = None) -> Fact:
        """What is said, as a fact; an invoice is entered the first time."""
        if isinstance(told, Said):
            fact = fact_of(told, 0)
            return Fact(told.kind, fact.at, {**fact.details, **({"tax": str(tax)} if tax is not None else {})})
        if told.kind == "stated":
            posting = Posting(told.source, told.target, told.net, told.tax)
            return Fact("stated", instant(told.at), postings=(posting,))
        invoice = self.enter(deal, told) if told.kind == "invoiced" else None
        if told.document and invoice is None:
            invoice = Invoice.objects.get(number=told.document)
        details: dict[str, Any] = {"net": str(told.net), "tax": str(told.tax), "dispute": QUARRELS[told.name]}
        if told.kind == "delivered":
            del details["tax"]
        if invoice is not None:
            details |= {"document": str(invoice.id), "number": told.document}
        if told.part is not None:
            details["amount"] = str(told.part)
        if told.flag:
            details["reissue"] = True
        if told.due_on:
            details["due_on"] = told.due_on.isoformat()
        return Fact(told.kind, instant(told.at), details)

    def enter(self, deal: Deal, told: Event) -> Invoice:
        return Invoice.objects.create(
            firm=self.firm, deal=deal, party_id=deal.party_id, number=told.document, kind="invoice",
            issued_on=told.at.date(), due_on=told.due_on, net=told.net, tax=told.tax, currency=deal.currency,
            open_net=0, open_tax=0,
        )  # fmt: skip

    def run_clock(self, until: date) -> int:
        """As the nightly run does, thresholds left alone."""
        self.firm.clock_on = until
        Firm.objects.filter(pk=self.firm.pk).update(clock_on=until)
        return pipeline.cross(self.firm, until) + invoices.cross(self.firm, until)


def heard(thread: Thread, told: Said | Event, tax: Decimal | None = None) -> Thread:
    """The thread once more is said."""
    if isinstance(told, Event):
        return Thread(thread.ref, thread.told, [*thread.events, told])
    signatures = [Event(told.at, "signed", tax=tax or Decimal(0))] if told.kind == "won" else []
    return Thread(thread.ref, [*thread.told, told], [*thread.events, *signatures])
