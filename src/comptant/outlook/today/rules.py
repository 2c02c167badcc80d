"""What an act of the day is, in which order they come, and how far each may be put off. No clock, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from comptant.ground.money.workdays import working_day_after

ZERO = Decimal("0.00")
LEGAL_DAYS = 15
"""A legal deadline comes before everything else from that many days on, not included."""

KINDS = (
    "claim", "decide", "dispute", "match", "bill", "issue", "remind", "promise", "late", "send", "present", "woken",
    "unstall",
)  # fmt: skip
"""Every kind of act; of two with the same amount, the earlier here comes first."""

NET_KINDS = frozenset({"decide", "unstall", "woken", "present", "send", "bill", "issue"})
"""Before the invoice amounts are told net; from it on, tax included (design, section 4)."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do today about one deal, document, client or account.

    ``net`` is known for all but bank lines, whose invoice is not known yet. ``ends_on`` is the last day on which it
    helps; ``since_on`` the day it began to wait. ``count`` says of how many invoices or lines.
    """

    kind: str
    subject: str
    deal: str
    title: str
    party: str
    party_ref: str
    net: Decimal | None
    gross: Decimal
    currency: str
    since_on: date | None = None
    ends_on: date | None = None
    count: int = 1
    note: str = ""
    document: str = ""
    """The number of its document, for words."""
    place: str = ""
    """The id of the page where it is done, when that is not the subject's: an invoice, an agreement."""

    @property
    def key(self) -> str:
        """What names it in an address."""
        return f"{self.kind}-{self.subject}"

    @property
    def is_net(self) -> bool:
        """Whether its amount is told without tax."""
        return self.kind in NET_KINDS

    @property
    def stake(self) -> Decimal:
        """The amount it is about, as it is told."""
        return (self.net or ZERO) if self.is_net else self.gross


def is_legal(act: Act, today: date) -> bool:
    """Whether the law ends it within fifteen days: it comes before everything else, whatever its amount."""
    return act.kind == "claim" and act.ends_on is not None and (act.ends_on - today).days < LEGAL_DAYS


def in_order(acts: Iterable[Act], today: date) -> list[Act]:
    """Legal deadlines first, the nearest before; then what ends today or has ended; then the largest amount.

    Source: design, section 6 (01): by amount at stake and urgency, legal deadlines first when under 15 days.
    """

    def place(act: Act) -> tuple[int, date, Decimal, int, str]:
        if is_legal(act, today):
            return 0, act.ends_on or today, ZERO, 0, act.key
        is_ending = act.ends_on is not None and act.ends_on <= today
        return 1 if is_ending else 2, date.min, -act.stake, KINDS.index(act.kind), act.key

    return sorted(acts, key=place)


def without_twins(acts: Sequence[Act]) -> list[Act]:
    """Each client once among those to call: who is to be reminded, or broke a promise, is not merely late too."""
    told = {act.party_ref for act in acts if act.kind in ("remind", "promise")}
    promised = {act.party_ref for act in acts if act.kind == "promise"}
    return [
        act
        for act in acts
        if not (act.kind == "late" and act.party_ref in told)
        and not (act.kind == "remind" and act.party_ref in promised)
    ]


def net_at_stake(acts: Iterable[Act], currency: str) -> Decimal:
    """What the acts are about, all net, in one currency; bank lines left out, whose tax nobody knows yet."""
    return sum((act.net for act in acts if act.currency == currency and act.net is not None), ZERO)


def put_off_until(today: date, country: str) -> date:
    """The day a postponed act returns: the next working day.

    >>> put_off_until(date(2026, 11, 27), "FR")
    datetime.date(2026, 11, 30)
    """
    return working_day_after(today, country)


WEEKS = 13


@dataclass(frozen=True, slots=True)
class Known:
    """An amount, tax included, that is known to be due on a day; ``on`` None: nobody knows when."""

    state: str
    on: date | None
    gross: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Week:
    """What is due in a week, by state."""

    monday: date
    by_state: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """All states together."""
        return sum(self.by_state.values(), ZERO)


def weeks_of(known: Iterable[Known], today: date, currency: str) -> tuple[list[Week], dict[str, Decimal]]:
    """Thirteen weeks from this one's Monday, and what is not in them, by state: undated, past, or later.

    >>> weeks, beside = weeks_of([Known("invoiced", date(2026, 11, 27), Decimal(5), "EUR")], date(2026, 11, 24), "EUR")
    >>> weeks[0].monday, weeks[0].by_state, beside
    (datetime.date(2026, 11, 23), {'invoiced': Decimal('5.00')}, {})
    """
    first = today - timedelta(days=today.weekday())
    weeks = [Week(first + timedelta(weeks=n), {}) for n in range(WEEKS)]
    beside: dict[str, Decimal] = {}
    for one in known:
        if one.currency != currency or not one.gross:
            continue
        place = -1 if one.on is None or one.on < today else (one.on - first).days // 7
        found = weeks[place].by_state if 0 <= place < WEEKS else beside
        found[one.state] = found.get(one.state, ZERO) + one.gross
    return weeks, beside
