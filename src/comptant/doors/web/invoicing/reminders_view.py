"""The reminders of the day: those that wait for a word, those held back and why, those to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.web.typography import MINUS
from comptant.journey.pipeline.models import Standing
from comptant.journey.recovery.dunning import Item, planned
from comptant.journey.recovery.models import Dispute, Reminder
from comptant.journey.recovery.queries import policies_of, prepared_reminders
from comptant.journey.recovery.rules.dunning import Policy, held_back
from comptant.outlook.reports.making_up import sales_to_make_up

MOST = 30
"""Reminders on one page; past so many, how many wait is not counted."""
FEW = 300
"""Up to so many open invoices, what is held back and what comes next is told too."""
SOON = 14
"""Days ahead for which a reminder is announced."""


@dataclass(frozen=True, slots=True)
class Dunning:
    """What the section reads. ``count`` is how many reminders wait, one more than ``MOST`` when there are others."""

    waiting: Sequence[Reminder]
    count: int
    items: Sequence[Item] = ()
    policies: Sequence[Policy] = ()
    disputes: Mapping[UUID, UUID] = field(default_factory=dict)
    sales: Mapping[UUID, int] = field(default_factory=dict)


def read_dunning(firm: Firm, day: Any, seller: UUID | None, open_invoices: int) -> Dunning:
    """What waits for approval; with few open invoices, also what is held back and what comes next."""
    rows = prepared_reminders(firm).order_by("party_id").defer("invoice__content")
    if seller is not None:
        rows = rows.filter(invoice__deal__in=_own(firm, seller))
    waiting = list(rows[: MOST + 1])
    items: list[Item] = []
    policies: list[Policy] = []
    if 0 < open_invoices <= FEW:
        own = set(_own(firm, seller)) if seller is not None else None
        policies = policies_of(firm)
        items = [one for one in planned(firm, day, policies=policies) if own is None or one.deal_id in own]
    shown = {one.invoice_id for one in items if one.plan.skip in (None, "disputed") or one.facts.disputed}
    disputes = Dispute.objects.filter(firm=firm, invoice__in=shown, settled_on=None) if shown else []
    late = {row.invoice.deal_id for row in waiting[:MOST]} | {
        one.deal_id for one in items if one.plan.skip is None
    }  # fmt: skip
    return Dunning(
        waiting[:MOST], len(waiting), items, policies, {one.invoice_id: one.id for one in disputes},
        sales_to_make_up(firm, sorted(late)),
    )  # fmt: skip


def _own(firm: Firm, seller: UUID) -> list[UUID]:
    return list(Standing.objects.filter(firm=firm, seller=seller).values_list("deal_id", flat=True))


def dunning_context(screen: Screen, dunning: Dunning, *, may_act: bool, may_prepare: bool) -> dict[str, Any] | None:
    """The section, or None while nobody is to be reminded of anything."""
    prepared = {row.invoice_id for row in dunning.waiting}
    facts = {one.invoice_id: one for one in dunning.items}
    due = [one for one in dunning.items if one.plan.skip is None and one.invoice_id not in prepared]
    held = [one for one in dunning.items if _is_held(one) and one.invoice_id not in prepared]
    soon = [one for one in dunning.items if _is_soon(screen, dunning, one) and one.invoice_id not in prepared]
    waiting = sorted(dunning.waiting, key=lambda row: (-row.open_amount, row.invoice.number))
    rows = [_prepared(screen, dunning, row, facts.get(row.invoice_id), may_act) for row in waiting]
    rows += [_due(screen, dunning, one) for one in due]
    rows += [_held(screen, dunning, one, may_act) for one in held]
    rows += [_soon(screen, dunning, one) for one in soon]
    if not rows:
        return None
    return {
        "rows": rows[:MOST],
        "summary": _summary(screen, dunning.count + len(due), len(held)),
        "approval_url": reverse("reminders-approval", args=[screen.firm_ref]) if may_act and len(waiting) > 1 else "",
        "preparation_url": reverse("reminders-preparation", args=[screen.firm_ref]) if may_prepare and due else "",
    }


def _summary(screen: Screen, to_do: int, held: int) -> str:
    said = screen.number(to_do) if to_do <= MOST else f"{screen.number(MOST)}+"
    parts = [ngettext("{count} to do", "{count} to do", to_do).format(count=said)]
    if held:
        parts.append(ngettext("{count} held back", "{count} held back", held).format(count=screen.number(held)))
    return _("{counts}. Disputes and transfers received come first.").format(counts=", ".join(parts))


def _is_held(one: Item) -> bool:
    if one.plan.skip in ("disputed", "manual_hold", "promise", "in_credit"):
        return True
    return one.plan.skip == "not_due" and held_back(one.facts) is not None and not one.facts.is_insolvent


def _is_soon(screen: Screen, dunning: Dunning, one: Item) -> bool:
    if one.plan.skip != "not_due" or held_back(one.facts) is not None or one.plan.level is None:
        return False
    day = _day_of(dunning, one, one.plan.level)
    return day is not None and screen.today < day <= screen.today + timedelta(days=SOON)


def _row(screen: Screen, number: str, invoice: UUID, party: str, amount: Decimal, currency: str) -> dict[str, Any]:
    return {
        "number": number,
        "invoice_url": reverse("invoice", args=[screen.firm_ref, invoice]),
        "party": party,
        "amount": screen.amount(amount, currency),
        "act": None,
        "drop_url": "",
        "is_held": False,
        "made_up": "",
    }


def _late(screen: Screen, days: int) -> str:
    return _("{count} d").format(count=screen.number(days)) if days >= 0 else f"{_('D')}{MINUS}{-days}"


def _prepared(screen: Screen, dunning: Dunning, row: Reminder, item: Item | None, may_act: bool) -> dict[str, Any]:
    invoice = row.invoice
    shown = _row(screen, invoice.number, invoice.id, row.party.name, row.open_amount, invoice.currency)
    here = f"{reverse('reminders-approval', args=[screen.firm_ref])}?reminder={row.id}"
    why = held_back(item.facts) if item else None
    shown |= {
        "late": _late(screen, (screen.today - invoice.due_on).days),
        "title": _step(dunning.policies, row.level, row.channel) + _(", today"),
        "text": _next(screen, dunning, item, row.level),
        "made_up": _made_up(screen, dunning, invoice.deal_id),
    }
    if why:
        shown |= {"title": _reason(screen, item, why), "is_held": True, "text": ""}
    elif may_act:
        verb, icon = {"email": (_("Send"), "mail"), "letter": (_("Send the letter"), "mail")}.get(
            row.channel, (_("I called"), "phone")
        )
        shown["act"] = {"url": here, "verb": verb, "icon_name": icon, "is_dialog": True}
    if may_act:
        shown["drop_url"] = reverse("reminder-dropping", args=[screen.firm_ref, row.id])
    return shown


def _due(screen: Screen, dunning: Dunning, one: Item) -> dict[str, Any]:
    shown = _row(screen, one.number, one.invoice_id, one.party, one.plan.amount, one.currency)
    return shown | {
        "late": _late(screen, (screen.today - one.due_on).days),
        "title": _step(dunning.policies, one.plan.level or 0, one.plan.channel) + _(", today"),
        "text": _next(screen, dunning, one, one.plan.level or 0),
        "made_up": _made_up(screen, dunning, one.deal_id),
    }


def _held(screen: Screen, dunning: Dunning, one: Item, may_act: bool) -> dict[str, Any]:
    why = held_back(one.facts) or ""
    whole = one.facts.claimed + one.facts.disputed + one.facts.doubtful
    shown = _row(screen, one.number, one.invoice_id, one.party, whole, one.currency)
    shown |= {
        "late": _late(screen, (screen.today - one.due_on).days),
        "title": _reason(screen, one, why),
        "is_held": True,
        "text": _resumes(why),
    }
    dispute = dunning.disputes.get(one.invoice_id)
    if why == "disputed" and dispute and may_act:
        url = reverse("dispute-settlement", args=[screen.firm_ref, dispute])
        shown["act"] = {"url": url, "verb": _("Answer"), "icon_name": "note", "is_dialog": True}
    elif why == "in_credit":
        url = reverse("bank", args=[screen.firm_ref])
        shown["act"] = {"url": url, "verb": _("Match"), "icon_name": "bank", "is_dialog": False}
    return shown


def _soon(screen: Screen, dunning: Dunning, one: Item) -> dict[str, Any]:
    level = one.plan.level or 0
    day = _day_of(dunning, one, level)
    shown = _row(screen, one.number, one.invoice_id, one.party, one.plan.amount, one.currency)
    return shown | {
        "late": _late(screen, (screen.today - one.due_on).days),
        "title": _("{step}, on {day}").format(
            step=_step(dunning.policies, level, one.plan.channel), day=screen.short(day)),
        "text": _("Goes by itself, by e-mail") if one.plan.is_automatic else _("You will be asked that day"),
    }  # fmt: skip


def _step(policies: Sequence[Policy], level: int, channel: str) -> str:
    """What a step is called: the first a courtesy, the last, on paper, a formal notice."""
    last = max((step.level for policy in policies for step in policy.steps), default=3)
    if level == 0:
        return _("Courtesy note")
    if channel == "call":
        return _("Call to the manager")
    if channel == "letter" and level == last:
        return _("Formal notice")
    return _("Reminder {level}").format(level=level)


def _next(screen: Screen, dunning: Dunning, one: Item | None, level: int) -> str:
    if one is None or len(dunning.policies) != 1:
        return ""
    steps = sorted(
        (step for step in dunning.policies[0].steps if step.level > level), key=lambda step: step.level
    )  # fmt: skip
    if not steps:
        return _("It is the last step before a judge")
    day = _day_of(dunning, one, steps[0].level)
    soonest = screen.today + timedelta(days=dunning.policies[0].gap_days)
    return _("{step} on {day}").format(
        step=_step(dunning.policies, steps[0].level, steps[0].channel),
        day=screen.short(max(day, soonest) if day else soonest),
    )


def _day_of(dunning: Dunning, one: Item, level: int) -> Any:
    """The day of a step of an invoice; None when several policies make it uncertain."""
    if len(dunning.policies) != 1:
        return None
    policy = dunning.policies[0]
    step = next((step for step in policy.steps if step.level == level), None)
    if step is None:
        return None
    day = one.due_on + timedelta(days=step.days)
    return max(day, one.facts.last_on + timedelta(days=policy.gap_days)) if one.facts.last_on else day


def _reason(screen: Screen, one: Item | None, why: str) -> str:
    """Why a reminder does not go."""
    if one is None:
        return _("Held back")
    amount = screen.amount(one.facts.disputed, one.currency)
    whole = screen.number(one.facts.claimed + one.facts.disputed, cents=None)
    told = {
        "disputed": _("Held back: {amount} contested of {whole}").format(amount=amount, whole=whole),
        "manual_hold": _("Held back by one of you"),
        "promise": _("Held back: they promised to pay"),
        "in_credit": _("Held back: money of theirs is here, to be matched"),
        "insolvent": _("Held back: proceedings are open"),
    }
    return told.get(why, _("Held back"))


def _resumes(why: str) -> str:
    told = {
        "disputed": _("Goes on once the dispute is settled"),
        "manual_hold": _("Goes on once the hold is lifted"),
        "promise": _("Goes on if the day passes without a payment"),
        "in_credit": _("Goes on for what is left"),
    }
    return told.get(why, "")


def _made_up(screen: Screen, dunning: Dunning, deal: UUID) -> str:
    count = dunning.sales.get(deal, 0)
    if not count:
        return ""
    return ngettext(
        "{count} sale like this one to make up for it", "{count} sales like this one to make up for it", count
    ).format(count=screen.number(count))
