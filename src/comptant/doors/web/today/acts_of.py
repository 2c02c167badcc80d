"""The acts of one member's day: what their role may do, without what they put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.cache import cache

from comptant.ground.firms.models import Firm, Member, Role
from comptant.ground.journal.freshness import version
from comptant.ground.web.roles import KEEPING_BOOKS, RECOVERING, SELLING, has_role, sees_own_alone
from comptant.outlook.today import queries, rules
from comptant.outlook.today.rules import Act

KEPT = 300
"""Seconds that what the journal told may be kept; it is dropped at once when the journal grows."""
LISTED = 8
"""Acts on the page unless all are asked for: a screenful."""

MAY_DO: Mapping[str, frozenset[Role]] = {
    "decide": SELLING, "unstall": SELLING, "woken": SELLING, "present": SELLING, "send": SELLING,
    "bill": KEEPING_BOOKS, "issue": KEEPING_BOOKS, "match": KEEPING_BOOKS, "claim": KEEPING_BOOKS,
    "remind": RECOVERING, "promise": RECOVERING, "late": RECOVERING, "dispute": RECOVERING,
}  # fmt: skip
"""Who does each kind of act, as the doors of the rooms let them."""


@dataclass(frozen=True, slots=True)
class Day:
    """The acts to do, in order, and those that the member put off with the day each returns."""

    acts: tuple[Act, ...]
    put_off: tuple[tuple[Act, date], ...]
    currency: str

    @property
    def net(self) -> Decimal:
        """What is at stake in the firm's currency, without tax; bank lines apart."""
        return rules.net_at_stake(self.acts, self.currency)

    @property
    def beside(self) -> list[tuple[Decimal, str]]:
        """What that leaves out: receipts to match, tax included, by currency."""
        return [(act.gross, act.currency) for act in self.acts if act.net is None]

    def find(self, key: str) -> Act | None:
        """The act of that name, put off or not."""
        return next((act for act in (*self.acts, *(act for act, _ in self.put_off)) if act.key == key), None)


def day_of(member: Member, firm: Firm, today: date, known: str = "") -> Day:
    """The member's day. A mentor reads all acts and does none. ``known`` is the journal's version, if it was read."""
    seller = member.id if sees_own_alone(member) else None
    key = f"acts:{firm.id}:{today}:{seller}:{known or version(firm)}"
    told: list[Act] | None = cache.get(key)
    if told is None:
        told = queries.told_by_the_journal(firm, today, seller)
        cache.set(key, told, KEPT)
    acts = [act for act in (*told, *queries.waiting_beside(firm, today, seller)) if is_for(member, act.kind)]
    acts = queries.spared(firm, rules.without_twins(acts), today)
    later = queries.put_off(member, today)
    in_order = rules.in_order(acts, today)
    return Day(
        tuple(act for act in in_order if act.key not in later),
        tuple((act, later[act.key]) for act in in_order if act.key in later),
        firm.currency,
    )


def is_for(member: Member, kind: str) -> bool:
    """Whether the act is shown to the member: it is theirs to do, or they read everything and do nothing."""
    return has_role(member, MAY_DO[kind]) or member.role == Role.MENTOR
