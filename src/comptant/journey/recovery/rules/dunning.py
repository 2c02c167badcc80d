"""Which reminder is due for an invoice on a day, or why none is. Pure: facts of the day in, a plan out.

Source: product.md 4.6; exchange.md for the words of ``skip``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal("0.00")

SKIPS = ("insolvent", "disputed", "not_due", "manual_hold", "promise", "in_credit")
"""Why an invoice is not reminded, the reason that counts most first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder: ``days`` after the due date, before it when negative."""

    level: int
    days: int
    channel: str
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The steps for clients of a kind, by level. ``tag`` is what their party bears; blank: everybody else."""

    name: str
    tag: str
    steps: tuple[Step, ...]
    gap_days: int = 7


STANDARD = Policy(
    "standard", "", (Step(0, -5, "email"), Step(1, 7, "email"), Step(2, 21, "email"), Step(3, 35, "letter"))
)
"""What a firm does until it says otherwise: a courtesy note, two reminders, a formal notice."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one invoice on a day; amounts tax included.

    ``claimed`` is what is invoiced or overdue, ``disputed`` and ``doubtful`` are beside it. ``promised`` is the part
    that a promise not yet broken covers. ``last_level`` and ``last_on``: the last reminder prepared, or None.
    """

    due_on: date
    claimed: Decimal
    disputed: Decimal = ZERO
    doubtful: Decimal = ZERO
    promised: Decimal = ZERO
    is_insolvent: bool = False
    is_held: bool = False
    is_in_credit: bool = False
    last_level: int | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, and for how much; or ``skip``, why it is not. ``level`` None: no reminder is left to send."""

    level: int | None
    channel: str
    is_automatic: bool
    amount: Decimal
    days_late: int
    skip: str | None


def plan(facts: Facts, policy: Policy, day: date) -> Plan:
    """The reminder of an invoice on a day. Contested and promised parts are left out of its amount.

    >>> plan(Facts(date(2026, 5, 31), Decimal("120.00")), STANDARD, date(2026, 6, 24))
    Plan(level=2, channel='email', is_automatic=False, amount=Decimal('120.00'), days_late=24, skip=None)
    """
    due = due_step(policy, facts, day)
    step = due or next_step(policy, facts, day)
    amount = facts.claimed - min(facts.promised, facts.claimed)
    skip = _skip(facts, due is not None, amount)
    whole = facts.claimed + facts.disputed + facts.doubtful
    return Plan(
        step.level if step else None,
        step.channel if step else "",
        step.is_automatic if step else False,
        whole if skip else amount,
        max((day - facts.due_on).days, 0),
        skip,
    )


def _skip(facts: Facts, is_due: bool, amount: Decimal) -> str | None:
    why = {
        "insolvent": facts.is_insolvent or (facts.doubtful and not facts.claimed and not facts.disputed),
        "disputed": facts.disputed and not facts.claimed,
        "not_due": not is_due,
        "manual_hold": facts.is_held,
        "promise": not amount,
        "in_credit": facts.is_in_credit,
    }
    return next((reason for reason in SKIPS if why[reason]), None)


def held_back(facts: Facts) -> str | None:
    """Why an invoice whose reminder is due is not reminded all the same; None when it is."""
    return _skip(facts, True, facts.claimed - min(facts.promised, facts.claimed))


def due_step(policy: Policy, facts: Facts, day: date) -> Step | None:
    """The step to take on that day: the furthest one reached, never one already taken, nor too soon after the last.

    The last step, a formal notice, is never the first word after the due date: the one before it comes first. What is
    to be said before the due date is not said after it.
    """
    if facts.last_on is not None and day < facts.last_on + timedelta(days=policy.gap_days):
        return None
    reached = [step for step in policy.steps if _is_reached(step, facts, day)]
    if not reached:
        return None
    step = max(reached, key=lambda one: one.level)
    softer = softer_steps(policy, step)
    if softer and (facts.last_level is None or facts.last_level < softer[0].level):
        return softer[-1]
    return step


def softer_steps(policy: Policy, step: Step) -> list[Step]:
    """The steps of which one must come before a formal notice, by level; none for a step that is not the last."""
    if any(one.level > step.level for one in policy.steps):
        return []
    softer = [one for one in policy.steps if 0 < one.days <= step.days and one.level < step.level]
    return sorted(softer, key=lambda one: one.level)


def next_step(policy: Policy, facts: Facts, day: date) -> Step | None:
    """The next step to come, when none is due: the lowest one not taken that may still be."""
    ahead = [
        step
        for step in policy.steps
        if (facts.last_level is None or step.level > facts.last_level) and (step.days > 0 or day <= facts.due_on)
    ]
    return min(ahead, key=lambda one: one.level, default=None)


def _is_reached(step: Step, facts: Facts, day: date) -> bool:
    if facts.last_level is not None and step.level <= facts.last_level:
        return False
    return facts.due_on + timedelta(days=step.days) <= day and (step.days > 0 or day <= facts.due_on)


def policy_for(tags: Sequence[str], policies: Sequence[Policy]) -> Policy:
    """The policy of a party: the first, by tag, that it bears; else the one for everybody; else the standard one."""
    tagged = sorted((one for one in policies if one.tag and one.tag in tags), key=lambda one: one.tag)
    general = [one for one in policies if not one.tag]
    return (tagged + general + [STANDARD])[0]
