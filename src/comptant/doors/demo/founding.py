"""Writes the demonstration: the firm and its people, then every deal's facts settled at once, as an import would."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from comptant.doors.demo import cast
from comptant.doors.demo.desk import lay_desk
from comptant.doors.demo.known import know_clients
from comptant.doors.demo.past import past_stories
from comptant.doors.demo.present import OVERPAID, present_stories
from comptant.doors.demo.story import CENT, PARIS, Bill, Story, facts_of
from comptant.ground.database.ids import uuid7
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.actions import add_member, found_alone, found_firm, slug
from comptant.ground.firms.models import Firm, Member, Role, User
from comptant.ground.firms.queries import OPERATOR, find_membership
from comptant.ground.journal.actions import go_live, load_cases, settle
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.rollup import roll_all
from comptant.ground.journal.rooms import Case, DealHead
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline.actions import lay_stages
from comptant.journey.pipeline.models import Closure
from comptant.journey.pipeline.thresholds import recorded_gaps, write_thresholds

CURRENCY = "EUR"


def create_demo() -> tuple[str, str] | None:
    """The demonstration firm is there, whole; how to sign in to it. None when it was there already.

    Must not run inside a firm's scope.
    """
    with transaction.atomic():
        found_alone()
        if find_membership(OPERATOR, cast.REF):
            return None
        firm = found_firm(
            cast.NAME, today=cast.TODAY, ref=cast.REF, language="fr", is_demo=True, fixed_today=cast.TODAY
        )
        with firm_scope(firm.id):
            password = _furnish(firm)
    return cast.EMAIL, password


def set_password() -> tuple[str, str] | None:
    """A new password for the demonstration's owner; None when there is no demonstration."""
    user = User.objects.filter(email=cast.EMAIL).first()
    if user is None or not find_membership(OPERATOR, cast.REF):
        return None
    password = _password()
    user.set_password(password)
    user.save()
    return cast.EMAIL, password


def _password() -> str:
    """Drawn, not written in the sources: the demonstration may stand on an open network."""
    return secrets.token_urlsafe(9)


def _furnish(firm: Firm) -> str:
    """Everything within the firm; the owner's password comes back."""
    lay_stages(firm)
    Closure.objects.bulk_create(Closure(firm=firm, first_on=first, last_on=last) for first, last in cast.CLOSURES)
    password, members = _people(firm)
    stories = sorted([*past_stories(), *present_stories()], key=lambda story: story.opened_on)
    go_live(firm, stories[0].events[0].at)
    _number([bill for story in stories for bill in story.bills])
    deals = _write(firm, stories, members)
    _learn(firm, deals)
    know_clients(firm)
    roll_all(firm)
    lay_desk(firm)
    return password


def _people(firm: Firm) -> tuple[str, dict[str, UUID]]:
    """Camille owns and signs in; Inès and Yann sell. The password, and the members by name."""
    password = _password()
    user = User.objects.filter(email=cast.EMAIL).first() or User.objects.create_user(cast.EMAIL, name=cast.OWNER)
    user.set_password(password)
    user.language = "fr"
    user.save()
    members = [add_member(firm, user, Role.OWNER)]
    for name in cast.SELLERS[1:]:
        members.append(Member.objects.create(firm=firm, name=name, role=Role.SELLER, is_active=True))
    return password, {member.name: member.id for member in members}


def _number(bills: Sequence[Bill]) -> None:
    """Numbers without a gap, by year, in the order of issue; credit notes have their own series."""
    for letter, notes in (("F", False), ("A", True)):
        series = sorted((b for b in bills if (b.corrects is not None) is notes), key=lambda bill: bill.issued_on)
        for year, members in groupby(series, key=lambda bill: bill.issued_on.year):
            for place, bill in enumerate(members, start=1):
                bill.number = f"{letter}-{year}-{place:03}"


def _write(firm: Firm, stories: Sequence[Story], members: Mapping[str, UUID]) -> list[UUID]:
    """Parties, deals, documents, then the facts of all deals in one settling; the deals' ids."""
    parties = _parties(firm, stories)
    ids = [uuid7() for _ in stories]
    Deal.objects.bulk_create(
        Deal(
            id=deal_id, firm=firm, ref=f"A-{n:03}", title=story.title, party_id=parties[story.party], currency=CURRENCY
        )
        for n, (deal_id, story) in enumerate(zip(ids, stories, strict=True), start=1)
    )
    bills = [
        (bill, deal_id, parties[story.party])
        for deal_id, story in zip(ids, stories, strict=True)
        for bill in story.bills
    ]
    documents = [_invoice(firm, *bill) for bill in sorted(bills, key=lambda one: one[0].corrects is not None)]
    Invoice.objects.bulk_create(documents)
    settle(firm, [
        Case(DealHead(deal_id, CURRENCY, story.country), (), facts_of(story, members[story.seller]))
        for deal_id, story in zip(ids, stories, strict=True)
    ])  # fmt: skip
    _hold(firm, parties)
    return ids


def _hold(firm: Firm, parties: Mapping[str, UUID]) -> None:
    """What was received too much stands on its party's account deal."""
    for name, day, received in OVERPAID:
        deal = Deal.objects.create(
            firm=firm, ref=f"account {slug(name)}", title=name, party_id=parties[name], currency=CURRENCY
        )
        at, amount = datetime.combine(day, time(9), PARIS), str(Decimal(received).quantize(CENT))
        settle(firm, [Case(DealHead(deal.id, CURRENCY, "FR"), (), [Fact("received", at, {"amount": amount})])])


def _parties(firm: Firm, stories: Sequence[Story]) -> dict[str, UUID]:
    """The clients and prospects by name, one each."""
    met = {story.party: story for story in reversed(stories)}
    rows = [
        Party(
            id=uuid7(), firm=firm, ref=slug(name), name=name, country=story.country,
            email=f"contact@{slug(name)}.example", created_on=story.opened_on,
        )
        for name, story in sorted(met.items())
    ]  # fmt: skip
    Party.objects.bulk_create(rows)
    return {party.name: party.id for party in rows}


def _invoice(firm: Firm, bill: Bill, deal_id: UUID, party_id: UUID) -> Invoice:
    """The document; what is open of it is put right when its facts are settled."""
    opened: dict[str, Any] = {"open_net": 0, "open_tax": 0} if bill.corrects else {
        "open_net": bill.net, "open_tax": bill.tax,
    }  # fmt: skip
    return Invoice(
        id=bill.id, firm=firm, deal_id=deal_id, party_id=party_id, number=bill.number, kind=bill.kind,
        issued_on=bill.issued_on, due_on=bill.due_on, net=bill.net, tax=bill.tax, currency=CURRENCY,
        corrects_id=bill.corrects.id if bill.corrects else None, is_elsewhere=False, **opened,
    )  # fmt: skip


def _learn(firm: Firm, deals: Sequence[UUID]) -> None:
    """Thresholds of every month as the firm's own wins made them; the clock's conclusions drawn anew if they differ."""
    first, last = cast.FIRST_DAY.replace(month=12, day=1), cast.TODAY.replace(day=1)
    if write_thresholds(firm, recorded_gaps(firm, cast.TODAY), first, last):
        settle(firm, load_cases(firm, dict.fromkeys(deals, ())))
